"""The simulation of a run on a cluster, against cases worked by hand and bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulator import Cluster, simulate

TIMES = st.lists(st.floats(0.1, 100), min_size=1, max_size=40)


def test_three_tasks_two_workers() -> None:
    """3 | 2, then the third on whoever is free at 2: done at 4; one idles from 3."""
    run = simulate([3, 2, 2], Cluster(workers=2))
    assert run.finished.tolist() == [3, 2, 4]
    assert (run.seconds, run.useful, run.wasted, run.losses) == (4, 7, 0, 0)
    assert run.last_alone == 1


def test_start_and_dispatch() -> None:
    """Both ready at 10; handed out at 11 and 12, the third when one is free, at 15."""
    run = simulate([3, 5, 1], Cluster(workers=2, start_s=10, dispatch_s=1))
    assert run.finished.tolist() == [14, 17, 16]


def test_merging_waits_for_the_first() -> None:
    """Done at 5 and 1: the second's rows wait; 5 + 2 + 2."""
    run = simulate([5, 1], Cluster(workers=2), merge_s=[2, 2])
    assert (run.seconds, run.merged) == (5, 9)


def test_a_lost_task_is_done_again() -> None:
    """One worker lost at 6 within a task of 10 from 0; back at 6 + 4; done at 20."""
    cluster = Cluster(1, losses_per_hour=60, replaced_after_s=4)
    for seed in range(300):
        first, second = np.random.default_rng(seed).exponential(60, 2)
        if first < 10 < second:
            run = simulate([10], cluster, seed=seed)
            assert run.seconds == pytest.approx(first + 4 + 10)
            assert run.wasted == pytest.approx(first)
            assert run.losses == 1
            return
    raise AssertionError


@given(times=TIMES, workers=st.integers(1, 8))
def test_bounds_of_list_scheduling(times: list[float], workers: int) -> None:
    """Graham 1966: at most (2 - 1/m) of the best, which no run can go below."""
    run = simulate(times, Cluster(workers))
    best = max(max(times), sum(times) / workers)
    assert best <= run.seconds * (1 + 1e-12)
    assert run.seconds <= sum(times) / workers + max(times) * (1 - 1 / workers) + 1e-9
    assert run.useful == pytest.approx(sum(times))
    assert run.seconds == np.max(run.finished)
    if workers == 1:
        assert run.seconds == pytest.approx(sum(times))


@given(times=TIMES, workers=st.integers(1, 8), seed=st.integers(0, 99))
def test_nothing_is_lost_with_workers(
    times: list[float], workers: int, seed: int
) -> None:
    """Every task is finished once; useful time is that of the tasks; no free lunch."""
    cluster = Cluster(workers, start_s=5, losses_per_hour=20, replaced_after_s=10)
    run = simulate(times, cluster, seed=seed)
    assert np.isfinite(run.finished).all()
    assert run.useful == pytest.approx(sum(times))
    assert run.seconds >= max(times) + 5 - 1e-9
    assert run.useful + run.wasted <= workers * run.seconds + 1e-6
    assert (run.losses == 0) <= (run.wasted == 0)


def test_rare_losses_cost_what_they_take() -> None:
    """Expected waste: half a task for each loss, of tasks that are short."""
    cluster = Cluster(50, losses_per_hour=1.0, replaced_after_s=0.0)
    run = simulate([60.0] * 20_000, cluster, seed=1)
    assert run.losses == pytest.approx(20_000 * 60 / 3600, rel=0.2)
    assert run.wasted / run.losses == pytest.approx(30, rel=0.2)
