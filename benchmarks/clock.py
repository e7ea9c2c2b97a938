"""Time, processor time and peak memory of a job."""

import ctypes
import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Result:
    """One line of the report.

    Parameters
    ----------
    job, method : str
    seconds, processor : float
        Medians; on a machine that others use, only processor times compare.
    runs : int
    peak_mb : float
        Resident memory above that before the job; nan where it cannot be told.
    scale : float
        1, or by how much the times of a sample were multiplied.
    ours : bool
        Ratios are to the first such line of a job.
    check : str
        How the answer compares.
    """

    job: str
    method: str
    seconds: float
    processor: float
    runs: int
    peak_mb: float
    scale: float = 1.0
    ours: bool = False
    check: str = ""


def memory_mb() -> tuple[float, float]:
    """Resident memory of this process and its peak since :func:`forget_peak`."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan"), float("nan")
    found = {line.split(":")[0]: line.split()[1] for line in lines if "kB" in line}
    return float(found["VmRSS"]) / 1024, float(found["VmHWM"]) / 1024


def forget_peak() -> None:
    """Let the peak start again from what is held now (Linux, proc(5), clear_refs).

    What the C library keeps of memory that was freed is given back first: else a job
    that uses it again would seem to need none.
    """
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    except (OSError, AttributeError):
        return


def measured(
    job: str,
    method: str,
    work: Callable[[], Answer],
    runs: int,
    *,
    scale: float = 1.0,
    ours: bool = False,
) -> tuple[Result, Answer]:
    """Run some work a few times; the last answer beside the medians."""
    wall, processor = [], []
    forget_peak()
    before, _ = memory_mb()
    for _ in range(runs):
        begin, used = time.perf_counter(), time.process_time()
        answer = work()
        wall.append(scale * (time.perf_counter() - begin))
        processor.append(scale * (time.process_time() - used))
    _, peak = memory_mb()
    result = Result(
        job,
        method,
        statistics.median(wall),
        statistics.median(processor),
        runs,
        peak - before,
        scale,
        ours,
    )
    return result, answer
