"""The files of a layer in a copy: tiles, downloads in every format, licences."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pyogrio

from geo.area import area
from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.tiles import archive_path, bake
from layers.verify import LICENCES_FOLDER
from layers.writers import write_text
from service.features.query import Filters
from service.handout import file_name, formats_of, hand_out
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
EVERYTHING = Filters(None, None, None, None, "cql2-text", None, None, None)
_ZIP_TIME = (2000, 1, 1, 0, 0, 0)
_DBF_DAY = bytes([100, 1, 1])
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


def download_name(spec: LayerSpec, form: str) -> str:
    """Name a download as the service does, by layer and version."""
    return file_name(spec, form, EVERYTHING)


def tiles_name(spec: LayerSpec) -> str:
    """Name the archive of a layer's tiles."""
    return f"{spec.id}-{spec.version}.pmtiles"


def _download(catalog: Catalog, spec: LayerSpec, form: str, folder: Path) -> None:
    request = {
        "layer": spec.id,
        "form": form,
        "filters": asdict(EVERYTHING),
        "served": None,
        "encoding": "utf-8",
    }
    path = folder / download_name(spec, form)
    hand_out(catalog, request, path)
    if form == "shp":
        _pack_again(path)


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


def _pack_again(archive: Path) -> None:
    """Take the time of writing out of a zipped shapefile.

    Bytes 1 to 3 of a dBASE table are the day on which it was written.
    """
    with zipfile.ZipFile(archive) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            table = name.lower().endswith(".dbf")
            same = content[:1] + _DBF_DAY + content[4:] if table else content
            packed.writestr(
                zipfile.ZipInfo(name, _ZIP_TIME), same, zipfile.ZIP_DEFLATED
            )


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
