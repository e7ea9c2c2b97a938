"""A real service of two processes: what is counted, shared, started again, ended."""

import http.client
import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from service.jobs.store import JobStore
from service.meter_exchange import ANSWERED

BURST = 40
PROXY = """
    location / {
        proxy_pass ADDRESS;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
    }
"""


@pytest.fixture
def service(start_service: Callable[..., Any], publisher: Any) -> Callable[..., Any]:
    publisher.publish(100)

    def start(**settings: object) -> Any:
        made = start_service(
            workspace=publisher.workspace, processes=2, workers=1, **settings
        )
        made.wait()
        return made

    return start


def ask(service: Any, path: str, **headers: str) -> tuple[int, bytes]:
    """Over a connection of its own, which either process may accept."""
    place = service.address.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=300)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(look: Callable[[], Any], seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return seen


def answering(service: Any) -> set[str]:
    """Numbers of the processes whose meters are told."""
    lines = ask(service, "/metrics")[1].decode().splitlines()
    return {
        one.split('"')[1]
        for one in lines
        if one.startswith(ANSWERED) and one.endswith(" 1.0")
    }


def test_life_of_a_service(
    service: Callable[..., Any],
    start_nginx: Callable[..., str],
    make_load: Callable[[str], Any],
    publisher: Any,
) -> None:
    """One start for all of it: it takes its seconds."""
    publisher.publish_other()
    running = service(address_rate=0.001, address_burst=BURST)
    load = make_load(start_nginx(PROXY.replace("ADDRESS", running.address)))
    load.publish_meanwhile(editions=2, seconds=1.0)
    load.require_well()

    before = set(running.members())
    assert len(before) == 2
    assert wait_for(lambda: answering(running) == {"0", "1"})

    # Who asks has one rate, whichever process is met.
    stranger = {"X-Forwarded-For": "10.1.2.3"}
    codes = [ask(running, "/processes", **stranger)[0] for _ in range(BURST + 20)]
    assert codes == [200] * BURST + [429] * 20

    # One is killed: the other answers, another one takes its place.
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    assert {ask(running, "/health")[0] for _ in range(10)} == {200}
    wait_for(lambda: set(running.members()) - before)
    wait_for(lambda: answering(running) == {"0", "1"})
    assert len(running.members()) == 2
    assert killed not in running.members()
    # It knows what the stranger had.
    assert {ask(running, "/processes", **stranger)[0] for _ in range(10)} == {429}

    # What is answered when it is told to end is answered whole.
    members = running.members()
    assert running.end() == 0
    assert not any(os.path.exists(f"/proc/{pid}/exe") for pid in members)  # noqa: PTH110
    lines = [json.loads(one) for one in running.log.read_text().splitlines()]
    served = {one["process"] for one in lines if one["logger"] == "ecobarrier.access"}
    assert len(served) >= 2
    assert "Traceback" not in running.log.read_text()
    assert list((publisher.workspace / "jobs").glob("spool/*/*")) == []


@pytest.mark.slow
def test_members_end_with_a_killed_supervisor(service: Callable[..., Any]) -> None:
    running = service()
    members = running.members()
    running.process.kill()
    running.process.wait()
    wait_for(
        lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in members)  # noqa: PTH110
    )


@pytest.mark.slow
def test_what_cannot_start_says_why(
    start_service: Callable[..., Any], publisher: Any
) -> None:
    """Not one process after the other, for ever."""
    publisher.publish(100)
    (publisher.workspace / "layers" / "parcels" / "current").write_text("no-such\n")
    refused = start_service(workspace=publisher.workspace, processes=2)
    assert refused.process.communicate(timeout=300)[0] == ""
    assert refused.process.returncode == 1
    said = refused.log.read_text()
    assert "no-such" in said
    assert "A process of the service did not start" in said


@pytest.mark.slow
def test_jobs_are_taken_once_also_when_a_process_is_killed(
    start_service: Callable[..., Any], publisher: Any
) -> None:
    """Four processes and four job workers; one process is killed under way.

    Each job has run once, but those of the killed process: they have run again, once.
    """
    publisher.publish(100)
    running = start_service(
        workspace=publisher.workspace, processes=4, workers=4, job_workers=4
    )
    running.wait()
    place = running.address.removeprefix("http://")
    ids = []
    for number in range(60):
        connection = http.client.HTTPConnection(place, timeout=300)
        body = json.dumps({"inputs": {"layer": "parcels"}})
        headers = {"Content-Type": "application/json", "Prefer": "respond-async"}
        connection.request("POST", "/processes/area/execution", body, headers)
        answer = connection.getresponse()
        job = json.loads(answer.read())
        assert answer.status == 201, job
        ids.append(job["jobID"])
        connection.close()
        if number == 40:
            os.kill(running.members()[0], signal.SIGKILL)
    store = JobStore(publisher.workspace / "jobs" / "jobs.sqlite")

    def ended() -> bool:
        found = store.jobs(caller=None, limit=100)[0]
        return all(one.state not in ("accepted", "running") for one in found)

    wait_for(ended, 150)
    jobs = [store.get(one) for one in ids]
    store.close()
    assert {one.state for one in jobs} == {"successful"}
    again = [one for one in jobs if one.note == "job_requeued"]
    assert [one.attempts for one in jobs if one not in again].count(1) == 60 - len(
        again
    )
    assert all(one.attempts == 2 for one in again)
    assert len(again) <= 1, "the killed process had one worker"
    assert running.end() == 0
