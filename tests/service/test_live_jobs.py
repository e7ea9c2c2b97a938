"""A real server in a process of its own: restarts, crashes, large bodies, leavers."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.jobs.store import JobStore

MakeServer = Callable[..., "Server"]
BOX = {
    "type": "Polygon",
    "coordinates": [[[109, 40], [110, 40], [110, 41], [109, 41], [109, 40]]],
}
AREA = {"inputs": {"layer": "leagues"}}
WAIT_S = 180
"""What is waited for comes soon; only on a machine that stands still it may last."""


class Server:
    """``ecobarrier serve`` on a free port."""

    def __init__(self, seeds: Path, jobs: Path, log: Path, **settings: object) -> None:
        stated = {"SEEDS": seeds, "JOBS": jobs, "PORT": 0, **settings}
        names = {f"ECOBARRIER_{key.upper()}": str(one) for key, one in stated.items()}
        self.log = log
        # A pipe that nobody reads would be full after two hundred requests, and the
        # server stand still.
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve"],
                env={**os.environ, **names},
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://" in line, log.read_text()
        self.address = line.split()[-1].rstrip("/")
        self.port = int(self.address.rpartition(":")[2])

    def ask(
        self, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Answer status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        known = {"Content-Type": "application/json"} if data else {}
        method = headers.pop("method", None)
        url = path if path.startswith("http") else f"{self.address}{path}"
        request = urllib.request.Request(  # noqa: S310
            url, data, {**known, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def submit(self) -> str:
        status, job = self.ask(
            "/processes/area/execution", AREA, Prefer="respond-async"
        )
        assert status == 201, job
        return str(job["jobID"])

    def state(self, job: str) -> str:
        return str(self.ask(f"/jobs/{job}")[1]["status"])

    def ended(self, job: str) -> str:
        return str(
            wait_for(
                lambda: self.state(job),
                lambda state: state not in ("accepted", "running"),
            )
        )

    def end(self, how: int = signal.SIGTERM) -> str:
        """End the server and answer what it logged."""
        self.process.send_signal(how)
        self.process.communicate(timeout=WAIT_S)
        return self.log.read_text()


def wait_for(look: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not good(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return seen


@pytest.fixture
def serve(small_seeds: Path, tmp_path: Path) -> Iterator[MakeServer]:
    servers: list[Server] = []

    def make(**settings: object) -> Server:
        log = tmp_path / f"server-{len(servers)}.log"
        servers.append(Server(small_seeds, tmp_path / "jobs", log, **settings))
        return servers[-1]

    yield make
    for server in servers:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


def children(server: Server) -> list[int]:
    """Worker processes of a server."""
    path = Path(f"/proc/{server.process.pid}/task")
    found = [task / "children" for task in path.iterdir()]
    return [int(pid) for one in found for pid in one.read_text().split()]


def reading(server: Server) -> set[int]:
    """Worker processes that are at an uploaded file."""
    return {pid for pid in children(server) if _has_open(pid, ".gpkg")}


def _has_open(pid: int, suffix: str) -> bool:
    try:
        files = [one.readlink() for one in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        # It ended, or closed one meanwhile.
        return False
    return any(one.suffix == suffix for one in files)


def queue_endless(jobs: Path, endless: Path, name: str = "endless") -> None:
    """Put a job into the list that no check would let through: it never ends."""
    (jobs / "requests" / name).mkdir(parents=True)
    shutil.copy(endless, jobs / "requests" / name / "a.gpkg")
    store = JobStore(jobs / "jobs.sqlite")
    store.add(name, "site", {"file": "a.gpkg", "fields": {"layers": "redline"}}, 100)


def test_jobs_survive_a_restart(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    """Done, running and waiting: nothing is lost, nothing is done twice."""
    first = serve()
    done = first.submit()
    assert first.ended(done) == "successful"
    report = first.ask(f"/jobs/{done}/results")[1]
    queue_endless(tmp_path / "jobs", endless)
    wait_for(lambda: first.state("endless"), lambda state: state == "running")
    waiting = [first.submit() for _ in range(3)]
    assert {first.state(job) for job in waiting} == {"accepted"}
    printed = first.end()
    assert "Traceback" not in printed

    second = serve()
    assert second.ask("/jobs")[1]["numberMatched"] == 5
    assert second.ask(f"/jobs/{done}/results")[1] == report
    wait_for(lambda: second.state("endless"), lambda state: state == "running")
    assert second.ask("/jobs/endless", method="DELETE")[1]["status"] == "dismissed"
    assert {second.ended(job) for job in waiting} == {"successful"}
    assert second.ask(f"/jobs/{waiting[0]}/results")[1] == report
    assert second.ask("/jobs/endless/results")[0] == 404


def crash(server: Server, *, again: bool) -> None:
    """Kill a server while it runs the endless job, for the second time or not."""

    def runs(job: dict[str, Any]) -> bool:
        # Until the killed server is missed its job still says that it runs.
        told = "queue again" in job.get("message", "")
        return job["status"] == "running" and told == again

    wait_for(lambda: server.ask("/jobs/endless")[1], runs)
    workers = wait_for(lambda: children(server), bool)
    server.end(signal.SIGKILL)
    exes = [Path(f"/proc/{pid}/exe") for pid in workers]
    wait_for(lambda: [exe for exe in exes if exe.exists()], lambda left: not left)


def test_killed_server_leaves_no_worker_and_no_running_job(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    """Tried once more after the first crash, failed with a reason after the second."""
    jobs = tmp_path / "jobs"
    (jobs / "requests").mkdir(parents=True)
    queue_endless(jobs, endless)
    crash(serve(), again=False)
    crash(serve(), again=True)
    last = serve()
    assert last.ended("endless") == "failed"
    status, problem = last.ask("/jobs/endless/results")
    assert (status, problem["code"]) == (500, "job_interrupted")
    assert list((jobs / "spool").glob("*/*")) == []


def test_killed_worker_fails_its_job_only(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    server = serve()
    done = server.submit()
    assert server.ended(done) == "successful"
    quick = set(children(server))
    queue_endless(tmp_path / "jobs", endless)
    assert server.ask("/processes/area/execution", AREA)[0] == 200
    # One that has not begun would be replaced, and nobody told.
    wait_for(lambda: reading(server), bool)
    for pid in set(children(server)) | quick:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert server.ended("endless") == "failed"
    status, problem = server.ask("/jobs/endless/results")
    assert (status, problem["code"]) == (500, "worker_died")
    assert "SIGKILL" in problem["text"]["en"]
    assert server.ended(server.submit()) == "successful"
    assert server.ask("/processes/area/execution", AREA)[0] == 200


def test_running_job_is_dismissed(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    server = serve()
    assert server.ended(server.submit()) == "successful"
    queue_endless(tmp_path / "jobs", endless)
    wait_for(lambda: server.state("endless"), lambda state: state == "running")
    behind = server.submit()
    assert server.ask("/jobs/endless", method="DELETE")[1]["status"] == "dismissed"
    assert server.ended(behind) == "successful"
    assert not (tmp_path / "jobs" / "requests" / "endless").exists()


def test_job_that_hangs_is_stopped(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    server = serve(job_seconds=2)
    queue_endless(tmp_path / "jobs", endless)
    assert server.ended("endless") == "failed"
    problem = server.ask("/jobs/endless/results")[1]
    assert problem["code"] == "worker_time"
    assert "job_seconds" in problem["detail"]


def test_two_servers_share_a_list(serve: MakeServer, tmp_path: Path) -> None:
    servers = [serve(), serve()]
    jobs = [servers[i % 2].submit() for i in range(12)]
    assert {servers[0].ended(job) for job in jobs} == {"successful"}
    connection = sqlite3.connect(tmp_path / "jobs" / "jobs.sqlite")
    rows = connection.execute("SELECT attempts, owner FROM jobs").fetchall()
    connection.close()
    assert [attempts for attempts, _ in rows] == [1] * 12
    dismissed = servers[0].submit()
    assert servers[1].ask(f"/jobs/{dismissed}", method="DELETE")[0] == 200


def large(server: Server, size: int, *, chunked: bool) -> tuple[int, dict[str, Any]]:
    """Send a body of spaces without holding it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    piece = b" " * 1_000_000
    headers = {"Content-Type": "application/geo+json"}
    if not chunked:
        headers["Content-Length"] = str(size)
    pieces = (piece for _ in range(size // len(piece)))
    with contextlib.closing(connection):
        # Where the server did not wait for the end, its answer is there already.
        with contextlib.suppress(ConnectionError):
            connection.request(
                "POST", "/overlap", pieces, headers, encode_chunked=chunked
            )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_body_of_100_megabytes(serve: MakeServer, tmp_path: Path) -> None:
    server = serve()
    for chunked in (False, True):
        status, problem = large(server, 100_000_000, chunked=chunked)
        assert (status, problem["code"]) == (413, "body_too_large")
        assert problem["details"]["field"] == "max_body_bytes"
    assert server.ask("/health")[0] == 200
    memory = Path(f"/proc/{server.process.pid}/status").read_text()
    peak = int(memory.split("VmHWM:")[1].split()[0])
    assert peak < 600_000, "kB: the body is never held"
    assert list((tmp_path / "jobs").glob("spool/*/*")) == []


def test_slow_body(serve: MakeServer, tmp_path: Path) -> None:
    server = serve(body_seconds=1)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"POST /overlap HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
            b"Content-Type: application/geo+json\r\n\r\n{"
        )
        connection.settimeout(WAIT_S)
        assert b"408" in connection.recv(4096).split(b"\r\n")[0]
    assert list((tmp_path / "jobs").glob("spool/*/*")) == []


def test_caller_who_leaves_frees_the_worker(
    serve: MakeServer, tmp_path: Path, endless: Path
) -> None:
    """Both workers hang on requests whose callers go away; the next is answered."""
    # Long enough that only their leaving can free the workers.
    server = serve(workers=2, sync_seconds=600)
    body = endless.read_bytes()
    head = (
        f"POST /overlap?name=a.gpkg HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}"
        "\r\nContent-Type: application/octet-stream\r\n\r\n"
    ).encode()
    leavers = []
    for _ in range(2):
        leavers.append(socket.create_connection(("127.0.0.1", server.port)))
        leavers[-1].sendall(head + body)
    wait_for(lambda: reading(server), lambda pids: len(pids) == 2)
    assert server.ask("/collections")[0] == 200
    for one in leavers:
        one.close()
    assert server.ask("/processes/area/execution", AREA)[0] == 200
    wait_for(
        lambda: list((tmp_path / "jobs").glob("spool/*/*")), lambda found: not found
    )


def test_caller_who_leaves_a_download(serve: MakeServer, tmp_path: Path) -> None:
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"GET /collections/leagues/download?f=gpkg HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        connection.recv(100)
    wait_for(
        lambda: list((tmp_path / "jobs").glob("spool/*/*")), lambda found: not found
    )
    assert server.ask("/health")[0] == 200


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk(small_seeds: Path, tiny_disk: Path, tmp_path: Path) -> None:
    """Uploads and jobs are refused with a reason; reading goes on; space helps."""
    server = Server(small_seeds, tiny_disk / "jobs", tmp_path / "server.log")
    try:
        done = server.submit()
        assert server.ended(done) == "successful"
        # What it was made with goes last, and would be room again.
        requests = tiny_disk / "jobs" / "requests"
        wait_for(lambda: list(requests.iterdir()), lambda left: not left)
        filler = tiny_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as out:
            while True:
                out.write(b"x" * 4096)
                out.flush()
        status, problem = server.ask("/processes/area/execution", AREA)
        assert status == 507, problem
        assert problem["code"] in ("body_not_stored", "layer_write_failed")
        status, problem = server.ask(
            "/processes/area/execution", AREA, Prefer="respond-async"
        )
        assert status == 507, problem
        assert server.ask("/collections")[0] == 200
        assert server.ask(f"/jobs/{done}/results")[0] == 200
        filler.unlink()
        assert server.ask("/processes/area/execution", AREA)[0] == 200
        assert server.ended(server.submit()) == "successful"
    finally:
        server.end(signal.SIGKILL)
