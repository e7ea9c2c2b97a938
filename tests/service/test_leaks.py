"""No route hands out anything of a restricted layer: every operation is asked.

The operations come from the OpenAPI document, so that a new route is walked without
anybody thinking of it. An answer of 200 about a restricted layer must be listed here
with its reason.
"""

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from fastapi import FastAPI
from starlette.testclient import TestClient

from layers.models import LayerSpec
from layers.workspace import publish
from layers.writers import write_cog, write_geoparquet
from service.app import create_app
from service.keys import add_key
from service.settings import Settings

HIDDEN, HIDDEN_RASTER = "hidden", "hidden_raster"
ROWS = 7
NAME = "绝密要素"
SIZE_M2 = 77_123_456.0
EAST, NORTH = 113.2718281, 41.3141592
MARKS = {
    "a coordinate": [b"113.27", b"41.314"],
    "a name": [NAME.encode(), b"TopSecretName"],
    "a computed area": [b"77123456", b"77,123,456", b"77.12 km"],
    "the number of features": [b'"numberMatched":7', b'"rows":7', b'"rows": 7'],
}
DESCRIBED = {
    "/collections/{layer_id}": "what the layer is, without counts, extent or figures",
}
"""Routes that may answer 200 about a restricted layer."""
NAMES_ALLOWED = {"/overlap"}
"""Results of overlaps with a restricted layer may be seen; its geometry may not."""

# What a parameter that is not about a layer may be, tried one after the other.
VALUES: dict[str, list[Any]] = {"integer": [0, 5], "number": [0.5], "string": ["f1"]}
LAYERS = ("layer", "collection", "left", "right", "zones", "raster", "source", "id")


