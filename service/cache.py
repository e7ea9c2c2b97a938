"""A small cache that forgets what was not asked for longest."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Keep the last ``size`` values made, by a key that names everything they rest on.

    Safe to use from several threads. Who asks for a value that another thread is
    just making waits for it; other values stay within reach meanwhile.

    Parameters
    ----------
    size : int
        Most values kept, >= 1.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._futures: OrderedDict[Hashable, Future[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Answer the value of ``key``, made now if it is not there.

        What ``make`` raises goes to everyone who waits for it, and nothing is kept.
        """
        with self._lock:
            future = self._futures.get(key)
            ours = future is None
            if future is None:
                future = self._futures[key] = Future()
                if len(self._futures) > self._size:
                    self._futures.popitem(last=False)
            self._futures.move_to_end(key)
        if ours:
            self._fill(key, future, make)
        return future.result()

    def _fill(
        self, key: Hashable, future: Future[Value], make: Callable[[], Value]
    ) -> None:
        try:
            future.set_result(make())
        except BaseException as error:
            with self._lock:
                self._futures.pop(key, None)
            future.set_exception(error)
