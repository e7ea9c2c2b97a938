"""Typed doors to numba, and work spread over threads.

Compiled functions release the interpreter's lock and are called from a thread pool:
numba's own parallel loops must not run in two threads of a server at once. Machine code
is kept on disk by numba (beside the module, or in the user's cache folder where the
installation is read-only), so that only the first run ever compiles. Where neither can
be written, as under a system's user in a container or a unit of systemd, what was kept
beside the module when the product was installed (:mod:`geo.warm`) is read.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import caching

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
    ready: Any = numba.njit(nogil=True, error_model="numpy")(function)
    try:
        ready.enable_caching()
    except RuntimeError:
        # Numba has no place that it may write; without this it would not even start.
        if _KeptCode.is_fresh(function):
            ready._cache = _KeptCode(function)  # type: ignore[no-untyped-call]
        return cast("Function", ready)
    _forget_outdated(Path(str(ready.stats.cache_path)), function.__name__)
    return cast("Function", ready)


class _BesideModule(caching.InTreeCacheLocator):
    """Where numba keeps machine code if it may; here it is only read."""

    def ensure_cache_path(self) -> None:
        """Ask for nothing: numba would try to write."""


class _Kept(caching.CompileResultCacheImpl):
    _locator_classes = [_BesideModule]  # noqa: RUF012 -- as numba declares it


class _KeptCode(caching.FunctionCache):
    """Machine code that was made before and is not added to.

    A signature that is not among it is compiled once in each process.
    """

    _impl_class = _Kept

    def save_overload(self, sig: object, data: object) -> None:
        """Keep nothing."""

    @staticmethod
    def is_fresh(function: Callable[..., object]) -> bool:
        """Whether all that is kept is younger than any source of the kernels."""
        folder = Path(function.__code__.co_filename).parent / "__pycache__"
        kept = folder.glob(f"*.{function.__name__}-*.nbi")
        return not any(map(_outdated, kept))


def _forget_outdated(folder: Path, name: str) -> None:
    """Drop machine code older than any source of the kernels.

    Numba looks at the date of a function's own file only, not at those of the
    functions that were compiled into it.
    """
    for kept in folder.glob(f"*.{name}-*.nbi"):
        if _outdated(kept):
            kept.unlink(missing_ok=True)


def _outdated(kept: Path) -> bool:
    """Whether a file is older than a source; one that is gone is not.

    Processes that start at once after an upgrade drop the same files.
    """
    try:
        return kept.stat().st_mtime < _NEWEST_SOURCE
    except FileNotFoundError:
        return False


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
