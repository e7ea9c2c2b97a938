"""Write a layer for spreadsheets: CSV with shapes as text, and Excel workbooks."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geo.area import area
from geo.messages import Note, listed
from layers.cells import guarded
from layers.errors import LayerFormatError
from layers.values import JsonValue, json_value
from layers.writers import atomic_file
from layers.writers_exchange import exchangeable, in_degrees

WKT = "WKT"
"""Column of shapes as text; GDAL and QGIS know it by this name."""
AREA = "area_m2"
PROVENANCE_SHEET = "来源 Provenance"

SHEET_ROWS = 1_048_575
"""Rows of a sheet of Excel below the heading."""
CELL_CHARACTERS = 32_767
LARGEST_INTEGER = 10**15
"""Excel keeps 15 digits of a number; longer ones are written as text."""


def write_csv(
    frame: gpd.GeoDataFrame, path: Path, *, said: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    """Write CSV with the shapes as WKT in the last column.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any safe CRS; shapes are written in lon/lat degrees with
        all digits. The index is kept as its name says.
    path : Path
        Replaced atomically. UTF-8 with the mark by which Excel in Chinese knows it
        (SQLPage#528); lines end as RFC 4180 wants. Texts that a spreadsheet would
        compute are :func:`layers.cells.guarded`.
    said : mapping, optional
        Further columns, the same in each row: what must not get lost.

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
    table = exchangeable(frame, path)
    shapes = _wkt(table)
    attributes = table.drop(columns="geometry")
    constant = list((said or {}).values())
    columns = [attributes[name].tolist() for name in attributes.columns]
    with (
        atomic_file(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        rows = csv.writer(out)
        head = [*map(str, attributes.columns), *(said or {}), WKT]
        rows.writerow(map(guarded, head))
        for row, shape in enumerate(shapes):
            values = [_csv_text(json_value(column[row])) for column in columns]
            rows.writerow(map(guarded, [*values, *constant, shape or ""]))
    return tuple(notes)


def write_xlsx(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    title: str | None = None,
    about: str | None = None,
) -> tuple[Note, ...]:
    """Write a workbook: a sheet of features, and one that says where they come from.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, n <= 1,048,575, any safe CRS. Numbers become numbers, dates dates.
        Polygons get ``area_m2`` on the ellipsoid, lon/lat edges. Shapes are WKT in
        lon/lat degrees; a cell cannot hold more than 32,767 characters, so larger
        ones stay blank, with a note.
    path : Path
        Replaced atomically.
    title : str, optional
        Name of the sheet; the file's, if not given.
    about : str, optional
        Lines of the second sheet.

    Returns
    -------
    tuple of Note
        Shapes that were left out, text that was cut.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_datum_unsafe``.
    LayerFormatError
        ``too_many_rows``.
    LayerWriteError
    """
    if len(frame) > SHEET_ROWS:
        raise LayerFormatError(
            "too_many_rows", file=path.name, count=len(frame), most=SHEET_ROWS
        )
    frame, notes = in_degrees(frame, path)
    table = _with_area_and_wkt(exchangeable(frame, path), path, notes)
    with atomic_file(path) as temporary:
        try:
            lines = (about or "").splitlines()
            cut = _write_book({title or path.stem: table}, temporary, lines)
        except XlsxWriterException as error:
            raise OSError(str(error)) from error
    if cut:
        details = {"file": path.name, "columns": listed(cut), "most": CELL_CHARACTERS}
        notes.append(Note("text_cut", details))
    return tuple(notes)


def _wkt(table: gpd.GeoDataFrame) -> list[str | None]:
    flat = shapely.force_2d(table.geometry.to_numpy())
    return list(shapely.to_wkt(flat, rounding_precision=-1))


def _csv_text(value: JsonValue) -> object:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _with_area_and_wkt(
    table: gpd.GeoDataFrame, path: Path, notes: list[Note]
) -> pd.DataFrame:
    shapes = _wkt(table)
    long = [
        str(table.iloc[row, 0])
        for row, shape in enumerate(shapes)
        if shape is not None and len(shape) > CELL_CHARACTERS
    ]
    if long:
        details = {"file": path.name, "count": len(long), "features": listed(long)}
        notes.append(Note("shapes_left_out", details))
    sheet = pd.DataFrame(table.drop(columns="geometry"))
    polygonal = table.geom_type.isin(["Polygon", "MultiPolygon"])
    if polygonal.any():
        areas = area(gpd.GeoSeries(table.geometry[polygonal]))
        sheet[_free(AREA, sheet)] = areas.reindex(sheet.index)
    sheet[_free(WKT, sheet)] = [
        shape if shape is not None and len(shape) <= CELL_CHARACTERS else None
        for shape in shapes
    ]
    return sheet


def _free(name: str, sheet: pd.DataFrame) -> str:
    while name in sheet.columns:
        name += "_"
    return name


def write_workbook(
    sheets: Mapping[str, pd.DataFrame], path: Path, *, about: Sequence[str] = ()
) -> tuple[Note, ...]:
    """Write tables without shapes as the sheets of a workbook.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Each of at most 1,048,575 rows. An index that has a name comes first.
    path : Path
        Replaced atomically.
    about : sequence of str
        Lines of the last sheet, which says where the tables come from.

    Returns
    -------
    tuple of Note
        Text that was cut.

    Raises
    ------
    LayerFormatError
        ``too_many_rows``.
    LayerWriteError
    """
    for sheet in sheets.values():
        if len(sheet) > SHEET_ROWS:
            raise LayerFormatError(
                "too_many_rows", file=path.name, count=len(sheet), most=SHEET_ROWS
            )
    named = {
        name: sheet.reset_index() if sheet.index.name is not None else sheet
        for name, sheet in sheets.items()
    }
    with atomic_file(path, also=(XlsxWriterException,)) as temporary:
        cut = _write_book(named, temporary, about)
    if not cut:
        return ()
    details = {"file": path.name, "columns": listed(cut), "most": CELL_CHARACTERS}
    return (Note("text_cut", details),)


def _write_book(
    sheets: Mapping[str, pd.DataFrame], path: Path, about: Sequence[str]
) -> list[str]:
    """Write all sheets row by row; answer the columns whose text had to be cut."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
        "remove_timezone": True,
    }
    cut: dict[str, None] = {}
    with xlsxwriter.Workbook(path, options) as book:
        # Else the file would differ each time it is written.
        book.set_properties({"created": datetime(2000, 1, 1)})
        bold = book.add_format({"bold": True})
        for title, table in sheets.items():
            cut |= dict.fromkeys(_write_sheet(book, bold, title, table))
        beside = book.add_worksheet(PROVENANCE_SHEET)
        for row, line in enumerate(about):
            beside.write_string(row, 0, line[:CELL_CHARACTERS])
    return list(cut)


def _write_sheet(
    book: xlsxwriter.Workbook, bold: Format, title: str, table: pd.DataFrame
) -> Iterator[str]:
    """Write one sheet, and name the columns whose text had to be cut."""
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, str(name)[:CELL_CHARACTERS], bold)
    columns = [table[name].tolist() for name in table.columns]
    for row in range(len(table)):
        for number, values in enumerate(columns):
            if _write_cell(sheet, row + 1, number, values[row]):
                yield str(table.columns[number])


def _write_cell(sheet: Worksheet, row: int, column: int, value: object) -> bool:
    """Write a value as what it is; True where its text had to be cut."""
    if isinstance(value, datetime | date) and not pd.isna(value):
        sheet.write_datetime(row, column, value)
        return False
    plain = json_value(value)
    if isinstance(plain, bool):
        sheet.write_boolean(row, column, plain)
    elif isinstance(plain, float) or (
        isinstance(plain, int) and abs(plain) < LARGEST_INTEGER
    ):
        sheet.write_number(row, column, plain)
    elif plain is not None:
        # As text, whatever it looks like: "=1+1" is a name here, no formula.
        text = str(plain)
        sheet.write_string(row, column, text[:CELL_CHARACTERS])
        return len(text) > CELL_CHARACTERS
    return False


def _sheet_name(title: str) -> str:
    """Excel forbids some characters, quotes at the ends, and more than 31."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip().strip("'")[:31]
    return plain or "features"
