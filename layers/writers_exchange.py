"""Write layers to hand out: GeoJSON, GeoPackage, FlatGeobuf.

Shapefiles, KML, CSV and workbooks have modules of their own, because they cannot hold
everything and say what they leave out.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from geo.crs import require, to_working
from geo.messages import Note, listed
from layers.readers.guard import warnings_noted
from layers.values import json_value
from layers.writers import atomic_file, writing

ABOUT = "provenance"
"""Name of the member, or the metadata item, that holds the provenance text."""


def geojson_lines(
    frame: gpd.GeoDataFrame, members: Mapping[str, object] | None = None
) -> Iterator[str]:
    """Write a FeatureCollection of RFC 7946, line by line.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, EPSG:4490 or 4326, x,y = lon,lat; the index holds the ids.
    members : mapping, optional
        Further members of the collection, ready for JSON.

    Yields
    ------
    str
        Coordinates with all their digits, so that areas can be computed from the
        file; lon,lat; Z left out; shells counter-clockwise. ``null`` for missing
        and empty geometries. Values as :func:`layers.values.json_value` has them.
    """
    head = _dumps({"type": "FeatureCollection", **(members or {})})
    yield f'{head[:-1]},"features":['
    geometry = frame.geometry.to_numpy()
    flat = shapely.orient_polygons(shapely.force_2d(geometry), exterior_cw=False)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    shapes = np.where(absent, "null", shapely.to_geojson(flat))
    attributes = frame.drop(columns=frame.geometry.name)
    columns = [attributes[name].tolist() for name in attributes.columns]
    for row, (key, shape) in enumerate(zip(frame.index.tolist(), shapes, strict=True)):
        values = (json_value(column[row]) for column in columns)
        properties = dict(zip(map(str, attributes.columns), values, strict=True))
        yield (
            f'{"," if row else ""}{{"type":"Feature","id":{_dumps(json_value(key))},'
            f'"properties":{_dumps(properties)},"geometry":{shape}}}'
        )
    yield "]}"


def write_geojson(
    frame: gpd.GeoDataFrame, path: Path, *, about: str | None = None
) -> tuple[Note, ...]:
    """Write GeoJSON (RFC 7946), without a ``crs`` member.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any safe CRS; what is not lon/lat is densified in its own
        plane and transformed. The index becomes the features' ids.
    path : Path
        Replaced atomically; its folder must exist.
    about : str, optional
        Becomes a member ``provenance`` of the collection, which readers pass over.

    Returns
    -------
    tuple of Note
        What was assumed or transformed.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_datum_unsafe``.
    LayerWriteError
    """
    frame, notes = in_degrees(frame, path)
    lines = geojson_lines(frame, None if about is None else {ABOUT: about})
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
    return tuple(notes)


def in_degrees(
    frame: gpd.GeoDataFrame, path: Path
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Answer the table in lon/lat degrees, as formats want it that know no other.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_datum_unsafe``.
    """
    if CRS.from_user_input(require(frame.geometry, path.name)).to_epsg() == 4326:
        return frame, []
    geometry, notes = to_working(frame.geometry, path.name)
    return frame.set_geometry(geometry), notes


