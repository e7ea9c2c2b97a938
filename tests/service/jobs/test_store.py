"""The job list: real SQLite, several processes, damage, and a full disk."""

import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.errors import BusyError, NotFoundError, StorageError
from service.jobs.messages import Refusal
from service.jobs.store import JobStore

WHY = Refusal(
    code="worker_died", zh="坏", en="bad", details={"reason": "x"}, status=500
)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs.sqlite")


def filled(store: JobStore, *jobs: str) -> JobStore:
    for job in jobs:
        store.add(job, "overlap", {"a": "甲"}, 100)
    return store


def test_life_of_a_job(store: JobStore) -> None:
    job = filled(store, "a").get("a")
    assert (job.state, job.request, job.progress) == ("accepted", {"a": "甲"}, 0)
    taken = store.take("me")
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == ("a", "running", 1)
    assert store.take("me") is None
    store.progress("a", "me", 40)
    assert store.get("a").progress == 40
    assert store.finish("a", "me", None)
    done = store.get("a")
    assert (done.state, done.progress) == ("successful", 100)
    assert done.finished is not None


def test_oldest_is_taken_first(store: JobStore) -> None:
    filled(store, "b", "a", "c")
    taken = [job.id for job in (store.take("me") for _ in range(3)) if job]
    assert taken == ["b", "a", "c"]


def test_failure_keeps_its_reason(store: JobStore) -> None:
    filled(store, "a").take("me")
    store.finish("a", "me", WHY)
    assert store.get("a").refusal == WHY


def test_list_survives_opening_again(tmp_path: Path) -> None:
    filled(JobStore(tmp_path / "jobs.sqlite"), "a")
    assert JobStore(tmp_path / "jobs.sqlite").get("a").state == "accepted"


def test_write_ahead_log_is_on(store: JobStore, tmp_path: Path) -> None:
    filled(store, "a")
    connection = sqlite3.connect(tmp_path / "jobs.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


TAKER = """
import sys
from pathlib import Path
from service.jobs.store import JobStore
store = JobStore(Path(sys.argv[1]))
while (job := store.take(sys.argv[2])) is not None:
    print(job.id, flush=True)
"""


def test_job_is_taken_once_by_several_processes(
    store: JobStore, tmp_path: Path
) -> None:
    jobs = [f"job{i}" for i in range(60)]
    filled(store, *jobs)
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, str(tmp_path / "jobs.sqlite"), owner],
            stdout=subprocess.PIPE,
            text=True,
        )
        for owner in "abcd"
    ]
    taken = [taker.communicate(timeout=300)[0].split() for taker in takers]
    assert all(taker.returncode == 0 for taker in takers)
    assert sorted(name for names in taken for name in names) == sorted(jobs)


