"""Write polygons as the ministry's parcel file (TXT of boundary points)."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo.area import area
from geo.crs import name, require
from geo.crs_names import plane_of
from geo.messages import Note, listed
from layers.errors import LayerFormatError
from layers.readers.parcels_txt import FIELDS, STATED_AREA
from layers.writers import atomic_file
from layers.writers_shapefile import Encoding

_ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gbk"}


def write_parcels(
    frame: gpd.GeoDataFrame, path: Path, *, encoding: Encoding = "gbk"
) -> tuple[Note, ...]:
    """Write a parcel file, north before east, rings closed, areas in ha.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)`` polygons in a CGCS2000 Gauss-Krueger zone that has a code. Columns
        ``DKBH``, ``DKMC``, ``TFH``, ``DKYT`` and ``DLBM`` are taken where they are;
        number and name fall back to the index and ``name_zh``.
    path : Path
        Replaced atomically.
    encoding : {"gbk", "utf-8"}

    Returns
    -------
    tuple of Note
        Columns left out.

    Raises
    ------
    LayerFormatError
        Not in such a zone, no polygons, or characters that GBK lacks.
    LayerWriteError
    """
    crs = CRS.from_user_input(require(frame.geometry, path.name))
    plane = plane_of(crs)
    polygonal = (shapely.get_dimensions(frame.geometry.to_numpy()) == 2).all()
    if plane is None or plane.datum != "cgcs2000" or not polygonal:
        details = {"format": "TXT", "crs": name(crs)}
        raise LayerFormatError("export_option_wrong", file=path.name, **details)
    lines = [
        "[属性描述]",
        "格式版本号=1.01",
        "坐标系=2000国家大地坐标系",
        f"几度分带={plane.width}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={plane.number}",
        "精度=0.000000001",
        "转换参数=,,,,,,",
        "[地块坐标]",
        *_records(frame),
    ]
    text = "\r\n".join(lines) + "\r\n"
    try:
        content = text.encode(_ENCODINGS[encoding])
    except UnicodeEncodeError as error:
        lost = text[error.start : error.end]
        raise LayerFormatError(
            "shapefile_not_in_gbk", file=path.name, characters=lost
        ) from error
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)
    kept = {*FIELDS, STATED_AREA, "name_zh", "name_en", "geometry"}
    others = [str(one) for one in frame.columns if one not in kept]
    if not others:
        return ()
    details = {"file": path.name, "columns": listed(others)}
    return (Note("export_parcels_loss", details),)


def _records(frame: gpd.GeoDataFrame) -> list[str]:
    areas = area(frame.geometry, edges="official")
    lines = []
    for key, row in zip(frame.index, frame.to_dict("records"), strict=True):
        rings = [
            shapely.get_coordinates(ring)
            for part in shapely.get_parts(row["geometry"])
            for ring in (part.exterior, *part.interiors)
        ]
        count = sum(map(len, rings))
        size = f"{areas[key] / 1e4:.4f}"
        lines.append(",".join([str(count), size, *_fields(str(key), row), "@"]))
        number = 0
        for ring, points in enumerate(rings, start=1):
            first = number + 1
            for i, (x, y) in enumerate(np.asarray(points).tolist()):
                closing = i == len(points) - 1
                number += not closing
                label = first if closing else number
                lines.append(f"J{label},{ring},{_metres(y)},{_metres(x)}")
    return lines


def _fields(key: str, row: dict[Any, Any]) -> list[str]:
    number = _word(row.get("DKBH")) or _word(key)
    title = _word(row.get("DKMC")) or _word(row.get("name_zh")) or number
    rest = [_word(row.get(column)) for column in ("TFH", "DKYT", "DLBM")]
    return [number, title, "面", *rest]


def _word(value: object) -> str:
    text = "" if value is None or value is pd.NA or value != value else str(value)
    return text.replace(",", "，").replace("@", "＠").replace("\n", " ").strip()


def _metres(value: float) -> str:
    """Write nanometres, as doubles have them here, and at least millimetres."""
    whole, _, rest = f"{value:.9f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(3, '0')}"
