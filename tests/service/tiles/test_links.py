"""Links of a collection to its tiles."""

from typing import Any

from starlette.testclient import TestClient

OF_TILES = (
    "tilesets-map",
    "tilesets-vector",
    "stylesheet",
    "enclosure",
)


def links(client: TestClient, layer: str) -> dict[str, str]:
    body: dict[str, Any] = client.get(f"/collections/{layer}").json()
    kinds = {one["rel"].rsplit("/", 1)[-1]: one["href"] for one in body["links"]}
    return {kind: href for kind, href in kinds.items() if kind in OF_TILES}


def test_every_link_leads_somewhere(client: TestClient) -> None:
    vector, raster = links(client, "leagues"), links(client, "land_cover")
    assert set(vector) == set(OF_TILES)
    assert set(raster) == set(OF_TILES) - {"tilesets-vector"}
    for href in (*vector.values(), *raster.values()):
        assert client.get(href).status_code == 200


def test_a_restricted_layer_has_none_without_a_key(client: TestClient) -> None:
    assert links(client, "secret") == {}
