"""Read KML and KMZ: placemarks with their data; lon/lat on WGS 84 by the standard.

The XML is read here and not by GDAL, so that entity declarations are refused, GBK files
are read, and what is left out is counted.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.messages import Note, listed
from geo.types import FloatArray
from layers.errors import LayerReadError
from layers.readers import encodings
from layers.readers.guard import Format, reading, require_file
from layers.readers.table import Table

KML = Format("KML", "vector", (".kml",))
KMZ = Format("KMZ", "vector", (".kmz",), (b"PK\x03\x04",))

MAX_BYTES = 1_000_000_000
_DEEPEST = 200


@dataclass
class _Placemark:
    values: dict[str, str] = field(default_factory=dict)
    shapes: list[BaseGeometry] = field(default_factory=list)


@dataclass
class _Reader:
    """What expat calls while it goes through the text."""

    file: str
    marks: list[_Placemark] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    key: str = ""
    rings: list[FloatArray] = field(default_factory=list)

    def refuse(self, *_: object) -> None:
        raise LayerReadError("xml_not_read", file=self.file)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            self.refuse()
        self.text = []
        if name == "Placemark":
            self.marks.append(_Placemark())
        elif name in ("Data", "SimpleData"):
            self.key = attributes.get("name", "")
        elif name == "Polygon":
            self.rings = []
        elif name == "Folder":
            self.folders.append("")

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        said = "".join(self.text).strip()
        self.text = []
        self.path.pop()
        if name == "Folder":
            self.folders.pop()
        elif "Placemark" in self.path and self.marks:
            self._within(name, said, self.marks[-1])
        elif name == "name" and self.path and self.path[-1] == "Folder":
            self.folders[-1] = said
        elif name == "Placemark" and self.folders:
            self.marks[-1].values.setdefault("folder", self.folders[-1])

    def _within(self, name: str, said: str, mark: _Placemark) -> None:
        if name == "coordinates":
            self._shape(self.path[-1], _positions(said, self.file, mark), mark)
        elif name == "Polygon" and self.rings:
            mark.shapes.append(shapely.Polygon(self.rings[0], self.rings[1:]))
        elif name in ("name", "description") and self.path[-1] == "Placemark":
            mark.values[name] = said
        elif name == "displayName" and said:
            self.key = said
        elif name in ("value", "SimpleData") and self.key:
            mark.values[self.key] = said

    def _shape(self, kind: str, points: FloatArray, mark: _Placemark) -> None:
        if kind == "Point" and len(points):
            mark.shapes.append(shapely.Point(points[0]))
        elif kind == "LineString" and len(points) > 1:
            mark.shapes.append(shapely.LineString(points))
        elif kind == "LinearRing" and "Polygon" in self.path:
            self.rings.append(_ring(points, self.file, mark))
        elif kind == "LinearRing" and len(points) > 2:
            mark.shapes.append(shapely.LineString(points))


def read_kml(path: Path, *, encoding: str | None = None) -> Table:
    """Read KML or KMZ.

    Parameters
    ----------
    path : Path
    encoding : str or None
        Where the reader's decision is wrong.

    Returns
    -------
    Table
        ``name``, ``description``, ``folder`` and extended data as text. Its standard
        CRS is OGC:CRS84; whether it was drawn on a shifted map cannot be seen, which
        a note says.

    Raises
    ------
    LayerReadError
        No XML, entity declarations, a position that is no pair of numbers.
    """
    content = _content(path)
    text, note = encodings.settle_text(content, path.name, encoding)
    reader = _parse(text, path)
    notes = [note, Note("kml_shift", {"where": path.name})]
    notes.append(Note("ring_roles_format", {"where": path.name, "format": "KML"}))
    bare = [mark.values.get("name", "-") for mark in reader.marks if not mark.shapes]
    if bare:
        details = {"where": path.name, "count": len(bare), "features": listed(bare)}
        notes.append(Note("kml_not_read", details))
    marks = [mark for mark in reader.marks if mark.shapes]
    if not marks:
        raise LayerReadError("layer_no_geometry", file=path.name)
    names = dict.fromkeys(key for mark in marks for key in mark.values)
    columns = {name: [mark.values.get(name) for mark in marks] for name in names}
    shapes = [_gathered(mark.shapes) for mark in marks]
    frame = gpd.GeoDataFrame(columns, geometry=shapes)
    return Table(frame, tuple(notes), default_crs=CRS.from_user_input("OGC:CRS84"))


def _content(path: Path) -> bytes:
    form = KMZ if path.suffix.lower() in KMZ.suffixes else KML
    require_file(path, form)
    damage = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
    with reading(path, form.name, also=damage):
        if form is KML:
            with path.open("rb") as stream:
                return _limited(stream, path)
        with zipfile.ZipFile(path) as archive:
            inside = [
                one
                for one in archive.namelist()
                if PurePosixPath(one).suffix.lower() == ".kml"
            ]
            if not inside:
                raise LayerReadError("layer_no_geometry", file=path.name)
            chosen = "doc.kml" if "doc.kml" in inside else inside[0]
            with archive.open(chosen) as packed:
                return _limited(packed, path)


def _limited(stream: IO[bytes], path: Path) -> bytes:
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise LayerReadError("zip_too_large", file=path.name)
    return content


def _parse(text: str, path: Path) -> _Reader:
    reader = _Reader(path.name)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    # The text is decoded already: a declaration of GBK would be refused by expat.
    plain = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    with reading(path, KML.name, also=(ExpatError,)):
        parser.ParseFile(io.BytesIO(plain.encode("utf-8", "replace")))
    return reader


def _positions(text: str, file: str, mark: _Placemark) -> FloatArray:
    points = []
    for one in text.split():
        parts = one.split(",")
        try:
            points.append((float(parts[0]), float(parts[1])))
        except (ValueError, IndexError) as error:
            details = {"feature": mark.values.get("name", "-"), "value": one[:40]}
            path = "coordinates"
            raise LayerReadError(
                "geojson_position", file=file, path=path, **details
            ) from error
    return np.array(points, dtype=float).reshape(-1, 2)


def _ring(points: FloatArray, file: str, mark: _Placemark) -> FloatArray:
    distinct = len(np.unique(points, axis=0))
    if distinct < 3:
        name = mark.values.get("name", "-")
        raise LayerReadError("txt_ring_short", file=file, feature=name, count=distinct)
    closed = (points[0] == points[-1]).all()
    return points if closed else np.concatenate([points, points[:1]])


def _gathered(shapes: list[Any]) -> BaseGeometry:
    if len(shapes) == 1:
        only: BaseGeometry = shapes[0]
        return only
    kinds = {shape.geom_type for shape in shapes}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(shapes)
    if kinds == {"LineString"}:
        return shapely.MultiLineString(shapes)
    if kinds == {"Point"}:
        return shapely.MultiPoint(shapes)
    return shapely.GeometryCollection(shapes)