def write_geopackage(
    frame: gpd.GeoDataFrame, path: Path, *, about: str | None = None
) -> tuple[Note, ...]:
    """Write a GeoPackage with one layer, named like the file.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says.
    path : Path
        Replaced atomically; its folder must exist.
    about : str, optional
        Kept as the file's metadata ``provenance``.

    Returns
    -------
    tuple of Note
        Columns that had to be renamed: SQLite tells no upper from lower case, and
        ``fid`` and ``geom`` are the format's own.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    table = exchangeable(frame, path)
    names = _distinct_names(list(table.columns.drop("geometry")))
    renamed = [f"{old} → {new}" for old, new in names.items() if old != new]
    details = {"file": path.name, "columns": listed(renamed)}
    notes = [Note("columns_renamed", details)] if renamed else []
    said = None if about is None else {ABOUT: about}
    table = table.rename(columns=names)
    # The format keeps names that begin so for itself.
    layer = f"_{path.stem}" if path.stem.lower().startswith("gpkg") else path.stem
    _write_ogr(table, path, "GPKG", notes, layer=layer, dataset_metadata=said)
    return tuple(notes)


def write_flatgeobuf(
    frame: gpd.GeoDataFrame, path: Path, *, about: str | None = None
) -> tuple[Note, ...]:
    """Write a FlatGeobuf file, rows in the order of the table.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says.
    path : Path
        Replaced atomically; its folder must exist.
    about : str, optional
        Kept as the layer's metadata ``provenance``.

    Returns
    -------
    tuple of Note
        Features without geometry, which the format cannot hold; they are left out.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    absent = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    names = [str(key) for key in frame.index[absent]]
    details = {"where": path.name, "count": len(names), "features": listed(names)}
    notes = [Note("repair_empty", details)] if names else []
    table = exchangeable(frame.loc[~absent], path)
    said = None if about is None else {ABOUT: about}
    # The index would put the rows in another order.
    _write_ogr(
        table, path, "FlatGeobuf", notes, spatial_index="NO", layer_metadata=said
    )
    return tuple(notes)


def write_geodatabase(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write a File Geodatabase with one layer, named like the folder.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says.
    path : Path
        A folder ``.gdb``; replaced if it exists.

    Returns
    -------
    tuple of Note

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    notes: list[Note] = []
    table = exchangeable(frame, path)
    with writing(path), tempfile.TemporaryDirectory(dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        with warnings_noted(path, notes):
            pyogrio.write_dataframe(
                table,
                fresh,
                layer=path.stem,
                driver="OpenFileGDB",
                promote_to_multi=True,
                layer_options=_lattice(CRS.from_user_input(table.crs)),
            )
        if path.exists():
            shutil.rmtree(path)
        fresh.rename(path)
    return tuple(notes)


def _lattice(crs: CRS) -> dict[str, str]:
    """Say which lattice a geodatabase rounds to: the usual one moves by 0.1 mm.

    Numbers of steps stay below 2^53, the most that the format's own tools take, for
    eastings with a zone's number too.
    """
    origin, scale = ("-400", "1e13") if crs.is_geographic else ("-1e6", "1e8")
    return {"XYSCALE": scale, "XORIGIN": origin, "YORIGIN": origin}


def exchangeable(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Index as a column, columns of types that GDAL knows, geometry last.

    Raises
    ------
    CRSError
        ``crs_missing``.
    """
    require(frame.geometry, path.name)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    label = "id" if frame.index.name is None else str(frame.index.name)
    while label in attributes.columns:
        label += "_"
    columns = {label: frame.index.to_series()}
    columns |= {str(name): _simple(attributes[name]) for name in attributes.columns}
    table = pd.DataFrame(columns).reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=frame.geometry.reset_index(drop=True))


def _simple(column: pd.Series) -> pd.Series:
    """ISO text for dates, decimals and durations; JSON text for lists and objects."""
    if column.dtype != object and not pd.api.types.is_timedelta64_dtype(column.dtype):
        return column
    values = [json_value(value) for value in column.tolist()]
    simple = [
        _dumps(value) if isinstance(value, list | dict) else value for value in values
    ]
    kinds = {type(value) for value in simple} - {type(None)}
    if len(kinds) > 1 and str in kinds:
        simple = [None if value is None else str(value) for value in simple]
    return pd.Series(simple, index=column.index, dtype=object)


def _distinct_names(names: list[str]) -> dict[str, str]:
    """Give numbers to names that differ only in case or are the GeoPackage's own."""
    taken = {"fid", "geom"}
    chosen = {}
    for name in names:
        number, candidate = 2, name
        while candidate.lower() in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate.lower())
        chosen[name] = candidate
    return chosen


def _write_ogr(
    table: gpd.GeoDataFrame,
    path: Path,
    driver: str,
    notes: list[Note],
    **options: object,
) -> None:
    with atomic_file(path) as temporary, warnings_noted(path, notes):
        pyogrio.write_dataframe(table, temporary, driver=driver, **options)
        # A full disk can pass GDAL unnoticed until the file is closed.
        if pyogrio.read_info(temporary, force_feature_count=True)["features"] != len(
            table
        ):
            raise OSError("incomplete")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
