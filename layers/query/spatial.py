"""Spatial tests: boxes decide where they can, GEOS where they leave a doubt."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from geo.types import BBox, BoolArray, FloatArray, GeometryArray
from layers.query.conditions import Spatial, SpatialRelation

if TYPE_CHECKING:
    from layers.query.evaluate import Chunk

# Asked of the given geometry, which is prepared once: a within b is b contains a.
_MIRRORED: dict[SpatialRelation, Callable[[BaseGeometry, GeometryArray], BoolArray]] = {
    "intersects": shapely.intersects,
    "contains": shapely.within,
    "within": shapely.contains,
    "crosses": shapely.crosses,
    "overlaps": shapely.overlaps,
    "touches": shapely.touches,
    "equals": shapely.equals,
}


def test(condition: Spatial, chunk: "Chunk") -> pa.Array:
    """Answer true or false for each feature; null where it has no geometry."""
    boxes = chunk.boxes()
    missing = np.isnan(boxes[:, 0])
    if condition.relation == "disjoint":
        truth = ~_related("intersects", condition.geometry, boxes, chunk)
    else:
        truth = _related(condition.relation, condition.geometry, boxes, chunk)
    return pa.array(truth, mask=missing)


def overlapping(boxes: FloatArray, bounds: BBox) -> BoolArray:
    """Mark the boxes that touch another, ``(n,)``; never one of NaN."""
    west, south, east, north = bounds
    found: BoolArray = (
        (boxes[:, 0] <= east)
        & (boxes[:, 2] >= west)
        & (boxes[:, 1] <= north)
        & (boxes[:, 3] >= south)
    )
    return found


def inside_a_box(boxes: FloatArray, geometry: BaseGeometry) -> BoolArray:
    """Mark the boxes inside a geometry that is itself a box, ``(n,)``; else none.

    What a feature's box lies in, the feature intersects, whatever its shape.
    """
    if not is_box(geometry):
        return np.zeros(len(boxes), dtype=bool)
    west, south, east, north = geometry.bounds
    found: BoolArray = (
        (boxes[:, 0] >= west)
        & (boxes[:, 2] <= east)
        & (boxes[:, 1] >= south)
        & (boxes[:, 3] <= north)
    )
    return found


def is_box(geometry: BaseGeometry) -> bool:
    """Whether a geometry is one rectangle along the axes."""
    four_corners = shapely.get_num_coordinates(geometry) == 5
    return (
        four_corners
        and geometry.geom_type == "Polygon"
        and bool(shapely.equals(geometry, shapely.box(*geometry.bounds)))
    )


def _related(
    relation: SpatialRelation,
    geometry: BaseGeometry,
    boxes: FloatArray,
    chunk: "Chunk",
) -> BoolArray:
    truth = np.zeros(chunk.rows, dtype=bool)
    doubt = overlapping(boxes, geometry.bounds)
    if relation == "intersects":
        truth = inside_a_box(boxes, geometry)
        doubt &= ~truth
    if doubt.any():
        shapely.prepare(geometry)
        truth[doubt] = _MIRRORED[relation](geometry, chunk.geometry(doubt))
    return truth
