"""Several services over one folder: each job runs once."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.jobs.messages import Task
from service.jobs.service import JobService
from service.settings import Settings

SERVICES, JOBS = 4, 200


class Counted:
    """Notes which job was run where, instead of the worker processes."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.lock = threading.Lock()

    def run(self, task: Task, **_: Any) -> dict[str, Any]:
        with self.lock:
            self.ran[Path(task.output).stem] += 1
        return {}

    def stop(self) -> None:
        return None


@pytest.fixture
def services(
    small_seeds: Path, tmp_path: Path
) -> Iterator[tuple[list[JobService], list[Counted]]]:
    settings = Settings(
        seeds=small_seeds, jobs=tmp_path / "jobs", job_workers=2, max_jobs_waiting=JOBS
    )
    made = [JobService(settings) for _ in range(SERVICES)]
    counted = [Counted() for _ in made]
    for service, one in zip(made, counted, strict=True):
        service.__dict__["slow"] = one
    yield made, counted
    for service in made:
        service.stop()


def test_each_job_is_run_by_one_of_four_services(
    services: tuple[list[JobService], list[Counted]],
) -> None:
    """Each has two threads that take jobs; all begin at the same time."""
    made, counted = services
    ids = []
    for number in range(JOBS):
        one = made[number % SERVICES]
        ids.append(one.submit("area", {}, one.folder.place(), "").id)
    deadline = time.monotonic() + 300
    store = made[0].store
    while store.jobs(caller=None, states=("accepted", "running"), limit=0)[1]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ran = sum((one.ran for one in counted), Counter())
    assert ran == Counter(ids)
    assert {store.get(one).attempts for one in ids} == {1}
