"""Links from a collection to its tiles, style and file, for the page of a layer."""

from fastapi import Request

from service.models import LayerSummary
from service.tiles.metadata import MAP_TILESETS, VECTOR_TILESETS

Link = dict[str, str]


def tile_links(request: Request, layer: LayerSummary) -> list[Link]:
    """Answer the links of a layer that the caller may see."""
    vector = layer.kind == "vector"

    def link(rel: str, route: str, kind: str) -> Link:
        address = request.url_for(route, layer_id=layer.id)
        return {"rel": rel, "type": kind, "href": str(address)}

    tilesets = [MAP_TILESETS, *([VECTOR_TILESETS] if vector else [])]
    file, kind = (
        ("read_pmtiles", "application/vnd.pmtiles")
        if vector
        else ("read_cog", "image/tiff; application=geotiff; profile=cloud-optimized")
    )
    return [
        *(link(rel, "read_tilesets", "application/json") for rel in tilesets),
        link("stylesheet", "read_layer_style", "application/vnd.mapbox.style+json"),
        link("enclosure", file, kind),
    ]
