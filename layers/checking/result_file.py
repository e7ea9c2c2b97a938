"""The shapes of a conflict check as one GeoPackage of several tables."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.messages import Note
from layers.readers.guard import warnings_noted
from layers.writers import atomic_file
from layers.writers_exchange import ABOUT, exchangeable


def write_result(
    shapes: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    about: str,
) -> tuple[Note, ...]:
    """Write tables of polygons and tables without geometry.

    Parameters
    ----------
    shapes : mapping of str to GeoDataFrame
        Polygons in any CRS, x,y order; may be empty. The index is kept as its name
        says.
    tables : mapping of str to DataFrame
        Their index is not kept.
    path : Path
        Replaced atomically; its folder must exist.
    about : str
        Kept as the file's metadata ``provenance``.

    Returns
    -------
    tuple of Note
        What the library had to say.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    notes: list[Note] = []
    with atomic_file(path) as temporary, warnings_noted(path, notes):
        for name, frame in shapes.items():
            _append(
                exchangeable(frame, path),
                temporary,
                name,
                geometry_type="MultiPolygon",
                promote_to_multi=True,
                dataset_metadata=None if temporary.exists() else {ABOUT: about},
            )
        for name, table in tables.items():
            _append(table.reset_index(drop=True), temporary, name)
        _require_whole(temporary, {**shapes, **tables})
    return tuple(notes)


def _append(table: pd.DataFrame, path: Path, name: str, **options: object) -> None:
    pyogrio.write_dataframe(
        table, path, layer=name, driver="GPKG", append=path.exists(), **options
    )


def _require_whole(path: Path, written: Mapping[str, pd.DataFrame]) -> None:
    """Count again: a full disk can pass GDAL unnoticed until the file is closed."""
    for name, table in written.items():
        info = pyogrio.read_info(path, layer=name, force_feature_count=True)
        if info["features"] != len(table):
            raise OSError("incomplete")
