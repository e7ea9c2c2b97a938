"""NetCDF: one variable on regular axes, turned into a GeoTIFF of the same numbers.

GDAL's reader follows the CF conventions: ``grid_mapping`` becomes the coordinate
system, ``scale_factor`` and ``add_offset`` the scale, ``_FillValue`` the value for "no
value", and rows are put north-up. Axes without ``grid_mapping`` state no datum.

The library of the format crashes on damaged files, so it works in a process of its own
(:mod:`layers.readers.netcdf_copy`), whose death is a refusal.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.errors import LayerReadError
from layers.readers.guard import NETCDF, reading, require_file

_SECONDS, _BYTES_PER_SECOND = 20.0, 2_000_000
"""What a file is given: a start, and so much more by its size."""


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
        no variable on a grid, ``netcdf_axes_irregular``.
    """
    require_file(path, NETCDF)
    with TemporaryDirectory(prefix="ecobarrier-") as folder:
        # Names that GDAL would take for something else do not reach it.
        source = Path(folder) / "source.nc"
        source.symlink_to(path.resolve())
        target = Path(folder) / path.name
        with reading(path, NETCDF.name):
            name = _copied(source, target, path, variable)
        yield target, name


def _copied(source: Path, target: Path, path: Path, variable: str | None) -> str:
    """Let the other process do it, and pass on what it says."""
    command = [sys.executable, "-m", "layers.readers.netcdf_copy"]
    command += [str(source), str(target), path.name, *([variable] if variable else [])]
    seconds = _SECONDS + path.stat().st_size / _BYTES_PER_SECOND
    try:
        # This interpreter, this module; the names come after it, as arguments.
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=seconds, check=False
        )
        said = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        kind = "timeout" if isinstance(error, subprocess.TimeoutExpired) else "damaged"
        raise LayerReadError(
            "layer_unreadable", file=path.name, format=NETCDF.name, reason=kind
        ) from error
    if "code" in said:
        raise LayerReadError(said["code"], **said["details"])
    return str(said["variable"])
