"""Write features in the format that a file's suffix names."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd

from geo.messages import Note
from layers.errors import LayerWriteError
from layers.writers_exchange import (
    write_flatgeobuf,
    write_geojson,
    write_geopackage,
)

WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], tuple[Note, ...]]] = {
    ".geojson": write_geojson,
    ".gpkg": write_geopackage,
    ".fgb": write_flatgeobuf,
}


def write_features(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write a table of features; an older file of that name is replaced whole.

    Returns
    -------
    tuple of Note
        What the format could not hold.

    Raises
    ------
    LayerWriteError
        ``export_format_unknown``, or the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        known = ", ".join(WRITERS)
        raise LayerWriteError("export_format_unknown", file=path.name, known=known)
    return writer(frame, path)
