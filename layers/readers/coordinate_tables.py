"""Read tables of coordinates: CSV, Excel, and the point files of CASS.

A row is a point; rows of one feature and ring follow each other. Which column is which
is told by its name, and by the digits what ``X`` means (domain facts 2.1-2.3).
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from openpyxl.utils.exceptions import InvalidFileException
from shapely.geometry.base import BaseGeometry

from geo import angles as angle_formats
from geo.angles import AngleFormat
from geo.messages import Note, listed
from geo.ring_roles import polygons_of_rings
from geo.types import FloatArray
from layers.cells import unguarded
from layers.errors import LayerReadError
from layers.readers import encodings
from layers.readers.angle_columns import angle_format, dms_of, numbers_of
from layers.readers.guard import Format, reading, require_file
from layers.readers.table import Hints, Table, id_text

CSV = Format("CSV", "vector", (".csv", ".tsv"))
EXCEL = Format("Excel", "vector", (".xlsx", ".xlsm"), (b"PK\x03\x04",))
CASS = Format("CASS points", "vector", (".dat",))

Shapes = Literal["polygon", "line", "point"]
MAX_ROWS = 5_000_000
MAX_UNPACKED_BYTES = 1_000_000_000

_EAST = r"东坐标|横坐标|经度|^经$|^东$|east(ing)?|lon(gitude)?|lng|^e$"
_NORTH = r"北坐标|纵坐标|纬度|^纬$|^北$|north(ing)?|lat(itude)?|^n$"
_X, _Y = r"^x(坐标)?([(（].*)?$|^x[_ ]", r"^y(坐标)?([(（].*)?$|^y[_ ]"
_FEATURE = r"^(地块|宗地|图斑)(编?号|名称?)?$|^(parcel|feature|dkbh|id|编号)$"
_RING = r"^(圈号|环号|ring)$"
_POINT = r"^(点号|点名|界址点号?|point|顺序号|序号)$"
_WKT = r"^(wkt|geometry_wkt|the_geom)$"


# What openpyxl raises on workbooks that are not what they should be.
_DAMAGE: tuple[type[Exception], ...] = (
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    SyntaxError,
    AssertionError,
)


@dataclass(frozen=True)
class _Layout:
    """Positions of the columns that mean something, in the order of the file."""

    pair: tuple[int, int]
    north_first: bool | None
    feature: int | None = None
    ring: int | None = None
    point: int | None = None


@dataclass(frozen=True)
class TableOptions:
    """What the person says of a table.

    Parameters
    ----------
    encoding, part : str or None
    columns : tuple of str
        Names of x, y, feature and ring.
    angles : {"degrees", "dms", "packed"} or None
    shapes : {"polygon", "line", "point"} or None
    """

    encoding: str | None = None
    part: str | None = None
    columns: tuple[str, ...] = ()
    angles: AngleFormat | None = None
    shapes: Shapes | None = None


def read_csv(path: Path, options: TableOptions) -> Table:
    """Read a CSV table of coordinates, or of shapes as WKT.

    Raises
    ------
    LayerReadError
        No recognisable columns, or a cell that is no coordinate, by row and column.
    """
    require_file(path, CSV)
    with reading(path, CSV.name):
        content = path.read_bytes()
    text, note = encodings.settle_text(content, path.name, options.encoding)
    first = text.partition("\n")[0]
    marks = max((",", ";", "\t", "，"), key=first.count)
    with reading(path, CSV.name, also=(csv.Error,)):
        lines = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=marks)
        rows = [
            [unguarded(cell) for cell in row]
            for row in lines
            if any(cell.strip() for cell in row)
        ]
    return _table(rows, path, options, [note])


def read_excel(path: Path, options: TableOptions) -> Table:
    """Read a sheet of coordinates; the first one unless ``part`` names another.

    Raises
    ------
    LayerReadError
    """
    require_file(path, EXCEL)
    with reading(path, EXCEL.name, also=_DAMAGE):
        with zipfile.ZipFile(path) as archive:
            size = sum(one.file_size for one in archive.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise LayerReadError("zip_too_large", file=path.name)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            names = book.sheetnames
            if options.part is not None and options.part not in names:
                raise LayerReadError(
                    "layer_part_unknown",
                    file=path.name,
                    part=options.part,
                    layers=listed(names, 20),
                )
            sheet = book[options.part or names[0]]
            rows = [
                ["" if cell is None else _cell(cell) for cell in row]
                for row in sheet.iter_rows(values_only=True, max_row=MAX_ROWS)
            ]
        finally:
            book.close()
    rows = [row for row in rows if any(row)]
    note = Note("encoding_by_format", {"file": path.name, "encoding": "utf-8"})
    return _table(rows, path, options, [note])


def read_cass(path: Path, options: TableOptions) -> Table:
    """Read ``name,code,east,north,height`` lines: the order opposite to the TXT file.

    Raises
    ------
    LayerReadError
    """
    require_file(path, CASS)
    with reading(path, CASS.name):
        content = path.read_bytes()
    text, note = encodings.settle_text(content, path.name, options.encoding)
    head = ["name", "code", "east", "north", "height"]
    rows = [
        [*(cell.strip() for cell in line.replace("，", ",").split(",")), *[""] * 5][:5]
        for line in text.splitlines()
        if line.strip(" \t\x1a")
    ]
    return _table([head, *rows], path, options, [note])


def _cell(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value).strip()


def _table(
    rows: list[list[str]], path: Path, options: TableOptions, notes: list[Note]
) -> Table:
    if len(rows) < 2:
        raise LayerReadError(
            "layer_no_features", where=path.name, count=0, features="-"
        )
    head = [cell.strip().strip("\ufeff") for cell in rows[0]]
    width = len(head)
    body = [[*row, *[""] * (width - len(row))][:width] for row in rows[1:]]
    wkt = _find(head, _WKT)
    if wkt is not None and not options.columns:
        return _of_wkt(head, body, wkt, path, notes)
    layout = _layout(head, path, options)
    points = _points(head, body, layout, path, options, notes)
    shapes = options.shapes or _shapes_of(layout)
    notes.append(Note("table_columns", _told(head, layout, path)))
    notes.append(Note("table_shapes", {"file": path.name, "shapes": shapes}))
    hints = Hints(north_first=layout.north_first)
    if shapes == "point":
        frame = gpd.GeoDataFrame(
            _attributes(head, body, layout), geometry=shapely.points(points)
        )
        return Table(frame, tuple(notes), hints=hints)
    return _grouped(head, body, layout, points, shapes, path, notes, hints)


def _find(head: list[str], pattern: str, taken: Iterable[int] = ()) -> int | None:
    found = (
        i
        for i, name in enumerate(head)
        if i not in taken and re.search(pattern, name.strip().lower())
    )
    return next(found, None)


def _layout(head: list[str], path: Path, options: TableOptions) -> _Layout:
    if options.columns:
        missing = [one for one in options.columns if one not in head]
        if missing or not 2 <= len(options.columns) <= 4:
            raise _unknown(head, path)
        places: list[int | None] = [head.index(one) for one in options.columns]
        x, y, feature, ring = [*places, None, None][:4]
        if x is None or y is None:
            raise _unknown(head, path)
        return _Layout((x, y), False, feature, ring, _find(head, _POINT))
    east, north = _find(head, _EAST), _find(head, _NORTH)
    labelled = east is not None and north is not None
    x = east if labelled else _find(head, _X)
    y = north if labelled else _find(head, _Y)
    if x is None or y is None:
        raise _unknown(head, path)
    taken = (x, y)
    return _Layout(
        (min(taken), max(taken)),
        y < x if labelled else None,
        _find(head, _FEATURE, taken),
        _find(head, _RING, taken),
        _find(head, _POINT, taken),
    )


def _unknown(head: list[str], path: Path) -> LayerReadError:
    columns = listed(head, 20)
    return LayerReadError("table_columns_unknown", file=path.name, columns=columns)


def _shapes_of(layout: _Layout) -> Shapes:
    """Points that are numbered, or belong to a feature's ring, bound an area."""
    return "polygon" if layout.ring is not None or layout.point is not None else "point"


