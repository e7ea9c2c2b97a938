"""Write a layer as a zipped shapefile that other programs read rightly.

The format's limits, and what is done about each: field names of 10 bytes (cut between
characters, the full ones in a table beside; mapshaper#669, geopandas#1417), text of
254 bytes (cut between characters, with a note), one kind of geometry per file (one
file per kind; hard to read otherwise), an encoding that nobody states (``.cpg``).
"""

import csv
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.messages import Note, listed
from geo.types import GeometryArray
from layers.cells import guarded
from layers.errors import LayerFormatError
from layers.models import GeometryKind
from layers.readers.guard import warnings_noted
from layers.values import text_value
from layers.writers import atomic_file
from layers.writers_exchange import exchangeable

Encoding = Literal["utf-8", "gbk"]

FIELD_BYTES = 10
TEXT_BYTES = 254
LARGEST_INTEGER = 10**17
"""A field of a ``.dbf`` that GDAL writes holds 18 characters, sign included."""

FIELDS_FILE = "FIELDS.csv"
ABOUT_FILE = "PROVENANCE.txt"

_LABELS = {"utf-8": "UTF-8", "gbk": "GBK"}
_DIMENSION_KIND: dict[int, GeometryKind] = {0: "point", 1: "line", 2: "polygon"}
_OGR_TYPES = {
    "point": "MultiPoint",
    "line": "MultiLineString",
    "polygon": "MultiPolygon",
}
_GATHER: dict[GeometryKind, Callable[[Any], Any]] = {
    "point": shapely.multipoints,
    "line": shapely.multilinestrings,
    "polygon": shapely.multipolygons,
}
_COLLECTION = 7


def write_zipped_shapefile(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    encoding: Encoding = "utf-8",
    about: str | None = None,
) -> tuple[Note, ...]:
    """Write a zip archive with a shapefile per kind of geometry.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says. A feature
        without geometry has a null shape; a collection is divided among the files.
    path : Path
        Replaced atomically; the shapefiles are named like it, with the kind behind
        where there are several.
    encoding : {"utf-8", "gbk"}
        Of the attributes; the ``.cpg`` says it.
    about : str, optional
        Becomes ``PROVENANCE.txt`` in the archive.

    Returns
    -------
    tuple of Note
        Fields that were shortened, text that was cut.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerFormatError
        ``shapefile_not_in_gbk``: characters that GBK has no bytes for.
    LayerWriteError
    """
    table = exchangeable(frame, path)
    attributes = pd.DataFrame(table.drop(columns="geometry"))
    names = short_names(list(attributes.columns), encoding)
    attributes, notes = _fitting(attributes, encoding, path)
    shortened = [f"{old} → {new}" for old, new in names.items() if old != new]
    if shortened:
        details = {"file": path.name, "columns": listed(shortened)}
        notes.append(Note("fields_shortened", details))
    attributes = attributes.rename(columns=names)
    with atomic_file(path) as temporary, tempfile.TemporaryDirectory() as folder:
        parts = _by_kind(table.geometry.to_numpy())
        for kind, rows, shapes in parts:
            stem = path.stem if len(parts) == 1 else f"{path.stem}_{kind}"
            part = gpd.GeoDataFrame(
                attributes.iloc[rows], geometry=shapes, crs=frame.crs
            )
            _write_part(part, Path(folder) / f"{stem}.shp", kind, encoding, notes)
        _write_fields(names, attributes, Path(folder) / FIELDS_FILE)
        if about is not None:
            # With its mark, so that every editor on Windows sees UTF-8.
            (Path(folder) / ABOUT_FILE).write_text(about, encoding="utf-8-sig")
        _pack(sorted(Path(folder).iterdir()), temporary)
    return tuple(_unique(notes))


def short_names(names: Iterable[str], encoding: Encoding) -> dict[str, str]:
    """Shorten field names to 10 bytes, never within a character, all distinct.

    Examples
    --------
    >>> short_names(["生态保护红线类型", "生态保护红线面积"], "utf-8")
    {'生态保护红线类型': '生态保', '生态保护红线面积': '生态_2'}
    >>> short_names(["生态保护红线类型", "ID", "id"], "gbk")
    {'生态保护红线类型': '生态保护红', 'ID': 'ID', 'id': 'id_2'}
    """
    taken: set[str] = set()
    chosen = {}
    for name in names:
        number, candidate = 1, cut(name, FIELD_BYTES, encoding)
        while candidate.lower() in taken or not candidate:
            number += 1
            tail = f"_{number}"
            candidate = cut(name, FIELD_BYTES - len(tail), encoding) + tail
        taken.add(candidate.lower())
        chosen[name] = candidate
    return chosen


def cut(text: str, most: int, encoding: Encoding) -> str:
    """Keep as many whole characters as fit into ``most`` bytes."""
    content = text.encode(encoding, errors="replace")
    if len(content) <= most:
        return text
    kept = content[:most].decode(encoding, errors="ignore")
    # Characters are counted, not copied: a replaced one must stay what it was.
    return text[: len(kept)]


