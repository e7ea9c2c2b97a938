"""The documents that the page of a copy asks for, as the service answers them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer

from geo.crs import WORKING_CRS
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from layers.writers import write_bytes, write_text
from service.callers import ANYBODY
from service.geojson import dumps
from service.publishing.copies import CopiedFiles, Copy
from service.publishing.layer_files import (
    AREAS,
    download_name,
    layer_folder,
    tiles_name,
)
from service.publishing.pictures import deepest_level
from service.settings import Settings
from service.tiles.pictures import TilePictures
from service.viewer.base import base_map
from service.viewer.content import start
from service.viewer.dates import layer_dates
from service.viewer.fonts import BAKED, FontStore
from service.viewer.gazetteer import places
from service.viewer.glyphs import FACES, RANGE

_IDEOGRAPHS = range(0x4E00, 0xA000)
"""MapLibre draws them itself and asks for no such range."""


def write_documents(
    folder: Path,
    copy: Copy,
    files: CopiedFiles,
    pictures: TilePictures,
    settings: Settings,
) -> None:
    """Write what the page asks for: words, layers, base, names, years, letters."""
    base = base_map(copy.base)
    documents = {
        "start.json": _start(copy, files, pictures),
        "base.json": base,
        "places.json": [one._asdict() for one in places(copy.base)],
        "dates.json": {
            name: one.model_dump(mode="json")
            for name, one in layer_dates(copy.catalog, list(copy.specs), None).items()
        },
    }
    for name, content in documents.items():
        write_text(dumps(content), folder / name)
    _write_letters(folder / "glyphs", base, FontStore(settings.cache_folder))


def _start(copy: Copy, files: CopiedFiles, pictures: TilePictures) -> dict[str, Any]:
    made = start(copy.catalog, ANYBODY, pictures)
    specs = {spec.id: spec for spec in copy.specs}
    for layer in made["layers"]:
        spec = specs[layer["id"]]
        _read_from_archive(layer["map"], spec, files)
        if spec.kind == "raster":
            layer["map"]["cells"] = _cells(copy.catalog.raster(spec.id))
    return made | {
        "copy": {
            "date": copy.made_on.isoformat(),
            "version": copy.version,
            "restricted": len(copy.left_out),
            "service": copy.service,
            "maps": copy.has_maps,
        }
    }


def _read_from_archive(
    drawn: dict[str, Any], spec: LayerSpec, files: CopiedFiles
) -> None:
    """Let the page read tiles out of the layer's archive."""
    folder = layer_folder(spec)
    drawn["archive"] = f"{folder}/{tiles_name(spec)}"
    areas = files.note(spec.id, AREAS)
    drawn["areas"] = areas and areas.name
    source = drawn["source"]
    del source["tiles"]
    if spec.kind == "raster":
        west, south, east, north = source["bounds"]
        source["maxzoom"] = deepest_level((west, south, east, north), source["maxzoom"])


def _cells(raster: RasterLayer) -> dict[str, Any]:
    """Answer where the page finds the value of a cell.

    It knows degrees only: ``grid`` is None where the raster is in another system.
    """
    spec, grid = raster.spec, raster.grid
    step = Transformer.from_crs(WORKING_CRS, grid.crs, always_xy=True)
    left, bottom, right, top = grid.bounds
    corners = np.array([[left, bottom], [right, top]])
    same = np.array_equal(np.transpose(step.transform(*corners.T)), corners)
    placed = {"x0": grid.x0, "y0": grid.y0, "dx": grid.dx, "dy": grid.dy}
    return {
        "file": f"{layer_folder(spec)}/{download_name(spec, 'cog')}",
        "grid": placed if same else None,
    }


def _write_letters(folder: Path, base: dict[str, Any], store: FontStore) -> None:
    """Write the ranges of letters that names on the map are made of.

    A web server answers 404 where the service has an empty range, so those ranges are
    written, too.
    """
    firsts = {*BAKED, *_ranges(base)}
    for stack in FACES:
        (folder / stack).mkdir(parents=True)
        for first in sorted(firsts):
            name = f"{first}-{first + RANGE - 1}.pbf"
            write_bytes(store.glyphs(stack, first), folder / stack / name)


def _ranges(base: dict[str, Any]) -> Iterable[int]:
    for part in ("names", "rivers"):
        for one in base[part]["features"]:
            for text in (one["properties"]["zh"], one["properties"]["en"]):
                for character in text or "":
                    if ord(character) not in _IDEOGRAPHS:
                        yield ord(character) // RANGE * RANGE
