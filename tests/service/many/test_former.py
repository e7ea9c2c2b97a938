"""Who began with a version goes on with it; who asks anew gets the one in use."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from layers.errors import VersionRemovedError
from service.app import create_app
from service.jobs.messages import Limits, Setup, Task
from service.jobs.tasks import Worker
from service.settings import Settings

LAYER = "parcels"
ITEMS = f"/collections/{LAYER}/items"
TILE_JSON = f"/collections/{LAYER}/tiles/WebMercatorQuad/tilejson.json"


@pytest.fixture
def client(no_seeds: Path, publisher: Any) -> Iterator[TestClient]:
    publisher.publish(100)
    app = create_app(Settings(seeds=no_seeds, workspace=publisher.workspace))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


def editions(answer: Any) -> set[int]:
    assert answer.status_code == 200, answer.text
    return {one["properties"]["edition"] for one in answer.json()["features"]}


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_pages_go_on_in_the_version_they_began_with(
    client: TestClient, publisher: Any
) -> None:
    first = client.get(f"{ITEMS}?limit=7").json()
    links = {one["rel"]: one["href"] for one in first["links"]}
    publisher.publish(101)
    second = client.get(links["next"])
    assert editions(second) == {100}
    assert second.json()["layer"]["version"] == first["layer"]["version"]
    assert second.json()["numberMatched"] == first["numberMatched"]
    following = {one["rel"]: one["href"] for one in second.json()["links"]}
    assert first["layer"]["version"] in following["next"]
    fresh = client.get(f"{ITEMS}?limit=7")
    assert editions(fresh) == {101}
    assert fresh.headers["etag"] != second.headers["etag"]


@pytest.mark.parametrize("version", ["no-such", "../current", ".lock", "0" * 12])
def test_version_that_is_not_kept(client: TestClient, version: str) -> None:
    answer = client.get(ITEMS, params={"version": version})
    assert code(answer) == (410, "version_gone")


def test_former_version_that_was_restricted_stays_closed(
    client: TestClient, publisher: Any
) -> None:
    closed = publisher.publish(101, restricted=True)
    opened = publisher.publish(102)
    asked = client.get(ITEMS, params={"version": closed.version})
    assert code(asked) == (403, "layer_restricted")
    publisher.go_back(closed)
    asked = client.get(ITEMS, params={"version": opened.version})
    assert code(asked) == (403, "layer_restricted")


def test_tiles_of_an_open_map(client: TestClient, publisher: Any) -> None:
    """A former address is answered as it was; one that was closed, closed, at once."""
    about = client.get(TILE_JSON).json()
    address = about["tiles"][0].format(z=5, x=25, y=12)
    tile = client.get(address)
    closed = publisher.publish(101, restricted=True)
    # Nothing else is asked for: the kept answer alone must notice.
    assert code(client.get(address)) == (403, "layer_restricted")
    publisher.publish(102)
    again = client.get(address)
    assert again.content == tile.content
    assert again.headers["etag"] == tile.headers["etag"]
    assert "immutable" in again.headers["cache-control"]
    found = mapbox_vector_tile.decode(again.content)[LAYER]["features"]
    assert {one["properties"]["edition"] for one in found} == {100}
    other = address.replace(address.partition("?v=")[2], "0" * 12)
    assert code(client.get(other)) == (410, "tile_version_gone")
    former = client.app.state.former  # type: ignore[attr-defined]
    layer = client.app.state.catalog.spec(LAYER)  # type: ignore[attr-defined]
    addresses = former._kept(LAYER)
    (shut,) = [v for v, one in addresses.items() if one.spec.version == closed.version]
    assert former.at_address(layer, shut).spec.restricted
    refused = client.get(other.replace("0" * 12, shut))
    assert code(refused) == (403, "layer_restricted")


def worker(no_seeds: Path, publisher: Any) -> Worker:
    limits = Limits(
        memory_mb=1000,
        file_bytes=10**9,
        max_features=1000,
        max_vertices=10**5,
        max_unpacked_bytes=10**7,
    )
    workspace = str(publisher.workspace)
    return Worker(
        Setup(seeds=str(no_seeds), workspace=workspace, limits=limits, kept_s=0.0)
    )


def nobody(_: int) -> None:
    return None


def test_worker_answers_out_of_the_versions_that_were_seen(
    no_seeds: Path, publisher: Any, tmp_path: Path
) -> None:
    old, new = publisher.publish(100), publisher.publish(101)
    body = {"inputs": {"layer": LAYER}}
    (tmp_path / "body.json").write_text(json.dumps(body))
    output = tmp_path / "report.json"

    def measured(versions: dict[str, str] | None) -> str:
        task = Task(
            kind="execute",
            process="area",
            folder=str(tmp_path),
            output=str(output),
            seconds=60,
            request={},
            versions=versions,
        )
        worker(no_seeds, publisher).perform(task, nobody)
        return str(json.loads(output.read_text())["layer"]["version"])

    assert measured({LAYER: old.version}) == old.version
    assert measured({LAYER: new.version}) == new.version
    assert measured(None) == new.version
    shutil.rmtree(publisher.workspace / "layers" / LAYER / old.version)
    with pytest.raises(VersionRemovedError):
        measured({LAYER: old.version})


def test_job_keeps_the_versions_that_were_seen(
    client: TestClient, publisher: Any
) -> None:
    """Also if it runs when another is in use."""
    (old,) = publisher.editions.values()
    job = client.post(
        "/processes/area/execution",
        json={"inputs": {"layer": LAYER}},
        headers={"Prefer": "respond-async"},
    )
    assert job.status_code == 201, job.text
    kept = client.app.state.jobs.store.get(job.json()["jobID"])  # type: ignore[attr-defined]
    assert kept.request["versions"] == {LAYER: old.version}
