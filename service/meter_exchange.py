"""The meters of all processes of a service, whichever is asked for them.

Each tells its own over a socket of the exchange folder to whoever connects. Series
carry a label ``process``: one that was started again begins at 0, which Prometheus
takes into account by series.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from service.middleware.metrics import Meters
from service.sharing import Share

PATIENCE_S = 2.0
LABEL = "process"
ANSWERED = "ecobarrier_process_answered"
"""1 for a process whose meters are told, 0 for one that is just being started."""


@asynccontextmanager
async def telling(meters: Meters, share: Share) -> AsyncIterator[None]:
    """Tell our meters to other processes, where there are any."""
    if share.exchange is None:
        yield
        return

    async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Who asked waits for a moment only, and may have gone.
        with suppress(ConnectionError):
            writer.write(meters.text())
            await writer.drain()
        writer.close()

    path = _socket(share.exchange, share.index)
    # Left behind by the process that was killed here.
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(tell, path)
    try:
        yield
    finally:
        server.close()


async def read_meters(meters: Meters, share: Share) -> bytes:
    """Answer our meters, or those of all processes, in Prometheus' text format."""
    if share.exchange is None:
        return meters.text()
    exchange, own = share.exchange, meters.text()
    others = [index for index in range(share.of) if index != share.index]
    told = await asyncio.gather(*(_asked(_socket(exchange, i)) for i in others))
    texts = {share.index: own, **dict(zip(others, told, strict=True))}
    return merged({index: texts[index] for index in sorted(texts)})


def merged(texts: Mapping[int, bytes | None]) -> bytes:
    """Put the meters of processes together.

    Parameters
    ----------
    texts : mapping of int to bytes or None
        By process; None of one that did not answer.
    """
    registry = CollectorRegistry()
    registry.register(_Merged(texts))
    return generate_latest(registry)


class _Merged(Collector):
    def __init__(self, texts: Mapping[int, bytes | None]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Answer each family with the series of all processes."""
        families: dict[str, Metric] = {}
        answered = Metric(ANSWERED, "Whether its meters are told here.", "gauge")
        for index, text in self._texts.items():
            label = {LABEL: str(index)}
            answered.add_sample(ANSWERED, label, float(text is not None))
            for one in text_string_to_metric_families((text or b"").decode()):
                kept = families.setdefault(
                    one.name, Metric(one.name, one.documentation, one.type)
                )
                for sample in one.samples:
                    kept.samples.append(
                        sample._replace(labels={**label, **sample.labels})
                    )
        yield answered
        yield from families.values()


async def _asked(path: Path) -> bytes | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return await reader.read()
            finally:
                writer.close()
    except OSError:
        return None


def _socket(exchange: Path, index: int) -> Path:
    return exchange / f"{index}.sock"
