"""Read DXF drawings: polylines, hatches, circles, points of model space, by layer.

A drawing has no CRS; its numbers say where it is, or a person does. Closed polylines
are polygons, arcs and curves become chords within a stated tolerance.
"""

import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from ezdxf import path as dxf_path
from ezdxf.document import Drawing
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.hatch import Hatch
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from shapely.geometry.base import BaseGeometry

from geo.messages import Note, listed
from geo.ring_roles import polygons_of_rings
from geo.types import FloatArray
from layers.errors import LayerReadError
from layers.readers import encodings
from layers.readers.guard import Format, reading, require_file
from layers.readers.table import Hints, Table

DXF = Format("DXF", "vector", (".dxf",))

_CURVED = ("CIRCLE", "ARC", "ELLIPSE", "SPLINE")
_PATHS = ("LWPOLYLINE", "POLYLINE", "LINE", *_CURVED)
_UNICODE_FROM = "AC1021"
_DAMAGE = (
    DXFError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ArithmeticError,
    StopIteration,
    EOFError,
    AssertionError,
)


def read_dxf(
    path: Path, *, encoding: str | None = None, tolerance_m: float = 0.001
) -> Table:
    """Read a drawing.

    Parameters
    ----------
    path : Path
        Text DXF of any release; the code page counts before R2007.
    encoding : str or None
        Where the drawing's code page is wrong.
    tolerance_m : float
        Farthest that a chord lies from its curve, in units of the drawing.

    Returns
    -------
    Table
        Columns ``Layer``, ``Handle``, ``Color``, ``Text``; x,y as drawn.

    Raises
    ------
    LayerReadError
        No drawing, or nothing in it that can be read.
    """
    require_file(path, DXF)
    with reading(path, DXF.name, also=_DAMAGE):
        chosen, note = _encoding(path, encoding)
        drawing = readfile(str(path), encoding=chosen)
        rows, left_out, curved, closed = _rows(drawing, tolerance_m)
    notes = [note]
    if left_out:
        told = ", ".join(f"{kind} {count}" for kind, count in left_out.items())
        notes.append(Note("drawing_not_read", {"file": path.name, "kinds": told}))
    for code, names in (("curves_chords", curved), ("drawing_lines_closed", closed)):
        if names:
            details: dict[str, object] = {"where": path.name, "count": len(names)}
            details |= {"features": listed(names), "tolerance_m": tolerance_m}
            notes.append(Note(code, details))
    if not rows:
        raise LayerReadError("drawing_no_shapes", file=path.name)
    frame = gpd.GeoDataFrame(rows, geometry="geometry")
    ids = tuple(str(row["Handle"]) for row in rows)
    return Table(frame, tuple(notes), ids, hints=Hints(north_first=False))


def _encoding(path: Path, stated: str | None) -> tuple[str | None, Note]:
    """Choose: as stated, UTF-8 by release, the code page unless the bytes deny it."""
    content = path.read_bytes()
    if content.startswith(b"AutoCAD Binary DXF"):
        label, release = "binary", _UNICODE_FROM
    else:
        label = _header(content, "$DWGCODEPAGE") or "-"
        release = _header(content, "$ACADVER") or "-"
    if stated is not None:
        encoding = encodings.python_name(stated)
        if encoding is None:
            raise LayerReadError("encoding_wrong", file=path.name, encoding=stated)
        return encoding, _said("encoding_code_page", path, label, encoding)
    if release >= _UNICODE_FROM:
        return None, _said("encoding_by_format", path, label, "utf-8")
    values = [line for line in content.splitlines() if not line.isascii()]
    declared = encodings.python_name(label.replace("_", " ")) or "cp1252"
    decision = encodings.decide(values[:5000], declared, 0)
    encoding = declared if decision is None else decision.encoding
    return encoding, _said("encoding_code_page", path, label, encoding)


def _said(code: str, path: Path, label: str, encoding: str) -> Note:
    return Note(code, {"file": path.name, "label": label, "encoding": encoding})


def _header(content: bytes, name: str) -> str | None:
    found = re.search(rf"{re.escape(name)}\s+\d+\s+(\S+)".encode(), content[:100_000])
    return None if found is None else found[1].decode("ascii", "replace")


Row = dict[str, object]


def _rows(
    drawing: Drawing, tolerance: float
) -> tuple[list[Row], Counter[str], list[str], list[str]]:
    rows: list[Row] = []
    left_out: Counter[str] = Counter()
    curved: list[str] = []
    closed: list[str] = []
    for entity in drawing.modelspace():
        shape, has_curve, was_closed = _shape(entity, tolerance)
        if shape is None:
            left_out[entity.dxftype()] += 1
            continue
        handle = str(entity.dxf.handle)
        curved += [handle] * has_curve
        closed += [handle] * was_closed
        rows.append(
            {
                "Layer": str(entity.dxf.layer),
                "Handle": handle,
                "Color": int(entity.dxf.get("color", 256)),
                "Text": _text(entity),
                "geometry": shape,
            }
        )
    return rows, left_out, curved, closed


def _text(entity: DXFEntity) -> str | None:
    if entity.dxftype() == "TEXT":
        return str(entity.dxf.text)
    plain = getattr(entity, "plain_text", None)
    return str(plain()) if entity.dxftype() == "MTEXT" and plain else None


def _shape(
    entity: DXFEntity, tolerance: float
) -> tuple[BaseGeometry | None, bool, bool]:
    """Answer the shape, whether it has curves, and whether a line was closed."""
    kind = entity.dxftype()
    if kind == "POINT":
        return shapely.Point(entity.dxf.location.x, entity.dxf.location.y), False, False
    if kind in ("TEXT", "MTEXT"):
        return shapely.Point(entity.dxf.insert.x, entity.dxf.insert.y), False, False
    if isinstance(entity, Hatch):
        paths = dxf_path.from_hatch(entity)
        rings = [_ring(_flat(one, tolerance)) for one in paths]
        usable = [ring for ring in rings if ring is not None]
        curves = any(one.has_curves for one in dxf_path.from_hatch(entity))
        return (polygons_of_rings(usable) if usable else None), curves, False
    if kind not in _PATHS or _is_mesh(entity):
        return None, False, False
    made = dxf_path.make_path(entity)
    points = _flat(made, tolerance)
    declared = bool(getattr(entity, "is_closed", False)) or kind == "CIRCLE"
    meets = len(points) > 3 and bool((points[0] == points[-1]).all())
    ring = _ring(points) if declared or meets else None
    if ring is not None:
        was_closed = not declared and kind in ("LWPOLYLINE", "POLYLINE")
        return shapely.Polygon(ring), made.has_curves, was_closed
    if len(np.unique(points, axis=0)) < 2:
        return None, False, False
    return shapely.LineString(points), made.has_curves, False


def _is_mesh(entity: DXFEntity) -> bool:
    return bool(
        getattr(entity, "is_poly_face_mesh", False)
        or getattr(entity, "is_polygon_mesh", False)
    )


def _flat(made: dxf_path.Path, tolerance: float) -> FloatArray:
    curved = made.has_curves
    points = (
        made.flattening(tolerance, segments=8) if curved else made.control_vertices()
    )
    return np.array([(one.x, one.y) for one in points], dtype=float).reshape(-1, 2)


def _ring(points: FloatArray) -> FloatArray | None:
    if len(np.unique(points, axis=0)) < 3:
        return None
    if (points[0] == points[-1]).all():
        return points
    return np.concatenate([points, points[:1]])