def _points(
    head: list[str],
    body: list[list[str]],
    layout: _Layout,
    path: Path,
    options: TableOptions,
    notes: list[Note],
) -> FloatArray:
    columns = []
    for place in layout.pair:
        texts = [row[place].strip() for row in body]
        columns.append((texts, numbers_of(texts)))
    signed = any(np.isnan(numbers).any() for _, numbers in columns)
    form = options.angles or angle_format(columns, path, signed=signed)
    if form == "dms":
        columns = [
            (texts, np.array([dms_of(text) for text in texts])) for texts, _ in columns
        ]
    elif form == "packed":
        columns = [
            (texts, angle_formats.from_packed(numbers)) for texts, numbers in columns
        ]
    for place, (texts, numbers) in zip(layout.pair, columns, strict=True):
        wrong = np.flatnonzero(~np.isfinite(numbers))
        if len(wrong):
            row = int(wrong[0])
            details = {"row": row + 2, "column": head[place], "value": texts[row][:40]}
            raise LayerReadError("table_cell_wrong", file=path.name, **details)
    if form is not None:
        details = {"file": path.name, "format": form, "sample": columns[0][0][0][:20]}
        notes.append(Note("angle_format", details))
    return np.column_stack([numbers for _, numbers in columns])


def _told(head: list[str], layout: _Layout, path: Path) -> dict[str, object]:
    named = {"1": layout.pair[0], "2": layout.pair[1]}
    others = {"feature": layout.feature, "ring": layout.ring, "point": layout.point}
    named |= {key: place for key, place in others.items() if place is not None}
    told = ", ".join(f"{key}={head[place]}" for key, place in named.items())
    return {"file": path.name, "columns": told}


