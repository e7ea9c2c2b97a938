"""Workers that die, hang, run out of memory or disk, or are not wanted any more."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from geo.errors import EcobarrierError
from service.errors import (
    BusyError,
    CancelledError,
    RemoteError,
    TimeLimitError,
    WorkerError,
)
from service.jobs.messages import Setup, Task
from service.jobs.pool import WorkerPool

MakePool = Callable[..., WorkerPool]
BOX = [[108.1, 40.1], [108.9, 40.1], [108.9, 40.9], [108.1, 40.9], [108.1, 40.1]]


def task(folder: Path, inputs: dict[str, Any] | None = None, **more: Any) -> Task:
    """Overlap of two layers, unless other inputs or fields are given."""
    folder.mkdir(exist_ok=True)
    document = {"inputs": inputs or {"left": "leagues", "right": "redline"}}
    (folder / "body.json").write_text(json.dumps(document), encoding="utf-8")
    fields: dict[str, Any] = {
        "kind": "execute",
        "process": "overlap",
        "folder": str(folder),
        "output": str(folder / "report.json"),
        "seconds": 600,
        "request": {},
    }
    return Task(**{**fields, **more})


def hanging(endless: Path, seconds: float = 600) -> Task:
    request = {"file": endless.name}
    folder = str(endless.parent)
    output = str(endless.parent / "report.json")
    return Task(
        kind="execute",
        process="site",
        folder=folder,
        output=output,
        seconds=seconds,
        request=request,
    )


@pytest.fixture(scope="module")
def pool(make_pool: MakePool) -> WorkerPool:
    return make_pool(2)


def alive(pid: int) -> bool:
    try:
        return _state(pid) != "Z"
    except FileNotFoundError:
        return False


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def soon(condition: Callable[[], bool], seconds: float = 300) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_report_and_progress(pool: WorkerPool, tmp_path: Path) -> None:
    told: list[int] = []
    said = pool.run(task(tmp_path / "a"), progress=told.append)
    report = json.loads((tmp_path / "a" / "report.json").read_text("utf-8"))
    assert said["result_id"] == report["result_id"]
    assert told == sorted(told)
    assert len(told) > 1


def test_worker_is_used_again(pool: WorkerPool, tmp_path: Path) -> None:
    pool.run(task(tmp_path / "a"))
    before = pool.pids()
    pool.run(task(tmp_path / "b"))
    assert pool.pids() == before


def test_refusal_travels_whole(pool: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(RemoteError) as refused:
        pool.run(task(tmp_path / "a", {"left": "leagues", "right": "leages"}))
    assert refused.value.code == "input_layer_unknown"
    assert refused.value.details["parameter"] == "right"
    assert "leagues" in refused.value.text.en


def test_killed_worker_harms_only_its_task(
    pool: WorkerPool, tmp_path: Path, endless: Path
) -> None:
    pool.run(task(tmp_path / "a"))
    failures: list[EcobarrierError] = []

    def work() -> None:
        try:
            pool.run(hanging(endless))
        except EcobarrierError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert soon(lambda: bool(_reading(pool, endless))), "GDAL hangs in the view"
    busy = _reading(pool, endless)
    pool.run(task(tmp_path / "b"))
    assert not failures, "the other request was answered meanwhile"
    for pid in busy:
        os.kill(pid, signal.SIGKILL)
    thread.join(300)
    (failure,) = failures
    assert isinstance(failure, WorkerError)
    assert failure.details["reason"] == "SIGKILL"
    pool.run(task(tmp_path / "c"))


def ticks(pid: int) -> int:
    """Processor time of a process, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11])


def _reading(pool: WorkerPool, endless: Path) -> set[int]:
    """Worker processes that are at the file whose rows never end."""
    return {pid for pid in pool.pids() if _has_open(pid, endless)}


def _has_open(pid: int, file: Path) -> bool:
    try:
        return any(one.resolve() == file for one in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def test_idle_worker_that_died_is_replaced(pool: WorkerPool, tmp_path: Path) -> None:
    pool.run(task(tmp_path / "a"))
    killed = pool.pids()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert soon(lambda: not any(alive(pid) for pid in killed))
    pool.run(task(tmp_path / "b"))


def test_idle_worker_that_dies_while_it_is_given_a_task_is_replaced(
    make_pool: MakePool, tmp_path: Path
) -> None:
    pool = make_pool()
    pool.run(task(tmp_path / "a"))
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGSTOP)
    assert soon(lambda: _state(pid) == "T")
    with ThreadPoolExecutor(1) as others:
        asked = others.submit(pool.run, task(tmp_path / "b"))
        assert soon(lambda: _unread(pid) > 0)
        os.kill(pid, signal.SIGKILL)
        asked.result()
    assert (tmp_path / "b" / "report.json").exists()
    assert pid not in pool.pids()


def _unread(pid: int) -> int:
    """Bytes that wait on the standard input of a process."""
    with Path(f"/proc/{pid}/fd/0").open("rb") as stream:
        return int.from_bytes(fcntl.ioctl(stream, termios.FIONREAD, bytes(4)), "little")


def test_hanging_task_is_stopped(pool: WorkerPool, endless: Path) -> None:
    with pytest.raises(TimeLimitError) as refused:
        pool.run(hanging(endless, seconds=1))
    assert refused.value.details == {"seconds": 1, "field": "sync_seconds"}


