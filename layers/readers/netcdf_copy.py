"""``python -m layers.readers.netcdf_copy SOURCE TARGET NAME [VARIABLE]``.

Copies a variable of a NetCDF file into a GeoTIFF and says on standard output, in JSON,
which one, or why not. A process of its own: see :mod:`layers.readers.netcdf`.
"""

import json
import resource
import sys
import warnings
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from geo.messages import listed
from layers.errors import LayerReadError
from layers.offline import cut_raster_network
from layers.readers.guard import NETCDF, reading
from layers.readers.raster import chunks

MOST_BYTES = 4_000_000_000
"""Address space of the process."""

cut_raster_network()


def copy(source: Path, target: Path, path: Path, variable: str | None) -> str:
    """Copy a variable; answer its name.

    Parameters
    ----------
    source, target : Path
    path : Path
        What messages name.
    variable : str or None

    Raises
    ------
    LayerReadError
    """
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


def main(arguments: list[str]) -> None:
    """Copy, and say how it went."""
    source, target, name, *rest = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    path = Path(name)
    answer: dict[str, object]
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            reading(path, NETCDF.name, also=(RasterioError,)),
        ):
            variable = copy(Path(source), Path(target), path, next(iter(rest), None))
        answer = {"variable": variable}
    except LayerReadError as error:
        answer = {"code": error.code, "details": error.details}
    sys.stdout.write(json.dumps(answer, default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
