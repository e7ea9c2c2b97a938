"""Links between the resources, as OGC API Features names their relations."""

from urllib.parse import urlencode

from fastapi import Request

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_OGC = "http://www.opengis.net/def/rel/ogc/1.0"
QUERYABLES = f"{_OGC}/queryables"
SORTABLES = f"{_OGC}/sortables"
TILE_MATRIX_SETS = f"{_OGC}/tiling-schemes"
PROCESSES = f"{_OGC}/processes"
JOBS = f"{_OGC}/job-list"

Link = dict[str, str]


def link(request: Request, rel: str, route: str, kind: str = JSON, **path: str) -> Link:
    """Make a link to a route of the service."""
    href = str(request.url_for(route, **path))
    return {"rel": rel, "type": kind, "href": href}


def same_with(request: Request, rel: str, kind: str, **changed: object) -> Link:
    """Make a link to the address asked for, with some parameters changed.

    A parameter that is None is left out.
    """
    asked: dict[str, object] = {**request.query_params, **changed}
    kept = {name: str(value) for name, value in asked.items() if value is not None}
    query = urlencode(kept, safe=",:/")
    return {"rel": rel, "type": kind, "href": str(request.url.replace(query=query))}
