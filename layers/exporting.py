"""Write a layer out again, in the format and coordinate system asked for."""

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names, gauss_krueger
from geo.axis_order import LONGEST_EDGE_DEGREES, from_working
from geo.messages import Note
from geo.types import GeometryArray
from layers.errors import LayerFormatError, LayerWriteError
from layers.loaded import VectorLayer
from layers.provenance import provenance_text
from layers.readers.crs_choice import same_crs
from layers.readers.guard import GEOTIFF
from layers.writers import atomic_file, write_geoparquet
from layers.writers_dxf import write_dxf
from layers.writers_exchange import (
    write_flatgeobuf,
    write_geodatabase,
    write_geojson,
    write_geopackage,
)
from layers.writers_kml import write_kml
from layers.writers_parcels import write_parcels
from layers.writers_shapefile import (
    ABOUT_FILE,
    FIELDS_FILE,
    Encoding,
    write_zipped_shapefile,
)
from layers.writers_tables import write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

DEGREES = (".geojson", ".kml", ".csv", ".xlsx")
"""Formats that know lon/lat only."""
SUFFIXES = (
    *(".shp", ".zip", ".gdb", ".gpkg", ".parquet", ".fgb", ".dxf", ".txt"),
    *DEGREES,
)


def export(
    layer: VectorLayer, path: Path, *, crs: str | None = None, encoding: Encoding
) -> tuple[Note, ...]:
    """Write all features of a layer.

    Parameters
    ----------
    layer : VectorLayer
    path : Path
        Its suffix is the format; replaced whole.
    crs : str or None
        A code or a name; the source's if None, and for parcel files from lon/lat the
        3-degree zone that the layer's middle lies in.
    encoding : {"utf-8", "gbk"}
        Of a shapefile's or parcel file's text.

    Returns
    -------
    tuple of Note
        What was moved, cut or left out.

    Raises
    ------
    CRSError
        ``crs_unknown``.
    LayerFormatError
        The format cannot hold the layer, or not in that coordinate system.
    LayerWriteError
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise LayerWriteError("export_format_unknown", file=path.name, known=known)
    frame, notes = _in_crs(layer, path, crs)
    about = provenance_text(layer.spec, software="ecobarrier", notes=layer.notes)
    writers: dict[str, Callable[[], tuple[Note, ...]]] = {
        ".shp": lambda: _shapefile(frame, path, encoding, about),
        ".zip": lambda: write_zipped_shapefile(
            frame, path, encoding=encoding, about=about
        ),
        ".gdb": lambda: write_geodatabase(frame, path),
        ".gpkg": lambda: write_geopackage(frame, path, about=about),
        ".fgb": lambda: write_flatgeobuf(frame, path, about=about),
        ".dxf": lambda: write_dxf(frame, path),
        ".txt": lambda: write_parcels(frame, path, encoding=encoding),
        ".geojson": lambda: write_geojson(frame, path, about=about),
        ".kml": lambda: write_kml(frame, path, about=about),
        ".csv": lambda: write_csv(frame, path),
        ".xlsx": lambda: write_xlsx(frame, path, about=about),
        ".parquet": lambda: _geoparquet(frame, path, about),
    }
    return (*notes, *writers[suffix]())


def export_raster(cells: Path, path: Path) -> tuple[Note, ...]:
    """Write a raster layer as it is kept: a Cloud-Optimized GeoTIFF.

    Parameters
    ----------
    cells : Path
        The layer's file.
    path : Path
        ``.tif`` or ``.tiff``; replaced whole.

    Raises
    ------
    LayerWriteError
        ``export_raster_format``.
    """
    if path.suffix.lower() not in GEOTIFF.suffixes:
        raise LayerWriteError("export_raster_format", file=path.name)
    with atomic_file(path) as fresh:
        shutil.copyfile(cells, fresh)
    return ()


def _geoparquet(frame: gpd.GeoDataFrame, path: Path, about: str) -> tuple[Note, ...]:
    write_geoparquet(frame.reset_index(), path, about=about)
    return ()


def _shapefile(
    frame: gpd.GeoDataFrame, path: Path, encoding: Encoding, about: str
) -> tuple[Note, ...]:
    """Write the parts beside each other; each replaces an older one whole.

    What goes with the shapes is named after them: a folder may hold several layers.
    """
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder:
        packed = Path(folder) / f"{path.stem}.zip"
        notes = write_zipped_shapefile(frame, packed, encoding=encoding, about=about)
        with zipfile.ZipFile(packed) as archive:
            for name in archive.namelist():
                beside = name in (FIELDS_FILE, ABOUT_FILE)
                target = path.parent / (f"{path.stem}.{name}" if beside else name)
                with atomic_file(target) as fresh, archive.open(name) as source:
                    fresh.write_bytes(source.read())
    return notes


def _in_crs(
    layer: VectorLayer, path: Path, wanted: str | None
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Answer the features in the CRS asked for, without a detour where there is one."""
    source = CRS.from_user_input(layer.source_geometry.crs)
    suffix = path.suffix.lower()
    frame = layer.features
    if suffix in DEGREES:
        if wanted is not None and not crs_names.parse(wanted).is_geographic:
            details = {"format": suffix[1:].upper(), "crs": wanted}
            raise LayerFormatError("export_option_wrong", file=path.name, **details)
        if source.is_geographic:
            return frame, []
        return frame, [_moved(path.name, source, CRS.from_user_input(frame.crs))]
    target = source if wanted is None else crs_names.parse(wanted)
    if wanted is None and suffix == ".txt" and gauss_krueger.projection(source) is None:
        target = _own_zone(layer)
    geometry, notes = in_crs(layer, target, path.name)
    return frame.set_geometry(geometry), notes


