"""Reports as DataFrames, and what is done with them next: pivots, units, workbooks.

Numbers are those of the report, to the last bit. What a column cannot say stands in
``DataFrame.attrs``, plain enough for JSON, so that Parquet keeps it too: ``result_id``,
``method``, ``layers`` (id, title, status, version, accuracy, caution), ``notes``,
``totals`` where there are any.
"""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from geo.errors import GeoError
from geo.messages import listed
from geo.types import ratio
from layers.writers_tables import write_workbook
from service.figures import FiguresReport
from service.models import (
    Answer,
    LayerRef,
    NoteModel,
    OverlapReport,
    OverlapRow,
    ZonalReport,
)
from service.notebook.frames import Attrs
from service.words import Language

AreaUnit = Literal["m2", "ha", "mu", "km2"]

SQUARE_METRES: dict[str, float] = {
    "m2": 1.0,
    "ha": 10_000.0,
    "mu": 10_000.0 / 15.0,
    "km2": 1_000_000.0,
}
"""Square metres of each unit; a mu (亩) is the fifteenth part of a hectare."""

SQUARE_METRE = "_m2"


class Report(Protocol):
    """What each report says of itself."""

    @property
    def result_id(self) -> str:
        """Made of inputs, versions and method."""

    @property
    def method(self) -> str:
        """Its name."""

    @property
    def notes(self) -> tuple[NoteModel, ...]:
        """Cautions, repairs and assumptions."""


def table(
    rows: Sequence[Answer], report: Report, *, index: str | None = None
) -> pd.DataFrame:
    """Make a DataFrame of the rows of a report.

    Parameters
    ----------
    rows : sequence of Answer
        All of one class; their fields are the columns. A number that is unknown is
        nan, a name that is unknown None.
    report : Report
        What goes into ``attrs``.
    index : str, optional
        Column that becomes the index, under the name ``id``.
    """
    records = [row.model_dump() for row in rows]
    frame = pd.DataFrame.from_records(records)
    if index is not None and len(frame):
        frame = frame.set_index(index).rename_axis("id")
    for name in frame.columns:
        if name.endswith(SQUARE_METRE) or name.startswith("share"):
            frame[name] = frame[name].astype(float)
    frame.attrs = attributes(report)
    return frame


def pairs(rows: Sequence[OverlapRow], report: OverlapReport) -> pd.DataFrame:
    """Make a DataFrame of pairs; all columns are there when nothing overlaps."""
    columns = [name for name in OverlapRow.model_fields if name != "kind"]
    frame = pd.DataFrame([row.model_dump() for row in rows], columns=columns)
    numbers = ["area_m2", "share_left", "share_right", "uncertainty_m2"]
    frame = frame.astype({**dict.fromkeys(numbers, float), "sliver": bool})
    frame.attrs = attributes(report)
    return frame


def statistics(report: ZonalReport) -> pd.DataFrame:
    """Make a DataFrame of statistics, percentiles in columns of their own."""
    records = []
    for row in report.statistics:
        plain = row.model_dump()
        percentiles = plain.pop("percentiles")
        records.append(plain | {f"percentile_{p}": v for p, v in percentiles.items()})
    frame = pd.DataFrame.from_records(records).set_index("zone_id")
    frame = frame.rename_axis("id").astype(float)
    frame.attrs = attributes(report)
    return frame


def figures(report: FiguresReport) -> pd.DataFrame:
    """Make a DataFrame of the ledger, bilingual words in columns of their own."""
    plain = ("published", "computed", "difference", "unit", "verdict")
    records = [
        {"id": one.id, "title_zh": one.title.zh, "title_en": one.title.en}
        | {name: getattr(one, name) for name in plain}
        | {"reason_zh": one.reason.zh, "reason_en": one.reason.en}
        | {name: getattr(one, name) for name in ("document", "year", "sure")}
        for one in report.figures
    ]
    frame = pd.DataFrame.from_records(records).set_index("id")
    numbers = ["published", "computed", "difference"]
    frame = frame.astype(dict.fromkeys(numbers, float))
    frame.attrs = {
        "result_id": report.result_id,
        "method": report.method,
        "counts": dict(report.counts),
    }
    return frame


