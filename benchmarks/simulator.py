"""A run of independent tasks on workers that may be lost: a discrete-event simulation.

Tasks are taken in order by whoever is free. The scheduler hands out one at a time. A
worker needs some time before its first task (loading what it holds), and is lost at
random (exponential times between losses, as spot instances are taken away); its task is
done again by another worker, and a replacement comes after a while and must load again.
Rows of finished tasks are put into one file in order, by one process, meanwhile.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

READY, DONE, LOST = range(3)


@dataclass(frozen=True)
class Cluster:
    """Workers, and what befalls them.

    Parameters
    ----------
    workers : int
    start_s : float
        Before a worker's first task.
    dispatch_s : float
        The scheduler's time per task; tasks are handed out one after the other.
    losses_per_hour : float
        Of one worker.
    replaced_after_s : float
        Until another one comes, which then starts.
    """

    workers: int
    start_s: float = 0.0
    dispatch_s: float = 0.0
    losses_per_hour: float = 0.0
    replaced_after_s: float = 180.0


class Run(NamedTuple):
    """What became of it; times in seconds.

    Parameters
    ----------
    seconds : float
        Until the last task was done.
    merged : float
        Until all rows were in one file.
    useful, wasted : float
        Workers' time on tasks that were finished, and on those that were lost.
    losses : int
    last_alone : float
        While some worker had nothing to do any more.
    finished : ndarray
        ``(n,)`` when each task was done.
    """

    seconds: float
    merged: float
    useful: float
    wasted: float
    losses: int
    last_alone: float
    finished: NDArray[np.float64]


@dataclass
class _State:
    waiting: deque[int]
    events: list[tuple[float, int, int, int]] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    doing: dict[int, tuple[int, float]] = field(default_factory=dict)
    life: dict[int, int] = field(default_factory=dict)
    free_at: float = 0.0
    useful: float = 0.0
    wasted: float = 0.0
    losses: int = 0
    first_idle: float | None = None


def simulate(
    tasks_s: Sequence[float] | NDArray[np.float64],
    cluster: Cluster,
    *,
    merge_s: Sequence[float] | NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Run:
    """Play a run.

    Parameters
    ----------
    tasks_s : sequence of float
        ``(n,)``, n >= 1, seconds of each task, in the order in which they are taken.
    cluster : Cluster
    merge_s : sequence of float, optional
        ``(n,)`` seconds to put each task's rows into the file; none if not given.
    seed : int
        Of the losses.

    Examples
    --------
    >>> simulate([3, 2, 2], Cluster(workers=2)).seconds
    4.0
    """
    tasks = np.asarray(tasks_s, dtype=float)
    generator = np.random.default_rng(seed)
    state = _State(deque(range(len(tasks))))
    finished = np.full(len(tasks), np.nan)
    for worker in range(cluster.workers):
        _arrive(state, cluster, generator, worker, 0.0)
    left = len(tasks)
    now = 0.0
    while left:
        now, kind, worker, life = heapq.heappop(state.events)
        if state.life[worker] != life:
            continue
        if kind == LOST:
            _lose(state, cluster, generator, worker, now)
        else:
            if kind == DONE:
                task, begun = state.doing.pop(worker)
                finished[task] = now
                state.useful += now - begun
                left -= 1
            state.idle.append(worker)
        _hand_out(state, cluster, tasks, now)
    return Run(
        float(now),
        _merged(finished, merge_s),
        state.useful,
        state.wasted,
        state.losses,
        now - (now if state.first_idle is None else state.first_idle),
        finished,
    )


def _arrive(
    state: _State,
    cluster: Cluster,
    generator: np.random.Generator,
    worker: int,
    now: float,
) -> None:
    life = state.life[worker] = state.life.get(worker, -1) + 1
    heapq.heappush(state.events, (now + cluster.start_s, READY, worker, life))
    if cluster.losses_per_hour > 0:
        lives = generator.exponential(3600 / cluster.losses_per_hour)
        heapq.heappush(state.events, (now + lives, LOST, worker, life))


def _lose(
    state: _State,
    cluster: Cluster,
    generator: np.random.Generator,
    worker: int,
    now: float,
) -> None:
    state.losses += 1
    if worker in state.doing:
        task, begun = state.doing.pop(worker)
        state.wasted += max(now - begun, 0.0)
        state.waiting.appendleft(task)
    elif worker in state.idle:
        state.idle.remove(worker)
    _arrive(state, cluster, generator, worker, now + cluster.replaced_after_s)


def _hand_out(
    state: _State, cluster: Cluster, tasks: NDArray[np.float64], now: float
) -> None:
    while state.waiting and state.idle:
        worker, task = state.idle.pop(0), state.waiting.popleft()
        state.free_at = max(state.free_at, now) + cluster.dispatch_s
        end = state.free_at + tasks[task]
        state.doing[worker] = task, state.free_at
        heapq.heappush(state.events, (end, DONE, worker, state.life[worker]))
    if state.idle and not state.waiting and state.first_idle is None:
        state.first_idle = now
    if state.waiting:
        state.first_idle = None


def _merged(
    finished: NDArray[np.float64],
    merge_s: Sequence[float] | NDArray[np.float64] | None,
) -> float:
    """Answer when the file is whole: each task's rows wait for those before them."""
    if merge_s is None:
        return float(finished.max())
    at = 0.0
    for end, takes in zip(finished, merge_s, strict=True):
        at = max(at, end) + float(takes)
    return at
