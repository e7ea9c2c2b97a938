import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from service.buckets import Buckets, SharedBuckets, TokenBuckets, shared_memory

Make = Callable[[float, float], Buckets]


@pytest.fixture
def memory() -> Iterator[int]:
    file = shared_memory("test")
    yield file
    os.close(file)


@pytest.fixture(params=["own", "shared"])
def make(request: pytest.FixtureRequest, memory: int) -> Make:
    def made(rate: float, burst: float) -> Buckets:
        if request.param == "own":
            return TokenBuckets(rate, burst)
        return SharedBuckets(rate, burst, memory)

    return made


def test_burst_then_rate(make: Make) -> None:
    buckets = make(2, 3)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("a", 0.25) == pytest.approx(0.25)
    assert buckets.take("a", 0.5) == 0
    assert buckets.take("a", 0.5) == pytest.approx(0.5)


def test_bucket_never_holds_more_than_the_burst(make: Make) -> None:
    buckets = make(100, 2)
    buckets.take("a", 0.0)
    assert [buckets.take("a", 1e6) > 0 for _ in range(3)] == [False, False, True]


def test_callers_do_not_share(make: Make) -> None:
    buckets = make(1, 1)
    assert [buckets.take(name, 0.0) > 0 for name in "aba"] == [False, False, True]


def test_memory_is_bounded() -> None:
    buckets = TokenBuckets(rate=1, burst=1, size=100)
    for number in range(10_000):
        buckets.take(str(number), 0.0)
    assert len(buckets) == 100
    assert buckets.take("9999", 0.0) > 0, "who asked last is remembered"


ASK = """
import sys
from service.buckets import SharedBuckets
buckets = SharedBuckets(0.001, 1000, int(sys.argv[1]))
print(sum(buckets.take("10.1.1.1", 5.0) == 0 for _ in range(500)))
"""


def test_processes_count_together(memory: int) -> None:
    """Four ask 500 times each, at the same time, of a bucket that holds 1000."""
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, str(memory)],
            pass_fds=[memory],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert sum(int(one.communicate(timeout=300)[0]) for one in asking) == 1000


def test_shared_memory_is_bounded_and_remembers_who_asked_last(memory: int) -> None:
    buckets = SharedBuckets(1, 1, memory)
    for number in range(100_000):
        buckets.take(str(number), float(number))
    assert buckets.take("99999", 99_999.0) > 0
    assert buckets.take("0", 99_999.0) == 0, "forgotten long ago"
    assert os.fstat(memory).st_size < 1_000_000
