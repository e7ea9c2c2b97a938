"""The STAC catalogue of a copy (1.1.0): a collection per layer, an item per version.

Links are relative, so that it holds wherever the copy lies. Checksums are multihashes,
as the file extension wants them.
"""

import json
import re
from calendar import monthrange
from pathlib import Path
from typing import Any

import shapely

from layers.downloads import FORMATS
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from layers.writers import write_text
from service.map_rasters import lonlat_bounds
from service.publishing.copies import CopiedFiles, Copy
from service.publishing.groups import FileNote
from service.publishing.layer_files import AREAS, download_name, tiles_name
from service.viewer.texts import TEXTS

Document = dict[str, Any]

VERSION = "1.1.0"
EXTENSIONS = (
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
)
_JSON = "application/json"
_ITEM = "application/geo+json"
_TOP = "../../../../"
"""From the folder of a collection to the top of the copy."""
_SHA256 = "1220"
"""Multihash: the code of SHA-256, and 32 bytes."""
_LICENCE_ID = re.compile(r"[\w\-.+]+")
_DIGITS = 5


def catalog(copy: Copy) -> str:
    """Answer the catalogue, which lies at the top of the copy."""
    zh, en = TEXTS["app"]
    links = [_link("root", "./catalog.json", _JSON)]
    for spec in copy.specs:
        place = f"./{copy.documents}/stac/{spec.id}/collection.json"
        links.append(_link("child", place, _JSON, title=spec.title.en))
    return _text(
        {
            "type": "Catalog",
            "stac_version": VERSION,
            "id": "ecobarrier",
            "title": f"{zh} | {en}",
            "description": f"{zh}。{en}. {copy.made_on.isoformat()}, {copy.version}",
            "links": links,
        }
    )


def write_collections(folder: Path, copy: Copy, files: CopiedFiles) -> None:
    """Write the collections and items.

    Raises
    ------
    LayerReadError
    LayerWriteError
    """
    for spec in copy.specs:
        place = folder / spec.id
        place.mkdir(parents=True)
        found = _Footprint.of(copy, spec)
        write_text(_text(_collection(spec, found)), place / "collection.json")
        item = _item(spec, found, files)
        write_text(_text(item), place / f"{spec.version}.json")


class _Footprint:
    """Where a layer is: a box and a polygon, degrees."""

    def __init__(self, shape: shapely.Geometry, more: Document) -> None:
        self.shape = shapely.transform(shape, lambda xy: xy.round(_DIGITS))
        self.box = [float(one) for one in shapely.bounds(self.shape)]
        self.more = more

    @classmethod
    def of(cls, copy: Copy, spec: LayerSpec) -> "_Footprint":
        layer = copy.catalog.layer(spec.id)
        if isinstance(layer, RasterLayer):
            grid = layer.grid
            transform = [grid.dx, 0.0, grid.x0, 0.0, -grid.dy, grid.y0]
            shape = {"proj:shape": [grid.height, grid.width]}
            return cls(
                shapely.box(*lonlat_bounds(grid)), shape | {"proj:transform": transform}
            )
        # What holds all features; the features themselves are in the assets.
        whole = shapely.union_all(shapely.convex_hull(layer.features.geometry))
        return cls(shapely.convex_hull(whole), {})


def _collection(spec: LayerSpec, found: _Footprint) -> Document:
    first, last = _interval(spec)
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "stac_extensions": list(EXTENSIONS[1:]),
        "id": spec.id,
        "title": f"{spec.title.zh} | {spec.title.en}",
        "description": f"{spec.description.zh} {spec.description.en}",
        "keywords": ["Inner Mongolia", "内蒙古", spec.theme],
        "license": _licence(spec),
        "providers": _providers(spec),
        "extent": {
            "spatial": {"bbox": [found.box]},
            "temporal": {"interval": [[first, last]]},
        },
        "summaries": {"proj:code": [spec.crs]},
        **_about(spec),
        "links": [
            _link("root", f"{_TOP}catalog.json", _JSON),
            _link("parent", f"{_TOP}catalog.json", _JSON),
            _link("item", f"./{spec.version}.json", _ITEM),
        ],
    }