def attributes(report: Report) -> Attrs:
    """Answer all that a report says beside its rows, plain enough for JSON."""
    said: Attrs = {"result_id": report.result_id, "method": report.method}
    refs = [value for _, value in report if isinstance(value, LayerRef)]  # type: ignore[attr-defined]
    said["layers"] = [one.model_dump(mode="json") for one in refs]
    said["notes"] = [f"{note.zh} | {note.en}" for note in report.notes]
    totals = getattr(report, "totals", None)
    if totals is not None:
        said["totals"] = totals.model_dump()
    return said


def labelled(
    frame: pd.DataFrame, column: str | None, labels: Mapping[str, Hashable]
) -> pd.DataFrame:
    """Give rows of a user's own frame their labels back, so that results join it.

    Parameters
    ----------
    frame : DataFrame
        Changed in place where ``labels`` is not empty.
    column : str or None
        The column of ids; None for the index.
    labels : mapping
        Of text to what the user's index holds.
    """
    if not labels:
        return frame
    if column is None:
        known = [labels.get(str(one), one) for one in frame.index]
        frame.index = pd.Index(known, name=frame.index.name)
    else:
        known = [labels.get(str(one), one) for one in frame[column]]
        frame[column] = pd.Series(known, index=frame.index, dtype=object)
        frame[column] = frame[column].infer_objects()
    return frame


def matrix(
    frame: pd.DataFrame,
    values: str = "area_m2",
    *,
    names: Language | Literal["id"] = "en",
) -> pd.DataFrame:
    """Turn a long table into rows by columns: zones by zones, or zones by classes.

    Parameters
    ----------
    frame : DataFrame
        Of :meth:`NotebookCatalog.overlap` (left by right) or
        :meth:`NotebookCatalog.zonal` (zones by classes).
    values : str
        The column to show: an area, a share, a +/-.
    names : {"en", "zh", "id"}
        What rows and columns are called; features of one name get their id too.

    Returns
    -------
    DataFrame
        In the order of the layers; 0 where two do not meet. ``attrs`` as in ``frame``.

    Raises
    ------
    GeoError
        ``column_missing``.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "zone_id": ["a", "a"], "zone_name": ["甲", "甲"],
    ...     "zone_name_en": ["A", "A"], "value": [1, "nodata"],
    ...     "label": ["林", "无数据"], "label_en": ["forest", "no data"],
    ...     "area_m2": [3.0, 1.0]})
    >>> matrix(frame, names="zh")
    类 林 无数据
    区
    甲 3.0 1.0
    """
    require_columns(frame, values)
    if "left_id" in frame:
        pairs = frame[frame["kind"] == "overlap"] if "kind" in frame else frame
        return _pivot(pairs, ("left", "right"), values, names)
    return _pivot(frame, ("zone", "value"), values, names)


def _pivot(
    frame: pd.DataFrame, sides: tuple[str, str], values: str, names: str
) -> pd.DataFrame:
    keys = [one if one in frame else f"{one}_id" for one in sides]
    wide = frame.pivot_table(
        index=keys[0], columns=keys[1], values=values, sort=False, fill_value=0.0
    )
    order = frame[keys[1]].drop_duplicates()
    wide = wide[sorted(order, key=_number_first)] if sides[1] == "value" else wide
    titles = {side: _titles(frame, side, names) for side in sides}
    wide.index = pd.Index([titles[sides[0]][one] for one in wide.index])
    wide.columns = pd.Index([titles[sides[1]][one] for one in wide.columns])
    zh = names == "zh"
    if sides[0] == "zone":
        wide = wide.rename_axis(index="区" if zh else "zone")
        wide = wide.rename_axis(columns="类" if zh else "class")
    else:
        wide = wide.rename_axis(index=sides[0], columns=sides[1])
    wide.attrs = frame.attrs
    return wide


