"""Read GeoJSON (RFC 7946, and its predecessor of 2008 with a ``crs`` member).

The JSON is read here and not by GDAL, so that a refusal can name the feature and the
place in the file, and nothing is closed, dropped or reprojected in silence.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.errors import CRSError
from geo.messages import Note
from layers.errors import LayerReadError
from layers.readers.encodings import decode_text
from layers.readers.geojson_shapes import Json, Place, ShapeBuilder, shown
from layers.readers.guard import Format, reading, require_file
from layers.readers.table import Table, id_text

GEOJSON = Format("GeoJSON", "vector", (".geojson", ".json"))

RFC_7946_CRS = "OGC:CRS84"


def read_geojson(path: Path) -> Table:
    """Read a FeatureCollection, a Feature or a bare geometry.

    Parameters
    ----------
    path : Path
        UTF-8 by the standard; UTF-16 with a byte order mark and GB 18030 are read
        with a note.

    Returns
    -------
    Table
        A feature without geometry, or with empty ``coordinates``, has None. Open
        rings are closed, with a note. Z is left out, with a note. Objects and arrays
        among the properties become JSON text.

    Raises
    ------
    LayerReadError
        No JSON (line and column are named), no GeoJSON, a position that is no pair
        of numbers, a ring of fewer than 3 distinct positions (feature and JSON path
        are named).
    CoordinateError
        NaN or infinite coordinates.
    CRSError
        A ``crs`` member that cannot be understood.
    """
    require_file(path, GEOJSON)
    with reading(path, GEOJSON.name):
        text, notes = decode_text(path.read_bytes(), path.name)
        document = _parse(text, path.name)
        if re.search(r"\\u[dD][89a-fA-F]", text):
            document = _without_lone_surrogates(document)
        try:
            return _table(document, path.name, notes)
        except RecursionError as error:
            raise LayerReadError("geojson_too_deep", file=path.name) from error


def _parse(text: str, file: str) -> Json:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise LayerReadError("geojson_too_deep", file=file) from error
    except json.JSONDecodeError as error:
        raise LayerReadError(
            "geojson_syntax",
            file=file,
            line=error.lineno,
            column=error.colno,
            reason=error.msg,
        ) from error


def _without_lone_surrogates(value: Json) -> Json:
    """Mark half a character, which JSON can escape but nobody can write, as lost."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(one) for one in value]
    if isinstance(value, dict):
        clean = _without_lone_surrogates
        return {clean(key): clean(one) for key, one in value.items()}
    return value


def _table(document: Json, file: str, notes: list[Note]) -> Table:
    builder = ShapeBuilder(file)
    features = list(_features(document, builder))
    rows = [
        (builder.geometry(feature.get("geometry"), place.member("geometry")), feature)
        for feature, place in features
    ]
    shapes = np.array([geometry for geometry, _ in rows] + [None], dtype=object)[:-1]
    crs = _crs_member(document, file)
    if crs is not None:
        details = {"file": file, "crs": coordinate_systems.name(crs)}
        notes.append(Note("geojson_crs_member", details))
    frame = gpd.GeoDataFrame(
        _attributes([feature.get("properties") for _, feature in rows]),
        geometry=gpd.GeoSeries(shapes, crs=crs),
    )
    return Table(
        frame,
        (*notes, *builder.notes()),
        tuple(id_text(feature.get("id")) for _, feature in rows),
        CRS.from_user_input(RFC_7946_CRS),
    )


def _features(
    document: Json, builder: "ShapeBuilder"
) -> Iterator[tuple[dict[str, Json], Place]]:
    """Every feature with its place; a bare geometry counts as one feature."""
    top = Place("1", "$")
    kind = builder.type_of(document, top)
    if kind == "Feature":
        yield document, Place(_label(document, 1), "$")
    elif kind == "FeatureCollection":
        members = document.get("features")
        if not isinstance(members, list):
            builder.refuse("geojson_no_array", members, top.member("features"))
        for row, feature in enumerate(members):
            place = Place(_label(feature, row + 1), f"$.features[{row}]")
            if builder.type_of(feature, place) != "Feature":
                builder.refuse("geojson_type", feature["type"], place)
            yield feature, place
    else:
        yield {"geometry": document}, top


def _label(feature: Json, row: int) -> str:
    """Answer the name a feature goes by in messages, as it will in the layer."""
    if not isinstance(feature, dict):
        return str(row)
    properties = feature.get("properties")
    own = properties if isinstance(properties, dict) else {}
    for value in (own.get("id"), own.get("adcode"), feature.get("id")):
        text = id_text(value)
        if text is not None:
            return text[:80]
    return str(row)


def _attributes(properties: list[Json]) -> pd.DataFrame:
    """One column for each member name, in order of first use."""
    records = [one if isinstance(one, dict) else {} for one in properties]
    names = dict.fromkeys(chain.from_iterable(records))
    columns = {
        "geometry_" if name == "geometry" else name: _column(
            [_flat(record.get(name)) for record in records]
        )
        for name in names
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(records)))


def _column(values: list[Json]) -> pd.Series:
    """Keep values as they are; whole numbers among blanks would become decimals."""
    column = pd.Series(values, dtype=object)
    return column.infer_objects() if len(set(map(type, values))) == 1 else column


def _flat(value: Json) -> Json:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _crs_member(document: Json, file: str) -> CRS | None:
    member = document.get("crs")
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise CRSError("crs_unknown", value=f"{file}: crs = {shown(member)}")
    return coordinate_systems.parse(name)
