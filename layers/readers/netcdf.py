"""NetCDF: one variable on regular axes, turned into a GeoTIFF of the same numbers.

GDAL's reader follows the CF conventions: ``grid_mapping`` becomes the coordinate
system, ``scale_factor`` and ``add_offset`` the scale, ``_FillValue`` the value for "no
value", and rows are put north-up. Axes without ``grid_mapping`` state no datum.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from geo.messages import Note, listed
from layers.errors import LayerReadError
from layers.offline import cut_raster_network
from layers.readers.guard import NETCDF, reading, require_file, warnings_noted
from layers.readers.raster import chunks

cut_raster_network()


@contextmanager
def as_geotiff(path: Path, variable: str | None) -> Iterator[tuple[Path, str]]:
    """Lend a GeoTIFF of a variable, all bands; answer the variable's name, too.

    Parameters
    ----------
    path : Path
    variable : str or None
        May be left out where there is one on a grid.

    Raises
    ------
    LayerReadError
        Unreadable; ``layer_choose``, ``layer_part_unknown``; ``raster_not_placed`` for
        axes that are not regular or missing.
    """
    require_file(path, NETCDF)
    with TemporaryDirectory(prefix="ecobarrier-") as folder:
        # Names that GDAL would take for something else do not reach it.
        source = Path(folder) / "source.nc"
        source.symlink_to(path.resolve())
        target = Path(folder) / path.name
        with (
            reading(path, NETCDF.name, also=(RasterioError,)),
            warnings_noted(path, said := list[Note]()),
        ):
            name = _copy(source, target, path, variable)
        del said
        yield target, name


def _copy(source: Path, target: Path, path: Path, variable: str | None) -> str:
    with rasterio.open(source, driver="netCDF") as whole:
        names = [one.rpartition(":")[2] for one in whole.subdatasets]
        if not names:
            names = [str(whole.tags(1).get("NETCDF_VARNAME"))] if whole.count else []
            chosen = _chosen(names, variable, path)
            _write(whole, target, path)
            return chosen
    chosen = _chosen(names, variable, path)
    with rasterio.open(f'netcdf:"{source}":{chosen}', driver="netCDF") as one:
        _write(one, target, path)
    return chosen


def _chosen(names: list[str], wanted: str | None, path: Path) -> str:
    details = {"file": path.name, "layers": listed(names, 20)}
    if not names:
        raise LayerReadError("raster_not_placed", file=path.name)
    if wanted is not None and wanted not in names:
        raise LayerReadError("layer_part_unknown", part=wanted, **details)
    if wanted is None and len(names) > 1:
        raise LayerReadError("layer_choose", example=names[0], **details)
    return wanted or names[0]


def _write(dataset: DatasetReader, target: Path, path: Path) -> None:
    """Write the bands of a variable, with what is known of them, by windows."""
    # GDAL gives an axis that is not regular up, and counts cells instead.
    if dataset.transform.is_identity:
        raise LayerReadError("netcdf_axes_irregular", file=path.name)
    profile = {
        "driver": "GTiff",
        "height": dataset.height,
        "width": dataset.width,
        "count": dataset.count,
        "dtype": dataset.dtypes[0],
        "crs": dataset.crs,
        "transform": dataset.transform,
        "nodata": dataset.nodata,
        "compress": "deflate",
        "bigtiff": "if_safer",
    }
    with rasterio.open(target, "w", **profile) as written:
        written.scales, written.offsets = dataset.scales, dataset.offsets
        written.units = [one or "" for one in dataset.units]
        for window in chunks(dataset):
            written.write(dataset.read(window=window), window=window)
