"""The boxes that a GeoParquet file keeps beside its geometries, and their limits."""

import json
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq

from geo.types import BBox, BoolArray, FloatArray

SIDES = ("xmin", "ymin", "xmax", "ymax")


class Boxes(NamedTuple):
    """A bbox covering column (GeoParquet 1.1).

    Parameters
    ----------
    column : str
        A struct of four numbers.
    order : tuple of int
        Places of west, south, east and north in the struct.
    of_groups : FloatArray
        ``(row groups, 4)``: box around the features of each; nan where not stated.
    """

    column: str
    order: tuple[int, ...]
    of_groups: FloatArray


def boxes_of(file: pq.ParquetFile, geometry: str) -> Boxes | None:
    """Find the boxes of a geometry column; None where the file has none.

    Parameters
    ----------
    file : ParquetFile
        GeoParquet.
    geometry : str
    """
    schema = file.schema_arrow
    about = json.loads((schema.metadata or {})[b"geo"])["columns"][geometry]
    stated = about.get("covering", {}).get("bbox")
    if stated is None:
        return None
    paths = [stated[side] for side in SIDES]
    column = str(paths[0][0])
    if column not in schema.names or any(len(path) != 2 for path in paths):
        return None
    kind = schema.field(column).type
    order = tuple(kind.get_field_index(path[1]) for path in paths)
    limits = _limits(file.metadata, [".".join(path) for path in paths])
    return Boxes(column, order, limits)


def meets(own: FloatArray, box: BBox) -> BoolArray:
    """Whether boxes meet a box, touching counts; never for nan.

    Parameters
    ----------
    own : FloatArray
        ``(4,)`` or ``(4, n)``: west, south, east, north.
    box : tuple of float
        The same.
    """
    west, south, east, north = own
    return np.asarray(
        (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    )


def _limits(metadata: pq.FileMetaData, columns: list[str]) -> FloatArray:
    names = {metadata.schema.column(k).path: k for k in range(metadata.num_columns)}
    found = np.full((metadata.num_row_groups, 4), np.nan)
    for number in range(metadata.num_row_groups):
        for place, name in enumerate(columns):
            one = metadata.row_group(number).column(names[name]).statistics
            if one is not None and one.has_min_max:
                found[number, place] = one.min if place < 2 else one.max
    return found
