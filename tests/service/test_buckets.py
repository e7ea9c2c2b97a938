import pytest

from service.buckets import TokenBuckets


def test_burst_then_rate() -> None:
    buckets = TokenBuckets(rate=2, burst=3)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("a", 0.25) == pytest.approx(0.25)
    assert buckets.take("a", 0.5) == 0
    assert buckets.take("a", 0.5) == pytest.approx(0.5)


def test_bucket_never_holds_more_than_the_burst() -> None:
    buckets = TokenBuckets(rate=100, burst=2)
    buckets.take("a", 0.0)
    assert [buckets.take("a", 1e6) > 0 for _ in range(3)] == [False, False, True]


def test_callers_do_not_share() -> None:
    buckets = TokenBuckets(rate=1, burst=1)
    assert [buckets.take(name, 0.0) > 0 for name in "aba"] == [False, False, True]


def test_memory_is_bounded() -> None:
    buckets = TokenBuckets(rate=1, burst=1, size=100)
    for number in range(10_000):
        buckets.take(str(number), 0.0)
    assert len(buckets) == 100
    assert buckets.take("9999", 0.0) > 0, "who asked last is remembered"
