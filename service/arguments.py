"""What the commands share: how words on the command line are read."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from service.cluster.engine import EngineChoice
from service.cluster.errors import ClusterError
from service.settings import Settings

if TYPE_CHECKING:
    from layers.catalog import Catalog

MOST_ACCURACY_M = 100_000
"""A positional accuracy worse than that is a slip of the pen."""

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what runs it, its text, and whether it takes a CRS."""


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers with commas between them."""
    return tuple(float(part) for part in text.split(","))


def metres(text: str) -> float:
    """Read a positional accuracy; 0 to 100 km."""
    value = float(text)
    if not 0 <= value <= MOST_ACCURACY_M:
        raise ValueError(text)
    return value


def words(text: str) -> tuple[str, ...]:
    """Read words with commas between them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def open_catalog(settings: Settings) -> "Catalog":
    """Open the seeds and the workspace; whatever a layer is read by is loaded now."""
    from layers.reading import ReadingCatalog

    return ReadingCatalog.open(settings.seeds, settings.workspace)


def add_engine(
    parser: argparse.ArgumentParser,
    local: tuple[str, ...] = ("local",),
    *,
    partitions: bool = True,
) -> None:
    """Add the options that choose who does the work.

    Parameters
    ----------
    parser : ArgumentParser
    local : tuple of str
        Names of what computes in this process, the default first.
    partitions : bool
        Whether a person may say into how many parts the work is cut.
    """
    parser.add_argument(
        "--engine",
        choices=(*local, "dask"),
        default=local[0],
        help="who computes: here, or workers of a Dask cluster | 计算引擎",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a running Dask cluster, e.g. tcp://10.0.0.5:8786 | 调度器地址",
    )
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes of a cluster started here | 本机工作进程数",
    )
    parser.add_argument(
        "--worker-memory",
        type=_count,
        metavar="MB",
        help="memory of each of them, default 3000 | 每个进程的内存",
    )
    if partitions:
        parser.add_argument(
            "--partitions",
            type=_count,
            metavar="N",
            help="parts that are worked on and kept one by one | 分区数",
        )


def chosen_engine(parsed: argparse.Namespace) -> EngineChoice:
    """Answer the engine that was chosen.

    Raises
    ------
    ClusterError
        ``cluster_option_alone``, ``cluster_option_remote``: options that have no effect
        together.
    """
    own = {"--workers": parsed.workers, "--worker-memory": parsed.worker_memory}
    given = [option for option, value in own.items() if value is not None]
    if parsed.engine != "dask":
        given += ["--scheduler"] if parsed.scheduler else []
        if given:
            raise ClusterError("cluster_option_alone", option=given[0])
        return EngineChoice()
    if parsed.scheduler and given:
        details = {"option": given[0], "scheduler": parsed.scheduler}
        raise ClusterError("cluster_option_remote", **details)
    return EngineChoice("dask", parsed.scheduler, parsed.workers, parsed.worker_memory)


def _count(text: str) -> int:
    """Read a whole number from 1 up."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
