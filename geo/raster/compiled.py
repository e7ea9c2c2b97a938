"""Kernels compiled to machine code, with their types kept for the type checker."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a function over arrays on its first call.

    The machine code is kept on disk for the next process, and the interpreter's lock
    is released while it runs, so that bands of a raster are worked on side by side.
    Operations keep their order (no fast-math): results do not depend on the compiler's
    taste.
    """
    compile_it = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast("Kernel", compile_it(function))
