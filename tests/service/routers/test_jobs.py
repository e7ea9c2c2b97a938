"""Whose jobs are whose: listed, read, answered and cancelled by who made them."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from layers.key_file import KeyScope
from service.app import create_app
from service.keys import add_key
from service.settings import Settings

KEYS: dict[str, list[KeyScope]] = {"one": [], "two": ["restricted"], "keeper": ["jobs"]}
STRANGERS = {
    "one": ("nobody", "two"),
    "two": ("nobody", "one"),
    "nobody": ("one", "two"),
}
MISSING = "00000000-0000-4000-8000-000000000000"


def settings(seeds: Path, folder: Path) -> Settings:
    return Settings(seeds=seeds, workspace=folder / "workspace")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def headers(folder: Path) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {"nobody": {}}
    for name, scopes in KEYS.items():
        key, _ = add_key(folder / "workspace", name, scopes)
        made[name] = {"X-API-Key": key}
    return made


@pytest.fixture(scope="module")
def app(small_seeds: Path, folder: Path) -> FastAPI:
    return create_app(settings(small_seeds, folder))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


Headers = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def jobs(client: TestClient, headers: Headers) -> dict[str, str]:
    """One ended job of each caller."""
    made = {}
    for name in ("nobody", "one", "two"):
        answer = client.post(
            "/processes/area/execution",
            json={"inputs": {"layer": "leagues"}},
            headers={**headers[name], "Prefer": "respond-async"},
        )
        assert answer.status_code == 201, answer.text
        made[name] = str(answer.json()["jobID"])
    for name, job in made.items():
        deadline = time.monotonic() + 300
        while (
            client.get(f"/jobs/{job}", headers=headers[name]).json()["status"]
            != "successful"
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return made


def ids(answer: Any) -> set[str]:
    body = answer.json()
    assert body["numberMatched"] == body["numberReturned"] == len(body["jobs"])
    return {job["jobID"] for job in body["jobs"]}


@pytest.mark.parametrize("name", STRANGERS)
def test_list_holds_own_jobs_only(
    client: TestClient, headers: Headers, jobs: dict[str, str], name: str
) -> None:
    assert ids(client.get("/jobs", headers=headers[name])) == {jobs[name]}


@pytest.mark.parametrize("name", STRANGERS)
def test_own_job_is_read(
    client: TestClient, headers: Headers, jobs: dict[str, str], name: str
) -> None:
    address = f"/jobs/{jobs[name]}"
    assert client.get(address, headers=headers[name]).status_code == 200
    report = client.get(f"{address}/results", headers=headers[name])
    assert report.json()["layer"]["id"] == "leagues"


@pytest.mark.parametrize("name", STRANGERS)
def test_job_of_another_is_as_if_not_there(
    client: TestClient, headers: Headers, jobs: dict[str, str], name: str
) -> None:
    """Not even its existence can be told: same status, headers and words."""

    def said(method: str, address: str, job: str) -> tuple[object, ...]:
        asked = {**headers[name], "If-None-Match": "*"}
        answer = client.request(method, address.format(job), headers=asked)
        body = {
            key: str(value).replace(job, "JOB")
            for key, value in answer.json().items()
            if key not in ("request_id", "instance")
        }
        names = sorted(answer.headers)
        return answer.status_code, body["code"], body, names

    for other in STRANGERS[name]:
        for method, address in (
            ("GET", "/jobs/{}"),
            ("GET", "/jobs/{}/results"),
            ("DELETE", "/jobs/{}"),
        ):
            found = said(method, address, jobs[other])
            assert found[:2] == (404, "job_not_found")
            assert found == said(method, address, MISSING)
        # Nothing was cancelled or forgotten.
        own = client.get(f"/jobs/{jobs[other]}/results", headers=headers[other])
        assert own.status_code == 200


def test_filters_and_pages_do_not_lead_to_others(
    client: TestClient, headers: Headers, jobs: dict[str, str]
) -> None:
    query = "/jobs?status=successful&processID=area&limit=1000&offset=0"
    assert ids(client.get(query, headers=headers["one"])) == {jobs["one"]}


def test_keeper_sees_and_cancels_all_but_reads_no_results(
    client: TestClient, headers: Headers, jobs: dict[str, str]
) -> None:
    keeper = headers["keeper"]
    assert ids(client.get("/jobs", headers=keeper)) == set(jobs.values())
    for job in jobs.values():
        assert client.get(f"/jobs/{job}", headers=keeper).status_code == 200
        assert client.get(f"/jobs/{job}/results", headers=keeper).status_code == 404


def test_password_of_a_browser_does_not_cancel(
    client: TestClient, headers: Headers, jobs: dict[str, str]
) -> None:
    """A browser sends it by itself, also for a page of another host."""
    basic = ("any", headers["one"]["X-API-Key"])
    address = f"/jobs/{jobs['one']}"
    assert client.get(address, auth=basic).status_code == 200
    assert client.delete(address, auth=basic).status_code == 404
    assert client.get(address, headers=headers["one"]).status_code == 200


def test_owner_is_kept_over_a_restart(
    client: TestClient,
    headers: Headers,
    jobs: dict[str, str],
    small_seeds: Path,
    folder: Path,
) -> None:
    """Another server over the same list, as after a restart."""
    assert client.get("/health").status_code == 200
    app = create_app(settings(small_seeds, folder))
    with TestClient(app, raise_server_exceptions=False) as again:
        for name, job in jobs.items():
            assert ids(again.get("/jobs", headers=headers[name])) == {job}
        mine, other = f"/jobs/{jobs['one']}", f"/jobs/{jobs['two']}"
        assert again.delete(mine).status_code == 404
        assert again.delete(other, headers=headers["one"]).status_code == 404
        assert again.delete(mine, headers=headers["one"]).status_code == 200
        assert again.delete(other, headers=headers["keeper"]).status_code == 200
        assert again.get(other, headers=headers["two"]).status_code == 404
