"""Whichever process is asked tells the meters of all."""

import asyncio
import socket
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from service.meter_exchange import ANSWERED, merged, read_meters, telling
from service.middleware.metrics import Meters
from service.sharing import ALONE, Share


def values(text: bytes, name: str) -> dict[str, float]:
    """Answer the values of a series by process."""
    return {
        one.labels["process"]: one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
        if one.name == name
    }


def counted(requests: int) -> Meters:
    meters = Meters()
    meters.requests.labels("GET", "/a", "200").inc(requests)
    meters.seconds.labels("GET", "/a").observe(0.003)
    return meters


def test_series_of_all_processes_with_their_number() -> None:
    text = merged({0: counted(3).text(), 1: None, 2: counted(5).text()})
    assert values(text, "ecobarrier_requests_total") == {"0": 3.0, "2": 5.0}
    assert values(text, ANSWERED) == {"0": 1.0, "1": 0.0, "2": 1.0}
    # Each family is described once, as the format wants it.
    kinds = [one for one in text.splitlines() if one.startswith(b"# TYPE")]
    assert len(kinds) == len(set(kinds))
    assert b"# TYPE ecobarrier_request_seconds histogram" in kinds
    buckets = [
        one
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
        if one.name == "ecobarrier_request_seconds_bucket"
    ]
    assert len({tuple(sorted(one.labels.items())) for one in buckets}) == len(buckets)


def test_processes_ask_each_other(tmp_path: Path) -> None:
    shares = [Share(index=i, of=3, exchange=tmp_path) for i in range(3)]

    async def work() -> bytes:
        # The third has not started; the first is there a second time after a crash.
        (tmp_path / "0.sock").write_text("left behind")
        async with telling(counted(3), shares[0]), telling(counted(5), shares[1]):
            return await read_meters(counted(5), shares[1])

    text = asyncio.run(work())
    assert values(text, "ecobarrier_requests_total") == {"0": 3.0, "1": 5.0}
    assert values(text, ANSWERED) == {"0": 1.0, "1": 1.0, "2": 0.0}


def test_one_process_tells_its_own_as_ever() -> None:
    meters = counted(3)
    text = asyncio.run(read_meters(meters, ALONE))
    assert b"process=" not in text
    assert (
        b'ecobarrier_requests_total{method="GET",route="/a",status="200"} 3.0' in text
    )


def test_who_has_gone_before_it_is_told_is_no_fault(tmp_path: Path) -> None:
    """A process that is busy for longer than it is waited for."""
    share = Share(index=0, of=2, exchange=tmp_path)
    faults: list[object] = []

    async def work() -> bytes:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: faults.append(context))
        async with telling(counted(3), share):
            # Not a step of the loop is done meanwhile.
            with socket.socket(socket.AF_UNIX) as gone:
                gone.connect(str(tmp_path / "0.sock"))
            text = await read_meters(
                counted(5), Share(index=1, of=2, exchange=tmp_path)
            )
            told = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*told, return_exceptions=True)
            await asyncio.sleep(0)
        return text

    text = asyncio.run(work())
    assert values(text, "ecobarrier_requests_total") == {"0": 3.0, "1": 5.0}
    assert faults == []
