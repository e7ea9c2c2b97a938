"""Make a file of a layer, or of part of it, that says where it comes from."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
from affine import Affine
from pyproj import CRS, Transformer

from geo import crs as coordinate_systems
from geo.grid import Window
from geo.messages import Note
from geo.types import BBox
from layers.errors import LayerFormatError
from layers.files import content_parts
from layers.loaded import RasterLayer, VectorLayer
from layers.models import Bilingual, Kind, LayerSpec
from layers.provenance import STATUS_WORDS, provenance_text
from layers.writers import atomic_file, write_cog, write_geoparquet
from layers.writers_exchange import write_flatgeobuf, write_geojson, write_geopackage
from layers.writers_kml import write_kml
from layers.writers_shapefile import Encoding, write_zipped_shapefile
from layers.writers_tables import write_csv, write_xlsx

MAX_CELLS = 200_000_000
"""Most cells of a raster window; they are held in memory while it is written."""


@dataclass(frozen=True)
class DownloadFormat:
    """A format that layers are handed out in.

    Parameters
    ----------
    suffix : str
        Of the file, with the dot.
    media_type : str
    kinds : tuple of {"vector", "raster"}
        Of layers that can be had in it.
    degrees : bool
        Whether the format knows lon/lat only; others keep the CRS of the source.
    """

    suffix: str
    media_type: str
    kinds: tuple[Kind, ...] = ("vector",)
    degrees: bool = False


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"

FORMATS: dict[str, DownloadFormat] = {
    "geojson": DownloadFormat(".geojson", "application/geo+json", degrees=True),
    "gpkg": DownloadFormat(".gpkg", "application/geopackage+sqlite3"),
    "geoparquet": DownloadFormat(".parquet", "application/vnd.apache.parquet"),
    "fgb": DownloadFormat(".fgb", "application/vnd.flatgeobuf"),
    "shp": DownloadFormat(".zip", "application/zip"),
    "kml": DownloadFormat(".kml", "application/vnd.google-earth.kml+xml", degrees=True),
    "csv": DownloadFormat(".csv", "text/csv; charset=utf-8", degrees=True),
    "xlsx": DownloadFormat(".xlsx", _XLSX, degrees=True),
    "cog": DownloadFormat(".tif", _COG, ("raster",)),
    "pmtiles": DownloadFormat(".pmtiles", "application/vnd.pmtiles", degrees=True),
    "original": DownloadFormat(".zip", "application/zip", ("vector", "raster")),
    "txt": DownloadFormat(".txt", "text/plain; charset=utf-8", ("vector", "raster")),
}
"""By the name a caller asks for. ``pmtiles`` are the vector tiles; ``original`` is what
is kept, untouched, heights and all, zipped with its provenance; ``txt`` is only the
provenance."""


@dataclass(frozen=True)
class Telling:
    """What a copy says beside what its layer says of itself.

    Parameters
    ----------
    software : str
        Name and version of the program.
    content : tuple of Bilingual
        Which part of the layer it holds.
    """

    software: str
    content: tuple[Bilingual, ...] = ()

    def about(self, spec: LayerSpec, notes: Iterable[Note] = ()) -> str:
        """Write the provenance text."""
        return provenance_text(
            spec, software=self.software, content=self.content, notes=notes
        )


def write_features(
    layer: VectorLayer,
    ids: Iterable[str] | None,
    path: Path,
    form: str,
    *,
    columns: Sequence[str] | None = None,
    telling: Telling,
    encoding: Encoding = "utf-8",
) -> tuple[Note, ...]:
    """Write features of a vector layer.

    Parameters
    ----------
    layer : VectorLayer
    ids : iterable of str or None
        Of the features wanted, in order; None for all.
    path : Path
        Replaced atomically.
    form : str
        Key of :data:`FORMATS` for vector layers, but ``original``, ``pmtiles`` and
        ``txt``.
    columns : sequence of str, optional
        Names of the properties wanted; all if absent.
    telling : Telling
    encoding : {"utf-8", "gbk"}
        Of a shapefile's attributes.

    Returns
    -------
    tuple of Note
        What the format could not hold.

    Raises
    ------
    LayerFormatError
    LayerWriteError
    """
    table = layer.features
    if not FORMATS[form].degrees:
        table = table.set_geometry(gpd.GeoSeries(layer.source_geometry))
    if ids is not None:
        table = table.loc[list(ids)]
    if columns is not None:
        kept = [name for name in table.columns if name in columns]
        table = table[[*kept, table.geometry.name]]
    about = telling.about(layer.spec, layer.notes)
    title = layer.spec.title.zh
    match form:
        case "geojson":
            return write_geojson(table, path, about=about)
        case "gpkg":
            return write_geopackage(table, path, about=about)
        case "fgb":
            return write_flatgeobuf(table, path, about=about)
        case "shp":
            return write_zipped_shapefile(table, path, encoding=encoding, about=about)
        case "kml":
            return write_kml(table, path, title=title, about=about)
        case "csv":
            return write_csv(table, path, said=_said(layer.spec))
        case "xlsx":
            return write_xlsx(table, path, title=title, about=about)
        case "geoparquet":
            write_geoparquet(table.reset_index(), path, about=about)
            return ()
        case _:
            raise KeyError(form)


def write_cells(
    layer: RasterLayer, bbox: BBox | None, path: Path, *, telling: Telling
) -> None:
    """Write a raster layer, or the whole cells that a box touches, as a COG.

    Parameters
    ----------
    layer : RasterLayer
    bbox : BBox or None
        West, south, east, north in degrees, west <= east.
    path : Path
        Replaced atomically.
    telling : Telling

    Raises
    ------
    LayerFormatError
        ``bbox_without_cells`` or ``too_many_cells``.
    LayerWriteError
    """
    grid = layer.grid
    whole = Window(0, grid.height, 0, grid.width)
    window = whole if bbox is None else grid.window(_in_grid(bbox, grid.crs))
    if window.is_empty:
        raise LayerFormatError("bbox_without_cells", layer=layer.spec.id)
    row0, row1, col0, col1 = window
    count = (row1 - row0) * (col1 - col0)
    if count > MAX_CELLS:
        raise LayerFormatError(
            "too_many_cells", layer=layer.spec.id, count=count, most=MAX_CELLS
        )
    cells, nodata = _filled(layer, layer.read(window))
    left, top = grid.x0 + col0 * grid.dx, grid.y0 - row0 * grid.dy
    write_cog(
        cells,
        path,
        transform=Affine(grid.dx, 0.0, left, 0.0, -grid.dy, top),
        crs=grid.crs.to_wkt(),
        nodata=nodata,
        categorical=bool(layer.spec.classes),
        about=telling.about(layer.spec, layer.notes),
    )


def write_original(
    spec: LayerSpec, file: Path, path: Path, *, telling: Telling
) -> None:
    """Write what is kept of a layer, untouched, zipped with its provenance.

    Raises
    ------
    LayerReadError
    LayerWriteError
    """
    with (
        atomic_file(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part in content_parts(file):
            packed.write(part, part.name)
        packed.writestr("PROVENANCE.txt", "\ufeff" + telling.about(spec))


def _in_grid(bbox: BBox, crs: CRS) -> BBox:
    if crs.is_geographic:
        return bbox
    step = Transformer.from_crs(coordinate_systems.WORKING_CRS, crs, always_xy=True)
    west, south, east, north = step.transform_bounds(*bbox, densify_pts=51)
    return west, south, east, north


def _filled(
    layer: RasterLayer, cells: np.ma.MaskedArray
) -> tuple[np.ndarray, int | float]:
    """Cells with a value for "no value", which no cell has by chance."""
    declared = layer.nodata
    unscaled = layer.file.scale == 1.0 and layer.file.offset == 0.0
    if declared is not None and unscaled:
        fill = declared
    elif cells.dtype.kind == "f":
        fill = float("nan")
    else:
        cells, fill = _free_value(cells)
    kind = cells.dtype.type
    return np.asarray(cells.filled(kind(fill))), fill


def _free_value(cells: np.ma.MaskedArray) -> tuple[np.ma.MaskedArray, int]:
    """Answer a whole number that is no cell's, in a wider type if all are taken."""
    taken = set(np.unique(cells.compressed()).tolist())
    limits = np.iinfo(cells.dtype)
    for value in (int(limits.max), int(limits.min)):
        if value not in taken:
            return cells, value
    wider = np.ma.asanyarray(cells.astype(np.int32))
    return wider, int(np.iinfo(np.int32).min)


def _said(spec: LayerSpec) -> dict[str, str]:
    """Answer what each row of a plain table carries, which has no place beside."""
    status = STATUS_WORDS[spec.status]
    caution = "" if spec.caution is None else f"{spec.caution.zh} | {spec.caution.en}"
    return {
        "layer_status": f"{status.zh} {status.en}",
        "layer_version": spec.version,
        "layer_source": spec.provenance.source,
        "layer_licence": spec.licence,
        "layer_caution": caution,
    }