def _attributes(
    head: list[str], body: list[list[str]], layout: _Layout
) -> pd.DataFrame:
    used = {*layout.pair}
    columns: dict[str, list[str | None]] = {}
    for place, name in enumerate(head):
        if place in used:
            continue
        label, number = name or f"column_{place + 1}", 2
        while label in columns:
            label, number = f"{name}_{number}", number + 1
        columns[label] = [row[place].strip() or None for row in body]
    return pd.DataFrame(columns, index=range(len(body)), dtype=object)


def _grouped(
    head: list[str],
    body: list[list[str]],
    layout: _Layout,
    points: FloatArray,
    shapes: Shapes,
    path: Path,
    notes: list[Note],
    hints: Hints,
) -> Table:
    names = [
        path.stem if layout.feature is None else row[layout.feature].strip()
        for row in body
    ]
    rings = ["" if layout.ring is None else row[layout.ring].strip() for row in body]
    features = list(dict.fromkeys(names))
    geometry: list[BaseGeometry] = []
    opened: list[str] = []
    for feature in features:
        rows = [i for i, name in enumerate(names) if name == feature]
        parts = _parts(points[rows], [rings[i] for i in rows])
        geometry.append(_shape(parts, shapes, feature, path, opened))
    if opened:
        details = {"where": path.name, "count": len(opened), "features": listed(opened)}
        notes.append(Note("rings_closed", details))
    firsts = [names.index(feature) for feature in features]
    kept = [i for i in range(len(head)) if i not in (layout.ring, layout.point)]
    narrow = [[body[row][i] for i in kept] for row in firsts]
    pair = (kept.index(layout.pair[0]), kept.index(layout.pair[1]))
    table = _attributes([head[i] for i in kept], narrow, _Layout(pair, None))
    frame = gpd.GeoDataFrame(table, geometry=geometry)
    ids = tuple(map(id_text, features))
    return Table(frame, tuple(notes), ids, hints=hints)


def _parts(points: FloatArray, rings: list[str]) -> list[FloatArray]:
    """Divide where the ring number changes, or a ring has come back to its start."""
    starts, first = [0], 0
    for i in range(1, len(points)):
        done = i - first > 3 and (points[i - 1] == points[first]).all()
        again = (points[i] == points[first]).all()
        if rings[i] != rings[i - 1] or (done and not again):
            starts.append(i)
            first = i
    return np.split(points, starts[1:])


def _shape(
    parts: list[FloatArray],
    shapes: Shapes,
    feature: str,
    path: Path,
    opened: list[str],
) -> BaseGeometry:
    if shapes == "line":
        return shapely.MultiLineString([part for part in parts if len(part) > 1])
    rings = []
    for part in parts:
        distinct = len(np.unique(part, axis=0))
        if distinct < 3:
            details = {"file": path.name, "feature": feature, "count": distinct}
            raise LayerReadError("txt_ring_short", **details)
        if (part[0] != part[-1]).any():
            opened.append(feature)
            part = np.concatenate([part, part[:1]])
        rings.append(part)
    return polygons_of_rings(rings)


def _of_wkt(
    head: list[str], body: list[list[str]], place: int, path: Path, notes: list[Note]
) -> Table:
    shapes: list[Any] = []
    for number, row in enumerate(body, start=2):
        try:
            text = row[place].strip()
            shapes.append(shapely.from_wkt(text) if text else None)
        except shapely.errors.ShapelyError as error:
            details = {"row": number, "column": head[place], "value": text[:40]}
            raise LayerReadError(
                "table_cell_wrong", file=path.name, **details
            ) from error
    table = _attributes(head, body, _Layout((place, place), None))
    notes.append(Note("table_columns", {"file": path.name, "columns": head[place]}))
    return Table(gpd.GeoDataFrame(table, geometry=shapes), tuple(notes))
