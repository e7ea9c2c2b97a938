"""Typed doors to numba, and work spread over threads.

Compiled functions release the interpreter's lock and are called from a thread pool:
numba's own parallel loops must not run in two threads of a server at once. Machine code
is kept on disk by numba (beside the module, or in the user's cache folder where the
installation is read-only), so that only the first run ever compiles.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., object])
Answer = TypeVar("Answer")
Span = tuple[int, int]

_KERNELS = ("engine", "raster")
"""Packages beside this module that hold compiled functions."""

_NEWEST_SOURCE = max(
    source.stat().st_mtime
    for package in _KERNELS
    for source in (Path(__file__), *(Path(__file__).parent / package).glob("*.py"))
)


def compiled(function: Function) -> Function:
    """Compile a function that Python calls.

    IEEE arithmetic, no re-association: results do not depend on the compiler's taste.
    """
    build = numba.njit(nogil=True, cache=True, error_model="numpy")
    ready = build(function)
    _forget_outdated(Path(str(ready.stats.cache_path)), function.__name__)
    return cast("Function", ready)


def _forget_outdated(folder: Path, name: str) -> None:
    """Drop machine code older than any source of the kernels.

    Numba looks at the date of a function's own file only, not at those of the
    functions that were compiled into it.
    """
    for kept in folder.glob(f"*.{name}-*.nbi"):
        if kept.stat().st_mtime < _NEWEST_SOURCE:
            kept.unlink(missing_ok=True)


def inlined(function: Function) -> Function:
    """Compile a function of scalars into each compiled function that calls it."""
    build = numba.njit(nogil=True, error_model="numpy", forceinline=True)
    return cast("Function", build(function))


def spans(size: int, pieces: int) -> list[Span]:
    """Divide ``range(size)`` into at most ``pieces`` ranges of equal length."""
    ends = np.linspace(0, size, max(1, min(size, pieces)) + 1).astype(np.int64)
    pairs = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [(a, b) for a, b in pairs if b > a]


def in_threads(
    work: Callable[[Span], Answer], parts: Sequence[Span], threads: int
) -> list[Answer]:
    """Call ``work`` on each part; answers in the order of the parts."""
    if threads <= 1 or len(parts) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))