def test_job_added_while_a_taker_waits_starts_after_it_was_created(
    store: JobStore, tmp_path: Path
) -> None:
    """The taker's clock was read before it waited for the writer's place."""
    writer = sqlite3.connect(tmp_path / "jobs.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as threads:
        taken = threads.submit(store.take, "me")
        time.sleep(0.3)
        writer.execute(
            "INSERT INTO jobs (id, process, caller, request, state, created, updated)"
            " VALUES ('a', 'overlap', '', '{}', 'accepted', ?, ?)",
            (time.time(), time.time()),
        )
        writer.execute("COMMIT")
        job = taken.result(timeout=300)
    writer.close()
    assert job is not None
    assert job.started is not None
    assert job.created <= job.started


def test_dismissed_job_is_not_taken(store: JobStore) -> None:
    filled(store, "a")
    assert store.dismiss("a").state == "dismissed"
    assert store.take("me") is None
    assert store.get("a").state == "dismissed"


def test_dismissal_of_a_running_job_wins(store: JobStore) -> None:
    filled(store, "a").take("me")
    store.dismiss("a")
    assert not store.is_running("a", "me")
    assert not store.finish("a", "me", None)
    assert store.get("a").state == "dismissed"


def test_ended_job_is_forgotten(store: JobStore) -> None:
    filled(store, "a").take("me")
    store.finish("a", "me", None)
    assert store.dismiss("a").state == "dismissed"
    for ask in (store.get, store.dismiss):
        with pytest.raises(NotFoundError):
            ask("a")


def test_crash_is_forgiven_once(store: JobStore) -> None:
    filled(store, "a", "b").take("dead")
    assert store.owners() == {"dead"}
    assert store.recover("dead", WHY) == (1, 0)
    again = store.take("dead too")
    assert again is not None
    assert (again.id, again.attempts, again.note) == ("a", 2, "job_requeued")
    assert store.recover("dead too", WHY) == (0, 1)
    assert store.get("a").refusal == WHY
    assert store.get("b").state == "accepted"


def test_stopping_is_no_crash(store: JobStore) -> None:
    for _ in range(5):
        filled(store) if store.jobs(caller=None)[1] else filled(store, "a")
        store.take("me")
        store.put_back("a", "me")
    job = store.get("a")
    assert (job.state, job.attempts) == ("accepted", 0)


def test_queue_has_a_bound(store: JobStore) -> None:
    store.add("a", "overlap", {}, 1)
    with pytest.raises(BusyError) as refused:
        store.add("b", "overlap", {}, 1)
    assert refused.value.code == "jobs_queue_full"


def test_retention_by_number_and_age(store: JobStore) -> None:
    for name in "abcd":
        filled(store, name).take("me")
        store.finish(name, "me", None)
        time.sleep(0.01)
    filled(store, "waiting")
    assert sorted(store.prune(2, 1)) == ["a", "b"]
    assert sorted(store.prune(2, 1e-9)) == ["c", "d"]
    assert [job.id for job in store.jobs(caller=None)[0]] == ["waiting"]


def test_pages_and_filters(store: JobStore) -> None:
    filled(store, "a", "b", "c")
    store.add("z", "zonal", {}, 100)
    store.dismiss("b")
    found, matched = store.jobs(
        caller=None, states=("accepted",), processes=("overlap",)
    )
    assert ([job.id for job in found], matched) == (["c", "a"], 2)
    page, total = store.jobs(caller=None, limit=2, offset=1)
    assert ([job.id for job in page], total) == (["c", "b"], 4)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0"])
def test_damaged_list_is_put_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(content)
    assert filled(JobStore(tmp_path / "jobs.sqlite"), "a").get("a").id == "a"
    (aside,) = tmp_path.glob("jobs.sqlite.damaged-*")
    assert aside.read_bytes() == content


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files end at 60 kB, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_disk")
def test_full_disk_loses_no_accepted_job(store: JobStore) -> None:
    accepted: list[str] = []

    def fill() -> None:
        for i in range(1000):
            accepted.append(store.add(f"job{i}", "site", {"a": "x" * 2000}, 10**6).id)

    with pytest.raises(StorageError) as refused:
        fill()
    assert refused.value.code == "jobs_unreadable"
    assert accepted
    found = {job.id for job in store.jobs(caller=None, limit=1000)[0]}
    assert found == set(accepted)


def test_callers_are_listed_apart(store: JobStore) -> None:
    for job, caller in (("a", ""), ("b", "k1"), ("c", "k1"), ("d", "k2")):
        store.add(job, "area", {}, 100, caller)
    listed = {
        caller: {job.id for job in store.jobs(caller=caller)[0]}
        for caller in ("", "k1", "k2", "k3", None)
    }
    assert listed == {
        "": {"a"},
        "k1": {"b", "c"},
        "k2": {"d"},
        "k3": set(),
        None: {"a", "b", "c", "d"},
    }
    assert store.jobs(caller="k1", limit=1)[1] == 2
    assert store.get("b").caller == "k1"


def test_list_without_callers_is_taken_over(tmp_path: Path) -> None:
    """A list of a version that did not keep who asked: its jobs are nobody's."""
    file = tmp_path / "jobs.sqlite"
    filled(JobStore(file), "old")
    connection = sqlite3.connect(file)
    connection.execute("ALTER TABLE jobs DROP COLUMN caller")
    connection.commit()
    connection.close()
    for _ in range(2):
        store = JobStore(file)
        (job,), matched = store.jobs(caller="")
        assert (job.id, job.request, job.caller, matched) == ("old", {"a": "甲"}, "", 1)
        assert store.jobs(caller="k1") == ([], 0)
        store.close()
