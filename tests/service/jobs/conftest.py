"""Files that strangers send, and workers with small limits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.jobs.messages import Limits, Setup
from service.jobs.pool import WorkerPool

MakePool = Callable[..., WorkerPool]


@pytest.fixture(scope="session")
def make_setup(small_seeds: Path) -> Callable[..., Setup]:
    def make(**more: int) -> Setup:
        limits = {
            "memory_mb": 2000,
            "file_bytes": 10**9,
            "max_features": 1000,
            "max_vertices": 100_000,
            "max_unpacked_bytes": 10**7,
        }
        return Setup(
            seeds=str(small_seeds),
            workspace=None,
            limits=Limits(**{**limits, **more}),
            kept_s=0.0,
        )

    return make


@pytest.fixture(scope="module")
def make_pool(make_setup: Callable[..., Setup]) -> Iterator[MakePool]:
    pools: list[WorkerPool] = []

    def make(size: int = 1, *, waiting: int = 8, **limits: int) -> WorkerPool:
        setup = make_setup(**limits)
        pools.append(
            WorkerPool(size, setup, waiting=waiting, time_field="sync_seconds")
        )
        return pools[-1]

    yield make
    for pool in pools:
        pool.stop()
