"""Write a layer as KML 2.2, the format of globes; lon/lat on WGS 84 by its standard."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.messages import Note
from layers.values import json_value
from layers.writers import atomic_file
from layers.writers_exchange import exchangeable, in_degrees

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES = ("name_zh", "name", "名称", "name_en")


def write_kml(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    title: str | None = None,
    about: str | None = None,
) -> tuple[Note, ...]:
    """Write KML with the attributes as extended data, feature by feature.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any safe CRS; what is not lon/lat is densified and
        transformed. CGCS2000 counts as WGS 84, which KML knows alone: they agree to
        decimetres. Heights are left out. The index is kept as its name says.
    path : Path
        Replaced atomically; its folder must exist.
    title : str, optional
        Name of the document; the file's, if not given.
    about : str, optional
        Description of the document.

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
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8") as out:
        out.writelines(
            f"{line}\n" for line in _lines(table, title or path.stem, about or "")
        )
    return tuple(notes)


def _lines(table: gpd.GeoDataFrame, title: str, about: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<name>{_text(title)}</name><description>{_text(about)}</description>"
    geometry = table.geometry.to_numpy()
    shapes = shapely.orient_polygons(shapely.force_2d(geometry), exterior_cw=False)
    attributes = table.drop(columns="geometry")
    names = [str(name) for name in attributes.columns]
    label = next((name for name in _NAMES if name in names), names[0])
    columns = [attributes[name].tolist() for name in names]
    for row, shape in enumerate(shapes):
        values = {
            name: json_value(column[row])
            for name, column in zip(names, columns, strict=True)
        }
        yield f"<Placemark><name>{_text(values[label] or '')}</name><ExtendedData>"
        for number, (name, value) in enumerate(values.items()):
            if value is not None:
                yield f"{_data(name, number)}<value>{_text(value)}</value></Data>"
        yield "</ExtendedData>"
        yield from _shape(shape)
        yield "</Placemark>"
    yield "</Document></kml>"


def _data(name: str, number: int) -> str:
    """Open an element for a value; GDAL takes Chinese names for one and the same."""
    if name.isascii():
        return f"<Data name={quoteattr(_FORBIDDEN.sub('', name))}>"
    shown = f"<displayName>{_text(name)}</displayName>"
    return f'<Data name="field_{number}">{shown}'


def _text(value: object) -> str:
    # What XML 1.0 forbids cannot be escaped either.
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(_FORBIDDEN.sub("", said))


def _shape(shape: BaseGeometry | None) -> Iterator[str]:
    if shape is None or shape.is_empty:
        return
    kind = shape.geom_type
    if isinstance(shape, shapely.Polygon):
        yield "<Polygon>"
        rings: list[tuple[str, BaseGeometry]] = [("outerBoundaryIs", shape.exterior)]
        rings += [("innerBoundaryIs", hole) for hole in shape.interiors]
        for name, ring in rings:
            yield f"<{name}><LinearRing>{_positions(ring)}</LinearRing></{name}>"
        yield "</Polygon>"
    elif kind in ("Point", "LineString", "LinearRing"):
        yield f"<{kind}>{_positions(shape)}</{kind}>"
    else:
        yield "<MultiGeometry>"
        for part in shapely.get_parts(shape):
            yield from _shape(part)
        yield "</MultiGeometry>"


def _positions(shape: BaseGeometry) -> str:
    """Every digit of every position, so that areas can be computed from the file."""
    points = np.asarray(shapely.get_coordinates(shape)).tolist()
    text = " ".join(f"{x!r},{y!r}" for x, y in points)
    return f"<coordinates>{text}</coordinates>"