def _item(spec: LayerSpec, found: _Footprint, files: CopiedFiles) -> Document:
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": list(EXTENSIONS),
        "id": f"{spec.id}-{spec.version}",
        "collection": spec.id,
        "bbox": found.box,
        "geometry": json.loads(shapely.to_geojson(found.shape)),
        "properties": {
            **_time(spec),
            "title": f"{spec.title.zh} | {spec.title.en}",
            "license": _licence(spec),
            "providers": _providers(spec),
            "proj:code": spec.crs,
            **found.more,
            **_about(spec),
        },
        "assets": _assets(spec, files),
        "links": [
            _link("root", f"{_TOP}catalog.json", _JSON),
            _link("parent", "./collection.json", _JSON),
            _link("collection", "./collection.json", _JSON),
            *_licence_links(spec, files),
        ],
    }


def _about(spec: LayerSpec) -> Document:
    """Answer what no layer goes without, in fields of our own."""
    caution = spec.caution.model_dump() if spec.caution else None
    return {
        "ecobarrier:status": spec.status,
        "ecobarrier:caution": caution,
        "ecobarrier:licence": spec.licence,
        "ecobarrier:attribution": spec.attribution,
        "ecobarrier:accuracy_m": spec.accuracy_m,
        "ecobarrier:valid_time": spec.valid_time,
        "ecobarrier:version": spec.version,
    }


def _assets(spec: LayerSpec, files: CopiedFiles) -> Document:
    found: Document = {}
    for form, kind in FORMATS.items():
        name = tiles_name(spec) if form == "pmtiles" else download_name(spec, form)
        note = files.note(spec.id, name)
        if note is not None:
            roles = {"pmtiles": ["visual", "tiles"], "txt": ["metadata"]}
            found[form] = _asset(note, kind.media_type, roles.get(form, ["data"]))
    areas = files.note(spec.id, AREAS)
    if areas is not None:
        found["areas"] = _asset(areas, _JSON, ["metadata"])
    return found


def _asset(note: FileNote, kind: str, roles: list[str]) -> Document:
    return {
        "href": f"{_TOP}{note.name}",
        "type": kind,
        "roles": roles,
        "file:size": note.size,
        "file:checksum": _SHA256 + note.sha256,
    }


def _licence(spec: LayerSpec) -> str:
    """Answer an SPDX identifier; an expression does not fit the field."""
    return spec.licence if _LICENCE_ID.fullmatch(spec.licence) else "other"


def _licence_links(spec: LayerSpec, files: CopiedFiles) -> list[Document]:
    return [
        _link("license", f"{_TOP}{note.name}", "text/plain; charset=utf-8")
        for note in files.by_layer[spec.id]
        if "/LICENCE-" in note.name
    ]


def _providers(spec: LayerSpec) -> list[Document]:
    return [
        {"name": spec.provenance.origin, "roles": ["producer"]},
        {
            "name": "Ecobarrier",
            "description": spec.provenance.source,
            "roles": ["processor"],
        },
    ]


def _time(spec: LayerSpec) -> Document:
    """Answer the time of an item, which must have one.

    Where nobody states what time the content stands for it is the day on which it was
    retrieved; ``ecobarrier:valid_time`` is null then.
    """
    first, last = _interval(spec)
    if first and last:
        return {"datetime": None, "start_datetime": first, "end_datetime": last}
    return {"datetime": first or last or f"{spec.provenance.retrieved}T00:00:00Z"}


def _interval(spec: LayerSpec) -> tuple[str | None, str | None]:
    """Answer first and last second of the content's time; None where it is open.

    ``valid_time`` is a year, a day, or two of them with ``/``; ``..`` is an open end.
    """
    if spec.valid_time is None:
        return None, None
    first, _, last = spec.valid_time.partition("/")
    return _first_second(first), _last_second(last or first)


def _first_second(text: str) -> str | None:
    if text in ("", ".."):
        return None
    year, month, day = _parts(text)
    return f"{year}-{month or '01'}-{day or '01'}T00:00:00Z"


def _last_second(text: str) -> str | None:
    if text in ("", ".."):
        return None
    year, month, day = _parts(text)
    month = month or "12"
    day = day or str(monthrange(int(year), int(month))[1])
    return f"{year}-{month}-{day}T23:59:59Z"


def _parts(text: str) -> tuple[str, str, str]:
    """Answer year, month, day of ``2019``, ``2019-05`` or ``2019-05-07``."""
    year, month, day = (*text[:10].split("-"), "", "")[:3]
    return year, month, day


def _link(rel: str, href: str, kind: str, title: str | None = None) -> Document:
    link = {"rel": rel, "href": href, "type": kind}
    return link if title is None else link | {"title": title}


def _text(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