def _fitting(
    attributes: pd.DataFrame, encoding: Encoding, path: Path
) -> tuple[pd.DataFrame, list[Note]]:
    """Make every value one that the format holds; note what had to be cut."""
    cut_columns = []
    columns = {}
    for name in attributes.columns:
        column = attributes[name]
        moments = pd.api.types.is_datetime64_any_dtype(column.dtype)
        if moments or _is_wide(column):
            column = _as_text(column)
        if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
            _require_encodable([name, *column], encoding, path)
            short = [
                cut(one, TEXT_BYTES, encoding) if isinstance(one, str) else one
                for one in column
            ]
            if any(a is not b and a != b for a, b in zip(short, column, strict=True)):
                cut_columns.append(str(name))
            column = pd.Series(short, column.index, dtype=object)
        columns[name] = column
    details = {"file": path.name, "columns": listed(cut_columns), "most": TEXT_BYTES}
    notes = [Note("text_cut", details)] if cut_columns else []
    return pd.DataFrame(columns, index=attributes.index), notes


def _as_text(column: pd.Series) -> pd.Series:
    values = [None if pd.isna(one) else text_value(one) for one in column]
    return pd.Series(values, column.index, dtype=object)


def _is_wide(column: pd.Series) -> bool:
    if not pd.api.types.is_integer_dtype(column.dtype):
        return False
    values = column.dropna()
    return bool(len(values)) and bool((values.abs() >= LARGEST_INTEGER).any())


def _require_encodable(
    values: Iterable[object], encoding: Encoding, path: Path
) -> None:
    texts = (value for value in values if isinstance(value, str))
    lost: dict[str, None] = {}
    for text in texts:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            lost |= dict.fromkeys(one for one in text if not _has_bytes(one, encoding))
    if lost:
        raise LayerFormatError(
            "shapefile_not_in_gbk", file=path.name, characters=listed(list(lost))
        )


def _has_bytes(character: str, encoding: Encoding) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


Part = tuple[GeometryKind, list[int], GeometryArray]


def _by_kind(geometry: GeometryArray) -> list[Part]:
    """Rows and shapes of each kind there is; null shapes go into the first."""
    rows: dict[GeometryKind, list[int]] = {}
    shapes: dict[GeometryKind, list[BaseGeometry | None]] = {}
    absent = []
    for row, shape in enumerate(geometry):
        if shape is None or shape.is_empty:
            absent.append(row)
            continue
        for kind, part in _divided(shape):
            rows.setdefault(kind, []).append(row)
            shapes.setdefault(kind, []).append(part)
    first: GeometryKind = next(iter(rows), "polygon")
    whole = [*rows.get(first, []), *absent]
    order = np.argsort(whole, kind="stable").tolist()
    with_null = [*shapes.get(first, []), *[None] * len(absent)]
    rows[first] = [whole[i] for i in order]
    shapes[first] = [with_null[i] for i in order]
    return [(kind, rows[kind], np.array(shapes[kind], dtype=object)) for kind in rows]


def _divided(shape: BaseGeometry) -> Iterator[tuple[GeometryKind, BaseGeometry]]:
    """Answer the shape itself, or a collection's parts gathered by kind."""
    if shapely.get_type_id(shape) != _COLLECTION:
        yield _DIMENSION_KIND[int(shapely.get_dimensions(shape))], shape
        return
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) >= 4).any():
        parts = shapely.get_parts(parts)
    dimensions = shapely.get_dimensions(parts)
    for dimension, kind in _DIMENSION_KIND.items():
        if (dimensions == dimension).any():
            yield kind, _GATHER[kind](parts[dimensions == dimension])


def _write_part(
    part: gpd.GeoDataFrame,
    path: Path,
    kind: GeometryKind,
    encoding: Encoding,
    notes: list[Note],
) -> None:
    single = kind == "point" and bool((part.geom_type.dropna() == "Point").all())
    with warnings_noted(path, notes):
        pyogrio.write_dataframe(
            part,
            path,
            driver="ESRI Shapefile",
            encoding=_LABELS[encoding],
            geometry_type="Point" if single else _OGR_TYPES[kind],
            promote_to_multi=not single,
        )
    path.with_suffix(".cpg").write_text(_LABELS[encoding], encoding="ascii")
    written = pyogrio.read_info(path, force_feature_count=True)["features"]
    if written != len(part):
        raise OSError("incomplete")


def _write_fields(names: dict[str, str], attributes: pd.DataFrame, path: Path) -> None:
    """Write the table of aliases; Excel in Chinese needs the mark to see UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(["field", "name", "type"])
        for name, short in names.items():
            row = [short, name, str(attributes[short].dtype)]
            table.writerow(map(guarded, row))


def _pack(files: list[Path], archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            packed.write(file, file.name)


def _unique(notes: list[Note]) -> list[Note]:
    said = {(note.code, str(note.details)): note for note in notes}
    return list(said.values())
