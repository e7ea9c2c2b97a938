"""Compare what a catalogue says with what its files hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import area
from geo import crs as coordinate_systems
from geo.authalic import CGCS2000
from geo.errors import EcobarrierError
from geo.messages import Note, Text, listed
from layers.catalog import CATALOG_FILE, read_specs
from layers.files import content_parts, content_sha256
from layers.models import LayerSpec
from layers.readers import read_vector
from layers.readers.crs_choice import same_crs
from layers.readers.raster import open_raster
from layers.readers.table import Table
from layers.vector import feature_ids, geometry_kind

LICENCES_FOLDER = "LICENSES"

UNLISTED = {"__init__.py", CATALOG_FILE, "figures.toml", "README.md", "SOURCES.md"}
"""Files that need no entry, in any folder."""

UNLISTED_FOLDERS = {LICENCES_FOLDER, "build", "__pycache__"}
"""Folders of the catalogue that hold no layers."""

WHOLES = (("banners", "province"), ("leagues", "province"))
"""Layers whose union must be another layer."""

# One part in 1e9 of the whole: what rounding in a union can move.
_UNION_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Finding:
    """Something that is not as the catalogue says.

    Parameters
    ----------
    note : Note
        What is wrong, in both languages, with its details.
    layer : str or None
        The layer it concerns.
    """

    note: Note
    layer: str | None = None

    @property
    def text(self) -> Text:
        """The sentence in both languages."""
        return self.note.text

    def as_dict(self) -> dict[str, object]:
        """``{"layer", "code", "zh", "en", ...}``, ready for JSON."""
        return {**self.note.as_dict(), "layer": self.layer}


def verify(folder: Path) -> list[Finding]:
    """Compare each entry of ``catalog.toml`` with its file, and the folder with both.

    Checked are SHA-256, rows, CRS, kind and validity of geometries, that every file
    is listed, that every licence has its text, and that the banners and the leagues
    together are the province.

    Parameters
    ----------
    folder : Path
        Holds ``catalog.toml``.

    Returns
    -------
    list of Finding
        Empty if all is well; an unreadable file is a finding, not an error.
    """
    try:
        specs = read_specs(folder)
    except EcobarrierError as error:
        return [_of_error(error, None)]
    findings: list[Finding] = []
    geometry: dict[str, gpd.GeoSeries] = {}
    for spec in specs:
        try:
            findings += _file_findings(spec, folder, geometry)
        except EcobarrierError as error:
            findings.append(_of_error(error, spec.id))
        findings += _licence_findings(spec, folder)
    findings += _unlisted_findings(specs, folder)
    findings += _union_findings(geometry)
    return findings


def _of_error(error: EcobarrierError, layer: str | None) -> Finding:
    return Finding(Note(error.code, error.details), layer)


def _file_findings(
    spec: LayerSpec, folder: Path, geometry: dict[str, gpd.GeoSeries]
) -> Iterator[Finding]:
    path = folder / spec.path
    if content_sha256(path) != spec.sha256:
        yield _finding("catalog_sha256", spec.id, file=str(spec.path))
    if spec.kind == "raster":
        yield from _crs_findings(spec, open_raster(path).grid.crs)
        return
    table = read_vector(path)
    if table.frame.geometry.is_valid.all():
        geometry[spec.id] = table.frame.geometry
    yield from _vector_findings(spec, table)


def _vector_findings(spec: LayerSpec, table: Table) -> Iterator[Finding]:
    shapes = table.frame.geometry
    if len(shapes) != spec.rows:
        yield _finding(
            "catalog_rows_differ", spec.id, stated=spec.rows, found=len(shapes)
        )
    yield from _crs_findings(spec, coordinate_systems.require(shapes, spec.id))
    kind = geometry_kind(shapes)
    if kind != spec.geometry:
        yield _finding(
            "catalog_geometry_differs", spec.id, stated=spec.geometry, found=kind
        )
    ids, repeated = feature_ids(table, spec.id)
    yield from (Finding(note, spec.id) for note in repeated)
    bad = ~shapes.is_valid | shapes.is_empty | shapes.isna()
    if bad.any():
        names = [str(one) for one in ids[bad.to_numpy()]]
        yield _finding(
            "catalog_invalid_geometry",
            spec.id,
            count=len(names),
            features=listed(names),
        )


def _crs_findings(spec: LayerSpec, found: CRS) -> Iterator[Finding]:
    if not same_crs(found, coordinate_systems.parse(spec.crs)):
        name = coordinate_systems.name(found)
        yield _finding("catalog_crs_differs", spec.id, stated=spec.crs, found=name)


def _licence_findings(spec: LayerSpec, folder: Path) -> Iterator[Finding]:
    """Every id of the SPDX expression needs ``LICENSES/<id>.txt`` (REUSE 3)."""
    for licence in re.findall(r"[\w.+-]+", spec.licence):
        if licence in ("AND", "OR", "WITH"):
            continue
        if not (folder / LICENCES_FOLDER / f"{licence}.txt").is_file():
            yield _finding("catalog_licence_missing", spec.id, licence=licence)


def _unlisted_findings(specs: list[LayerSpec], folder: Path) -> Iterator[Finding]:
    listed_files = {part for spec in specs for part in _parts(folder / spec.path)}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        apart = inside.parts[0] in UNLISTED_FOLDERS or "__pycache__" in inside.parts
        if apart or path.is_dir() or path.name in UNLISTED or path in listed_files:
            continue
        yield Finding(Note("catalog_unlisted", {"file": inside.as_posix()}))


def _parts(path: Path) -> list[Path]:
    return content_parts(path) if path.is_file() else [path]


def _union_findings(geometry: dict[str, gpd.GeoSeries]) -> Iterator[Finding]:
    for parts, whole in WHOLES:
        if parts not in geometry or whole not in geometry:
            continue
        target, union = (
            shapely.union_all(geometry[one].to_numpy()) for one in (whole, parts)
        )
        both = np.array([shapely.symmetric_difference(union, target), target])
        off, full = area.lonlat_area(both, CGCS2000)
        if off > _UNION_TOLERANCE * full:
            yield _finding(
                "catalog_union_differs",
                parts,
                parts=parts,
                whole=whole,
                difference_m2=float(off),
            )


def _finding(code: str, layer: str, **details: object) -> Finding:
    return Finding(Note(code, {"layer": layer, **details}), layer)
