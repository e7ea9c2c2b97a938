"""Links of a collection to its tiles."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.testclient import TestClient

from service.deps import get_layer
from service.tiles.links import tile_links


def test_every_link_leads_somewhere(client: TestClient) -> None:
    app: Any = client.app

    def links(
        request: Request, layer: Annotated[Any, Depends(get_layer)]
    ) -> list[dict[str, Any]]:
        return tile_links(request, layer)

    app.add_api_route("/links/{layer_id}", links)
    vector = client.get("/links/leagues").json()
    raster = client.get("/links/land_cover").json()
    assert client.get("/links/secret").json() == []
    for made, rels in ((vector, 4), (raster, 3)):
        assert len({one["rel"] for one in made}) == rels
        for one in made:
            assert client.get(one["href"]).status_code == 200
    assert any(one["rel"].endswith("tilesets-vector") for one in vector)
    assert not any(one["rel"].endswith("tilesets-vector") for one in raster)
