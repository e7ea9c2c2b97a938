"""Limits of the whole service, divided among its processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.settings import Settings
from service.sharing import ALONE, Share, divided, rates


@given(total=st.integers(1, 300), of=st.integers(1, 64))
def test_parts_add_up(total: int, of: int) -> None:
    parts = [Share(index=i, of=of).part(total) for i in range(of)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert Share(of=of).at_least_one(total) * of >= total
    assert Share(of=of).at_least_one(total) * of < total + of


def test_one_process_has_all() -> None:
    settings = Settings(max_requests=7, job_workers=3)
    assert divided(settings, ALONE) is settings


def test_limits_of_one_of_four() -> None:
    settings = Settings(
        max_requests=256, max_connections=10, max_heavy=4, workers=2, job_workers=2
    )
    parts = [divided(settings, Share(index=i, of=4)) for i in range(4)]
    assert [one.max_requests for one in parts] == [64] * 4
    assert [one.max_connections for one in parts] == [3] * 4
    assert [one.max_heavy for one in parts] == [1] * 4
    # Who waits may come to any of them.
    assert [one.workers for one in parts] == [1] * 4
    assert [one.job_workers for one in parts] == [1, 1, 0, 0]


def test_no_rate_is_no_buckets() -> None:
    made = rates(Settings(address_rate=0, key_rate=1), ALONE)
    assert made.by_address is None
    assert made.by_key is not None
    assert made.by_key.take("a", 0.0) == 0


def test_first_does_what_one_must_do() -> None:
    assert ALONE.first
    assert [Share(index=i, of=3).first for i in range(3)] == [True, False, False]


@pytest.mark.parametrize("processes", [0, 65])
def test_number_of_processes_is_bounded(processes: int) -> None:
    with pytest.raises(ValueError, match="processes"):
        Settings(processes=processes)
