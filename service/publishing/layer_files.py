"""The files of a layer in a copy: tiles, downloads in every format, licences."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pyogrio

from geo.area import area
from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.catalog import Catalog
from layers.downloads import FORMATS
from layers.models import LayerSpec
from layers.tiles import archive_path, bake
from layers.verify import LICENCES_FOLDER
from layers.writers import write_text
from service.features.query import Filters
from service.handout import formats_of, hand_out
from service.publishing.groups import Group
from service.publishing.pictures import write_pictures
from service.settings import Settings
from service.tiles.pictures import TilePictures
from service.tiles.versions import address_version

RECIPE = 1
"""Raised whenever the files of the same layer would be others."""
AREAS = "areas.json"
NOT_COPIED = ("original", "pmtiles")
"""Downloads that are not made as the others are: what is kept of a layer, heights and
all, stays in the service; archives of tiles are copied."""
MOST_AREAS = 10_000
"""Features of a layer whose areas the map can say; more is a download of its own."""
_MADE_ON = "2000-01-01T00:00:00.000Z"


def layer_folder(spec: LayerSpec) -> str:
    """Name the folder of a layer by all that its files depend on."""
    facts = f"{RECIPE} {version('ecobarrier')} {address_version(spec)}"
    return f"layers/{spec.id}/{sha256(facts.encode()).hexdigest()[:12]}"


def layer_group(
    catalog: Catalog, spec: LayerSpec, pictures: TilePictures, settings: Settings
) -> Group:
    """Answer the folder of a layer and how it is made."""

    def make(folder: Path) -> None:
        with _same_bytes():
            for form in formats_of(spec):
                if form not in NOT_COPIED:
                    _download(catalog, spec, form, folder)
        if spec.kind == "vector":
            _copy_tiles(spec, folder, settings)
            _write_areas(catalog, spec, folder)
        else:
            write_pictures(catalog, spec, pictures, folder / tiles_name(spec))
        _copy_licences(catalog, spec, folder)

    return Group(layer_folder(spec), make)


def tiles_name(spec: LayerSpec) -> str:
    """Name the archive of a layer's tiles."""
    return f"{spec.id}.pmtiles"


def download_name(spec: LayerSpec, form: str) -> str:
    """Name a download; two formats are zipped or text."""
    suffix = FORMATS[form].suffix
    return f"{spec.id}{'-shp' if form == 'shp' else ''}{suffix}"


def _download(catalog: Catalog, spec: LayerSpec, form: str, folder: Path) -> None:
    request = {
        "layer": spec.id,
        "form": form,
        "filters": {one.name: None for one in fields(Filters)},
        "served": None,
        "encoding": "utf-8",
    }
    hand_out(catalog, request, folder / download_name(spec, form))


@contextmanager
def _same_bytes() -> Iterator[None]:
    """Let GDAL write one day into its files, whenever they are made."""
    options = {"OGR_CURRENT_DATE": _MADE_ON}
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _copy_tiles(spec: LayerSpec, folder: Path, settings: Settings) -> None:
    cache = settings.cache_folder / "tiles"
    bake(cache, spec, seeds=settings.seeds, workspace=settings.workspace)
    baked = archive_path(cache, spec, WEB_MERCATOR_QUAD)
    shutil.copyfile(baked, folder / tiles_name(spec))


def _write_areas(catalog: Catalog, spec: LayerSpec, folder: Path) -> None:
    """Write the areas of polygons, square metres on the ellipsoid, by id."""
    if (spec.rows or 0) > MOST_AREAS or spec.geometry != "polygon":
        return
    features = catalog.vector(spec.id).features
    areas = area(features.geometry)
    by_id = {str(key): float(value) for key, value in areas.items()}
    write_text(json.dumps(by_id, ensure_ascii=False), folder / AREAS)


def _copy_licences(catalog: Catalog, spec: LayerSpec, folder: Path) -> None:
    """Copy the texts that the layer's SPDX expression names, where they are kept."""
    texts = catalog.folder(spec.id) / LICENCES_FOLDER
    for word in spec.licence.replace("(", " ").replace(")", " ").split():
        text = texts / f"{word}.txt"
        if text.is_file():
            shutil.copyfile(text, folder / f"LICENCE-{word}.txt")
