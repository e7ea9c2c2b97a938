import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.cache import BoundedCache


def test_value_is_made_once() -> None:
    cache: BoundedCache[list[int]] = BoundedCache(2)
    first = cache.get("a", lambda: [1])
    assert cache.get("a", lambda: [2]) is first


def test_longest_unasked_is_forgotten() -> None:
    cache: BoundedCache[int] = BoundedCache(2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, lambda: 1)
    assert cache.get("a", lambda: 2) == 1
    assert cache.get("b", lambda: 2) == 2


def test_failure_is_raised_and_not_kept() -> None:
    cache: BoundedCache[float] = BoundedCache(2)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 / 0)
    assert cache.get("a", lambda: 1.0) == 1.0


def test_threads_wait_for_the_same_value_and_for_no_other() -> None:
    cache: BoundedCache[str] = BoundedCache(4)
    made: list[str] = []
    started, release = threading.Event(), threading.Event()

    def slow() -> str:
        made.append("slow")
        started.set()
        assert release.wait(300)
        return "slow"

    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(cache.get, "slow", slow) for _ in range(2)]
        assert started.wait(300)
        assert cache.get("other", lambda: "other") == "other"
        release.set()
        assert [one.result(300) for one in waiting] == ["slow", "slow"]
    assert made == ["slow"]