def in_crs(
    layer: VectorLayer, target: CRS, where: str
) -> tuple[gpd.GeoSeries, list[Note]]:
    """Answer a layer's geometry in a CRS, without a detour where there is one.

    Parameters
    ----------
    layer : VectorLayer
    target : CRS
    where : str
        Names what is written, in notes and refusals.

    Returns
    -------
    GeoSeries, list of Note
        Indexed as the layer's features; how far edges may have moved.

    Raises
    ------
    CRSError
        ``crs_datum_unsafe``.
    """
    source = CRS.from_user_input(layer.source_geometry.crs)
    index = layer.features.index
    if same_crs(source, target):
        return layer.source_geometry, []
    coordinate_systems.require_safe_datum(target, where)
    shifted = _same_meridian(layer.source_geometry, source, target)
    if shifted is not None:
        return gpd.GeoSeries(shifted, index, crs=target), []
    moved = from_working(layer.features.geometry.to_numpy(), target)
    return gpd.GeoSeries(moved, index, crs=target), [_moved(where, source, target)]


def _moved(where: str, source: CRS, target: CRS) -> Note:
    """Say how far an edge can come to lie from where it was.

    An edge of 70 m that is straight in the plane leaves its lon/lat chord by
    70² tan(latitude) / 8R, 0.13 mm at 53 N.
    """
    long = f"{LONGEST_EDGE_DEGREES}°", "30 mm"
    most, off = long if source.is_geographic else ("70 m", "0.2 mm")
    details = {
        "file": where,
        "source": coordinate_systems.name(source),
        "target": coordinate_systems.name(target),
        "most": most,
        "off": off,
    }
    return Note("export_moved", details)


def _own_zone(layer: VectorLayer) -> CRS:
    west, _, east, _ = layer.features.total_bounds
    zone = round((west + east) / 2 / 3)
    return CRS.from_epsg(crs_names.NationalPlane("cgcs2000", zone, 3, True).epsg)


def _same_meridian(
    geometry: gpd.GeoSeries, source: CRS, target: CRS
) -> GeometryArray | None:
    """Only add or take the zone's number, where that is all the difference."""
    old, new = gauss_krueger.projection(source), gauss_krueger.projection(target)
    if old is None or new is None or old.central_meridian != new.central_meridian:
        return None
    step = np.array([new.false_easting - old.false_easting, 0.0])
    moved: GeometryArray = shapely.transform(geometry.to_numpy(), lambda xy: xy + step)
    return moved