def test_cancelled_task_is_stopped(pool: WorkerPool, endless: Path) -> None:
    left = threading.Event()
    threading.Timer(1, left.set).start()
    with pytest.raises(CancelledError):
        pool.run(hanging(endless), cancelled=left)
    assert soon(lambda: not _reading(pool, endless))


def test_too_much_memory_is_a_reason(make_pool: MakePool, tmp_path: Path) -> None:
    """An upload that grows tenfold in memory, where 64 MB are free."""
    pool = make_pool(memory_mb=64, max_vertices=10**9, max_features=10**9)
    spot = '{"type":"Feature","properties":{"a":"b"},"geometry":null}'
    text = ",".join([spot] * 400_000)
    body = f'{{"type":"FeatureCollection","features":[{text}]}}'
    (tmp_path / "a.geojson").write_text(body)
    request = {"file": "a.geojson"}
    with pytest.raises((RemoteError, WorkerError)) as refused:
        pool.run(task(tmp_path, process="site", request=request))
    assert refused.value.code in ("worker_memory", "worker_died")
    with pytest.raises(RemoteError) as missing:
        pool.run(task(tmp_path / "b", {"left": "nothing", "right": "redline"}))
    assert missing.value.code == "input_layer_unknown"


def test_full_disk_is_a_reason(make_pool: MakePool, tmp_path: Path) -> None:
    """Files of the worker end at 2 kB, as on a full disk."""
    pool = make_pool(file_bytes=2048)
    with pytest.raises(RemoteError) as refused:
        pool.run(task(tmp_path / "a"))
    assert (refused.value.code, refused.value.status) == ("layer_write_failed", 507)
    assert str(tmp_path) not in str(refused.value)
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["body.json"]


def test_callers_wait_in_line_up_to_a_bound(
    make_pool: MakePool, tmp_path: Path, endless: Path
) -> None:
    pool = make_pool(waiting=1)
    left = threading.Event()
    threads = []
    for _ in range(2):
        threads.append(threading.Thread(target=_until_left, args=(pool, endless, left)))
        threads[-1].start()
    # One works and one waits: there is no third place.
    assert soon(lambda: pool._places._value == 0)
    with pytest.raises(BusyError):
        pool.run(task(tmp_path / "a"))
    left.set()
    for thread in threads:
        thread.join(300)
    pool.run(task(tmp_path / "b"))


def _until_left(pool: WorkerPool, endless: Path, left: threading.Event) -> None:
    try:
        pool.run(hanging(endless), cancelled=left)
    except CancelledError:
        return


def test_stopping_ends_the_workers(
    make_pool: MakePool, tmp_path: Path, endless: Path
) -> None:
    pool = make_pool()
    pool.run(task(tmp_path / "a"))
    (pid,) = pool.pids()
    failures: list[EcobarrierError] = []

    def work() -> None:
        try:
            pool.run(hanging(endless))
        except EcobarrierError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert soon(lambda: _reading(pool, endless) == {pid})
    pool.stop()
    thread.join(300)
    assert [one.code for one in failures] == ["service_stopping"]
    assert soon(lambda: not alive(pid))
    with pytest.raises(BusyError):
        pool.run(task(tmp_path / "b"))


def test_worker_that_is_ready_after_the_stop_is_ended(make_pool: MakePool) -> None:
    pool = make_pool()
    worker = pool._take()
    pool.stop()
    pool._put_back(worker)
    assert pool.pids() == []
    assert worker._process.returncode == -signal.SIGKILL


def test_worker_that_is_dead_before_it_is_told_leaves_nothing_open(
    make_pool: MakePool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    born: list[subprocess.Popen[bytes]] = []

    class Stillborn(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            super().__init__(["false", *command], **options)
            self.wait()
            born.append(self)

    monkeypatch.setattr("service.jobs.pool.subprocess.Popen", Stillborn)
    with pytest.raises(WorkerError, match="exit 1"):
        make_pool().run(task(tmp_path / "a"))
    (dead,) = born
    for pipe in (dead.stdin, dead.stdout):
        assert pipe is not None
        assert pipe.closed


SERVER = """
import sys, threading, time
from pathlib import Path
from service.jobs.messages import Setup, Task
from service.jobs.pool import WorkerPool
setup = Setup.model_validate_json(sys.argv[1])
task = Task.model_validate_json(sys.argv[2])
pool = WorkerPool(1, setup, waiting=1, time_field="x")
threading.Thread(target=lambda: pool.run(task), daemon=True).start()
while not pool.pids():
    time.sleep(0.05)
print(pool.pids()[0], flush=True)
time.sleep(3600)
"""


def test_worker_never_outlives_the_server(
    make_setup: Callable[..., Setup], endless: Path
) -> None:
    """GDAL is busy and holds Python's threads up when the server is killed."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            SERVER,
            make_setup().model_dump_json(),
            hanging(endless).model_dump_json(),
        ],
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert soon(lambda: _has_open(pid, endless))
    begun = ticks(pid)
    # What it does in half a second is no longer opening the file.
    assert soon(lambda: ticks(pid) - begun > 50)
    server.kill()
    server.wait()
    server.stdout.close()
    assert soon(lambda: not alive(pid))
