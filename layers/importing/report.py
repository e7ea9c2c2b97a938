"""What an import answers and a version keeps: decisions, faults, repairs, versions."""

from typing import Any

from layers.importing.sources import SourceFile
from layers.models import Model


class FaultModel(Model):
    """One fault with its place in the CRS of the layer; null where it has none."""

    kind: str
    feature: str
    x: float | None
    y: float | None
    lon: float | None = None
    lat: float | None = None
    value: float | None


class RasterFacts(Model):
    """What a raster layer holds."""

    height: int
    width: int
    cell: tuple[float, float]
    """Width and height of a cell, in units of the CRS."""
    bounds: tuple[float, float, float, float]
    """Left, bottom, right, top in the CRS."""
    without_value: int
    """Cells."""
    minimum: float
    maximum: float
    classes: dict[str, int]
    """Cells of each class; empty for quantities."""


class ImportReport(Model):
    """How a version came about."""

    layer: str
    version: str
    imported: str
    """UTC, ISO 8601."""
    software: str = "ecobarrier"
    published: bool = True
    """Whether the version was kept; false where one only looked."""
    unchanged: bool
    """Whether this very version was there already."""
    kind: str = "vector"
    geometry: str | None
    crs: str
    rows: int
    rows_in_file: int
    bounds: tuple[float, float, float, float] | None = None
    """West, south, east, north of all features, degrees."""
    area_m2: float | None
    """Sum by the official rule; null for other layers than polygons, and large ones."""
    areas_m2: dict[str, float]
    """Of each feature, where there are few; by id."""
    files: tuple[SourceFile, ...]
    options: dict[str, Any]
    decisions: tuple[dict[str, Any], ...]
    faults: dict[str, int]
    """How many of each kind, before repair."""
    fault_list: tuple[FaultModel, ...]
    repairs: tuple[dict[str, Any], ...]
    notes: tuple[dict[str, Any], ...]
    restricted: bool
    raster: RasterFacts | None = None
