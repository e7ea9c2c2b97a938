"""``/tileMatrixSets``: how the world is cut into tiles."""

from typing import Any

from fastapi import APIRouter, Request

from geo.tile_matrix import TILE_MATRIX_SETS
from service.negotiation import DocumentRoute
from service.tiles.address import tile_matrix_set
from service.tiles.metadata import crs_uri, matrix_set

router = APIRouter(tags=["tiles"], route_class=DocumentRoute)


@router.get("/tileMatrixSets")
def read_tile_matrix_sets(request: Request) -> dict[str, Any]:
    """List the tile matrix sets."""
    return {
        "tileMatrixSets": [
            {
                "id": tiles.id,
                "title": tiles.title,
                "crs": crs_uri(tiles),
                "links": [
                    {
                        "rel": "self",
                        "type": "application/json",
                        "href": str(
                            request.url_for("read_tile_matrix_set", tms=tiles.id)
                        ),
                    }
                ],
            }
            for tiles in TILE_MATRIX_SETS.values()
        ]
    }


@router.get("/tileMatrixSets/{tms}")
def read_tile_matrix_set(tms: str) -> dict[str, Any]:
    """Describe a tile matrix set (OGC 17-083r4)."""
    return matrix_set(tile_matrix_set(tms))