def _number_first(value: object) -> tuple[bool, float, str]:
    """Classes and intervals ascending, then no data and outside."""
    text = isinstance(value, str)
    return text, 0.0 if text else float(value), str(value)  # type: ignore[arg-type]


def _titles(frame: pd.DataFrame, side: str, names: str) -> dict[Hashable, str]:
    key = side if side in frame else f"{side}_id"
    if names == "id":
        return {one: str(one) for one in frame[key].unique()}
    stem = "label" if side == "value" else f"{side}_name"
    column = stem if names == "zh" else f"{stem}_en"
    plain = frame.drop_duplicates(key).set_index(key)
    other = plain[stem]
    said = plain[column].where(plain[column].notna(), other)
    said = said.where(said.notna(), plain.index.to_series().astype(str))
    twice = said.duplicated(keep=False)
    return {
        key: f"{name} ({key})" if repeated else str(name)
        for key, name, repeated in zip(said.index, said, twice, strict=True)
    }


def in_unit(frame: pd.DataFrame, unit: AreaUnit) -> pd.DataFrame:
    """Answer a table with its areas in another unit, and the unit in their names.

    Parameters
    ----------
    frame : DataFrame
        Columns that end in ``_m2`` are areas in square metres.
    unit : {"m2", "ha", "mu", "km2"}
        A mu (亩) is 666.67 m2.

    Returns
    -------
    DataFrame
        A new one; ``area_m2`` has become ``area_km2``. Nothing is rounded.

    Raises
    ------
    GeoError
        ``unit_unknown``.

    Examples
    --------
    >>> in_unit(pd.DataFrame({"area_m2": [2_500_000.0]}), "km2")
       area_km2
    0       2.5
    """
    if unit not in SQUARE_METRES:
        raise GeoError("unit_unknown", unit=unit, known=", ".join(SQUARE_METRES))
    areas = [str(one) for one in frame.columns if str(one).endswith(SQUARE_METRE)]
    changed = frame.assign(**{one: frame[one] / SQUARE_METRES[unit] for one in areas})
    return changed.rename(
        columns={one: f"{one.removesuffix(SQUARE_METRE)}_{unit}" for one in areas}
    )


def to_xlsx(path: str | Path, **tables: pd.DataFrame) -> None:
    """Write tables as sheets of one workbook, and a last sheet of what they rest on.

    Parameters
    ----------
    path : str or Path
        Replaced atomically.
    **tables : DataFrame
        The sheets by name. An index that has a name is the first column. Numbers keep
        16 digits, which is what the format holds.

    Raises
    ------
    LayerFormatError
        ``too_many_rows``.
    LayerWriteError
    """
    about = [line for name, one in tables.items() for line in said_of(name, one)]
    sheets = {
        name: one.drop(columns="geometry", errors="ignore")
        for name, one in tables.items()
    }
    write_workbook(sheets, Path(path), about=about)


def said_of(name: str, frame: pd.DataFrame) -> list[str]:
    """Write the attrs of a table as lines for people."""
    said = frame.attrs
    lines = [name]
    if "result_id" in said:
        lines.append(f"结果 Result {said['result_id']}  方法 Method {said['method']}")
    for layer in said.get("layers", ()):
        title = layer["title"]
        lines.append(
            f"图层 Layer {layer['id']}: {title['zh']} | {title['en']},"
            f" {layer['status']}, {layer['version']}"
        )
    return [*lines, *said.get("notes", ()), ""]


def require_columns(frame: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks a column, and say which it has.

    Raises
    ------
    GeoError
        ``column_missing``.
    """
    for column in columns:
        if column not in frame:
            known = listed([str(one) for one in frame.columns], 30)
            raise GeoError("column_missing", column=column, known=known)


def share(frame: pd.DataFrame) -> "pd.Series[float]":
    """Answer the overlapped part of each feature's area, 0 where it has no area."""
    area = frame["area_m2"].to_numpy(np.float64)
    shared = frame["overlap_dissolved_m2"].to_numpy(np.float64)
    return pd.Series(ratio(shared, area), index=frame.index, name="share")