def hidden_features() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(EAST, NORTH, EAST + 0.01 * (i + 1), NORTH + 0.01)
        for i in range(ROWS)
    ]
    columns = {
        "id": [f"f{i}" for i in range(ROWS)],
        "name_zh": [f"{NAME}{i}" for i in range(ROWS)],
        "name_en": [f"TopSecretName{i}" for i in range(ROWS)],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def spec(layer_id: str, file: Path, **more: Any) -> LayerSpec:
    bilingual = {"zh": "受限", "en": "restricted"}
    figure = {
        "id": "a",
        "unit": "m2",
        "computed": SIZE_M2,
        "document": "x",
        "sure": "A",
    }
    return LayerSpec.model_validate(
        {
            "id": layer_id,
            "title": {"zh": "受限图层", "en": "Restricted layer"},
            "description": bilingual,
            "theme": "redline",
            "status": "statutory",
            "path": file.name,
            "crs": "EPSG:4490",
            "licence": "CC0-1.0",
            "attribution": "made in code",
            "restricted": True,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "figures": [{**figure, "title": bilingual}],
            "denominators": [
                {"id": "map", "title": bilingual, "area_m2": SIZE_M2, "source": "x"}
            ],
            "provenance": {
                "source": "tests",
                "origin": "tests",
                "retrieved": "2026-01-15",
                "method": bilingual,
            },
            **more,
        }
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    vector, raster = folder / "hidden.parquet", folder / "hidden.tif"
    write_geoparquet(hidden_features(), vector)
    write_cog(
        np.full((20, 20), 77, np.uint8),
        raster,
        transform=Affine(0.01, 0, EAST, 0, -0.01, NORTH),
        crs="EPSG:4326",
        nodata=255,
    )
    hidden = spec(HIDDEN, vector, kind="vector", geometry="polygon", rows=ROWS)
    publish(folder / "workspace", hidden, vector)
    cells = spec(HIDDEN_RASTER, raster, kind="raster", crs="EPSG:4326", unit="m")
    publish(folder / "workspace", cells, raster)
    return folder / "workspace"


@pytest.fixture(scope="module")
def app(small_seeds: Path, workspace: Path) -> FastAPI:
    return create_app(Settings(seeds=small_seeds, workspace=workspace))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def keyed(app: FastAPI, workspace: Path) -> Iterator[TestClient]:
    key, _ = add_key(workspace, "inspector", ["restricted"])
    headers = {"X-API-Key": key}
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


def choices(parameter: dict[str, Any], layer_id: str) -> list[Any]:
    """Give values to try for a parameter."""
    name, schema = parameter["name"].lower(), parameter.get("schema", {})
    kinds = [schema, *schema.get("anyOf", ())]
    for one in kinds:
        if "enum" in one:
            return list(one["enum"])
    if any(word in name for word in LAYERS):
        return [layer_id]
    for one in kinds:
        if one.get("type") in VALUES:
            return VALUES[one["type"]]
    return ["f1"]


def requests(
    path: str, operation: dict[str, Any], layer_id: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield addresses and query parameters, with few and with all of these."""
    parameters = operation.get("parameters", [])
    places = {
        kind: [one for one in parameters if one["in"] == kind]
        for kind in ("path", "query")
    }
    filled = [choices(one, layer_id) for one in places["path"]]
    for values in itertools.islice(itertools.product(*filled), 8):
        address = path
        for parameter, value in zip(places["path"], values, strict=True):
            address = address.replace(f"{{{parameter['name']}}}", str(value))
        yield address, {}
        about_layers = {
            one["name"]: layer_id
            for one in places["query"]
            if choices(one, layer_id) == [layer_id]
        }
        for form in ("json", "html"):
            yield address, {**about_layers, "f": form}


BODIES = [
    {"inputs": dict.fromkeys(("left", "right", "layer", "zones"), HIDDEN)},
    {"inputs": {"layers": [HIDDEN], "zones": HIDDEN, "raster": HIDDEN_RASTER}},
]


def walk(client: TestClient, layer_id: str) -> Iterator[tuple[str, str, Any]]:
    """Ask every operation about a layer; yield path, method and answer."""
    app = client.app
    assert isinstance(app, FastAPI)
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            for address, query in requests(path, operation, layer_id):
                bodies = BODIES if "requestBody" in operation else [None]
                for body in bodies:
                    answer = client.request(
                        method.upper(), address, params=query, json=body
                    )
                    yield path, method, answer


def found_marks(path: str, content: bytes) -> list[str]:
    left_out = {"a name"} if path in NAMES_ALLOWED else set()
    return [
        kind
        for kind, marks in MARKS.items()
        if kind not in left_out and any(mark in content for mark in marks)
    ]


@pytest.mark.parametrize("layer_id", [HIDDEN, HIDDEN_RASTER])
def test_nothing_of_a_restricted_layer_leaves(
    client: TestClient, layer_id: str
) -> None:
    asked = 0
    for path, method, answer in walk(client, layer_id):
        asked += 1
        what = f"{method} {answer.url}"
        assert answer.status_code < 500, what
        assert found_marks(path, answer.content) == [], what
        if "{" in path and answer.status_code < 300 and layer_id in str(answer.url):
            assert path in DESCRIBED, f"{what} answers about a restricted layer"
    assert asked >= 20


def test_all_layers_at_once_leave_restricted_ones_out(client: TestClient) -> None:
    page = client.get("/map?layers=all").content
    assert found_marks("/map", page) == []
    assert f'data-layer="{HIDDEN}"'.encode() not in page


def test_what_is_described_tells_no_size(client: TestClient) -> None:
    said = client.get(f"/collections/{HIDDEN}").json()
    assert said["restricted"] is True
    assert said["rows"] is None
    assert said["sha256"] is None
    assert said["figures"] == []
    assert said["denominators"] == []
    assert {link["rel"] for link in said["links"]} == {"self", "alternate"}
    page = client.get(f"/collections/{HIDDEN}?f=html&lang=en").text
    assert "<iframe" not in page
    assert "holders of a key" in page.replace("\n", " ")


def test_the_walk_would_see_a_leak(keyed: TestClient) -> None:
    """With the right key the same walk finds everything it looks for."""
    seen = set()
    for path, _, answer in walk(keyed, HIDDEN):
        seen.update(found_marks(path, answer.content))
    assert seen == set(MARKS)


def test_key_opens_the_layer(keyed: TestClient, client: TestClient) -> None:
    items = f"/collections/{HIDDEN}/items"
    assert client.get(items).status_code == 403
    opened = keyed.get(items)
    assert opened.status_code == 200
    assert opened.json()["numberMatched"] == ROWS
    assert "private" in opened.headers["cache-control"]
    assert keyed.get(f"/collections/{HIDDEN}").json()["rows"] == ROWS
    assert keyed.get(f"/map?layers={HIDDEN}").status_code == 200


def test_key_without_the_scope_opens_nothing(app: FastAPI, workspace: Path) -> None:
    key, _ = add_key(workspace, "writer", ["write"])
    client = TestClient(app, headers={"X-API-Key": key})
    assert client.get(f"/collections/{HIDDEN}/items").status_code == 403
    assert client.get(f"/map?layers={HIDDEN}").status_code == 403


def test_tag_of_an_opened_answer_opens_nothing(
    keyed: TestClient, client: TestClient
) -> None:
    items = f"/collections/{HIDDEN}/items"
    tag = keyed.get(items).headers["etag"]
    answer = client.get(items, headers={"If-None-Match": tag})
    assert answer.status_code == 403
