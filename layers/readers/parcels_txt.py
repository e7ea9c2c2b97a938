"""Read the ministry's parcel file (TXT of boundary points), as it is met in practice.

Two blocks, ``[属性描述]`` of ``key=value`` lines and ``[地块坐标]`` of records: a head
``points,area,id,name,kind,sheet,use,class,...,@`` and a line ``point,ring,X,Y`` per
vertex. No label of a column is trusted: the same columns are called X,Y and Y,X in
guides (domain facts 2.2), and nearly every mark in the file varies.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs_names import datum_of
from geo.messages import Note, listed
from geo.ring_roles import polygons_of_rings
from geo.types import FloatArray
from layers.errors import LayerReadError
from layers.readers import encodings
from layers.readers.guard import Format, reading, require_file
from layers.readers.table import Hints, Table, id_text

PARCELS = Format("TXT parcels", "vector", (".txt",))

FIELDS = ("DKBH", "DKMC", "TXSX", "TFH", "DKYT", "DLBM")
"""Columns of the head after count and area: number, name, kind, map sheet, use and
class of a parcel, as the exchange standard of planning databases calls them."""
STATED_AREA = "MJ"

_SEPARATORS = str.maketrans(
    {"，": ",", "\t": ",", "；": ",", ";": ",", "＝": "=", "【": "[", "】": "]"}
)
_UNITS = {"ha": 1e4, "m2": 1.0, "mu": 1e4 / 15.0}
_SAME_AREA = 0.02


@dataclass
class _Point:
    name: str
    ring: str
    x: float
    y: float


@dataclass
class _Parcel:
    count: str = ""
    area: str = ""
    values: list[str] = field(default_factory=list)
    points: list[_Point] = field(default_factory=list)

    @property
    def label(self) -> str:
        return next((one for one in self.values if one), "1")


@dataclass
class _Content:
    header: dict[str, str] = field(default_factory=dict)
    parcels: list[_Parcel] = field(default_factory=list)


def read_parcels(path: Path, *, encoding: str | None = None) -> Table:
    """Read a parcel file.

    Parameters
    ----------
    path : Path
    encoding : str or None
        Where the reader's decision is wrong.

    Returns
    -------
    Table
        Coordinates in the order of the file's columns, and what the file says of
        them as hints. Open rings are closed, with a note; ring roles are decided by
        containment.

    Raises
    ------
    LayerReadError
        A line that is neither head nor vertex, a ring of fewer than 3 points, no
        parcels; line and value are named.
    """
    require_file(path, PARCELS)
    with reading(path, PARCELS.name):
        content = path.read_bytes()
    text, note = encodings.settle_text(content, path.name, encoding)
    found = _parse(text, path.name)
    if not found.parcels:
        raise LayerReadError("txt_no_parcels", file=path.name)
    notes = [note]
    shapes = _shapes(found.parcels, path.name, notes)
    frame = gpd.GeoDataFrame(_attributes(found.parcels), geometry=shapes)
    _compare_counts(found.parcels, path.name, notes)
    _area_unit(frame, path.name, notes)
    ids = tuple(id_text(parcel.values[0]) for parcel in found.parcels)
    return Table(frame, tuple(notes), ids, hints=_hints(found))


def _parse(text: str, file: str) -> _Content:
    content = _Content()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.translate(_SEPARATORS).strip().strip("\ufeff\x1a").strip()
        if not line or re.fullmatch(r"\[.*\]", line):
            continue
        if "=" in line and not content.parcels:
            key, _, value = line.partition("=")
            content.header[key.strip()] = value.strip()
            continue
        fields = _fields(line)
        if _is_head(fields):
            content.parcels.append(_head(fields))
            continue
        point = _point(fields)
        if point is None:
            shown = line[:60]
            raise LayerReadError("txt_line_wrong", file=file, line=number, value=shown)
        if not content.parcels:
            # One parcel per file, its name the file's.
            stem = Path(file).stem
            content.parcels.append(_Parcel(values=[stem, stem]))
        content.parcels[-1].points.append(point)
    return content


def _fields(line: str) -> list[str]:
    parts = line.split(",") if "," in line else line.split()
    plain = [part.strip() for part in parts]
    while plain and not plain[-1]:
        plain.pop()
    return plain


def _is_head(fields: list[str]) -> bool:
    return "@" in fields or (len(fields) >= 5 and fields[4] in ("点", "线", "面"))


def _head(fields: list[str]) -> _Parcel:
    known = fields[: fields.index("@")] if "@" in fields else fields
    padded = [*known, "", "", ""]
    return _Parcel(padded[0], padded[1], [*known[2:]] or [""])


def _point(fields: list[str]) -> _Point | None:
    """Read ``point,ring,x,y``; the point or both may be missing."""
    if len(fields) >= 4:
        name, ring, x, y = fields[:4]
    elif len(fields) == 3:
        name, x, y = fields
        ring = ""
    elif len(fields) == 2:
        name, ring, (x, y) = "", "", fields
    else:
        return None
    numbers = _number(x), _number(y)
    if numbers[0] is None or numbers[1] is None:
        return None
    return _Point(name, ring, numbers[0], numbers[1])


def _number(text: str) -> float | None:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", plain) is None:
        return None
    return float(plain)


def _attributes(parcels: list[_Parcel]) -> pd.DataFrame:
    width = max(len(FIELDS), *(len(parcel.values) for parcel in parcels))
    extra = [f"F{number}" for number in range(len(FIELDS) + 3, width + 3)]
    rows = [[*one.values, *[""] * (width - len(one.values))] for one in parcels]
    texts = [[value or None for value in row] for row in rows]
    table = pd.DataFrame(texts, columns=[*FIELDS, *extra], dtype=object)
    areas = [_number(parcel.area) for parcel in parcels]
    table.insert(2, STATED_AREA, pd.Series(areas, dtype=float))
    return table


def _shapes(parcels: list[_Parcel], file: str, notes: list[Note]) -> list[BaseGeometry]:
    open_parcels: list[str] = []
    shapes: list[BaseGeometry] = []
    several = []
    for parcel in parcels:
        kind = parcel.values[2] if len(parcel.values) > 2 else ""
        points = np.array([(one.x, one.y) for one in parcel.points], dtype=float)
        if kind == "点":
            shapes.append(shapely.MultiPoint(points.reshape(-1, 2)))
            continue
        rings = _rings(parcel)
        if kind == "线":
            long = [ring for ring in rings if len(ring) > 1]
            shapes.append(shapely.MultiLineString(long))
            continue
        closed = [_closed(ring, parcel, file, open_parcels) for ring in rings]
        shapes.append(polygons_of_rings(closed))
        if len(rings) > 1:
            several.append(parcel.label)
    if open_parcels:
        names = list(dict.fromkeys(open_parcels))
        details = {"where": file, "count": len(names), "features": listed(names)}
        notes.append(Note("rings_closed", details))
    if several:
        details = {"where": file, "count": len(several), "features": listed(several)}
        notes.append(Note("ring_roles_containment", details))
    return shapes


def _rings(parcel: _Parcel) -> list[FloatArray]:
    """Divide the points of a parcel where the ring number changes or a ring closes."""
    rings: list[list[_Point]] = []
    for point in parcel.points:
        current = rings[-1] if rings else []
        if not current or _starts_anew(point, current):
            rings.append([point])
        else:
            current.append(point)
    return [np.array([(one.x, one.y) for one in ring], dtype=float) for ring in rings]


def _starts_anew(point: _Point, ring: list[_Point]) -> bool:
    first, last = ring[0], ring[-1]
    if point.ring != last.ring:
        return True
    closed = len(ring) > 3 and (first.x, first.y) == (last.x, last.y)
    again = (point.x, point.y) == (first.x, first.y)
    restarted = point.name != "" and point.name == first.name and len(ring) > 2
    # After the closing point a ring may be written once more, or simply go on.
    return (closed and not again) or (restarted and not again)


def _closed(
    ring: FloatArray, parcel: _Parcel, file: str, opened: list[str]
) -> FloatArray:
    distinct = len(np.unique(ring, axis=0))
    if distinct < 3:
        details = {"file": file, "feature": parcel.label, "count": distinct}
        raise LayerReadError("txt_ring_short", **details)
    if (ring[0] == ring[-1]).all():
        return ring
    opened.append(parcel.label)
    return np.concatenate([ring, ring[:1]])


def _compare_counts(parcels: list[_Parcel], file: str, notes: list[Note]) -> None:
    wrong = []
    for parcel in parcels:
        stated = _number(parcel.count)
        closings = sum((ring[0] == ring[-1]).all() for ring in _rings(parcel))
        have = len(parcel.points)
        if stated is not None and not have - closings <= stated <= have + closings + 1:
            wrong.append(f"{parcel.label}: {stated:g} ≠ {have}")
    if wrong:
        details = {"where": file, "count": len(wrong), "features": listed(wrong)}
        notes.append(Note("txt_count_differs", details))


def _area_unit(frame: gpd.GeoDataFrame, file: str, notes: list[Note]) -> None:
    """Decide by the shapes themselves whether areas are stated in ha, m2 or mu."""
    own = shapely.area(frame.geometry.to_numpy())
    stated = frame[STATED_AREA].to_numpy(dtype=float)
    usable = (own > 0) & (stated > 0)
    if not usable.any():
        return
    ratio = own[usable] / stated[usable]
    fits = {
        name: int((np.abs(ratio / size - 1.0) < _SAME_AREA).sum())
        for name, size in _UNITS.items()
    }
    best = max(fits, key=lambda name: fits[name])
    labels = frame["DKBH"].fillna("-").astype(str).to_numpy()[usable]
    off = labels[np.abs(ratio / _UNITS[best] - 1.0) >= _SAME_AREA].tolist()
    if fits[best]:
        details = {"file": file, "unit": best, "count": fits[best]}
        notes.append(Note("txt_area_unit", details))
    if off:
        details = {"where": file, "count": len(off), "features": listed(off)}
        notes.append(Note("txt_area_differs", details))


def _hints(content: _Content) -> Hints:
    header = content.header
    words = header.get("坐标系", "")
    width = re.search(
        r"[36]", unicodedata.normalize("NFKC", header.get("几度分带", ""))
    )
    zone = re.search(r"\d{2}", unicodedata.normalize("NFKC", header.get("带号", "")))
    sheets = [one.values[3] for one in content.parcels if len(one.values) > 3]
    return Hints(
        datum=datum_of(words) if words else None,
        datum_words=words,
        width=None if width is None else 3 if width[0] == "3" else 6,
        zone=None if zone is None else int(zone[0]),
        sheets=tuple(dict.fromkeys(sheet for sheet in sheets if sheet)),
        north_first=True,
        standard="cgcs2000",
    )
