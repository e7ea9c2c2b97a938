"""A bounding box as a caller writes it: ``west,south,east,north``."""

import math

import numpy as np
import shapely

from geo.types import BBox, GeometryArray
from service.errors import ParameterError

_NUMBERS = 4
_NUMBERS_WITH_HEIGHT = 6


def parse_bbox(text: str, parameter: str = "bbox") -> BBox:
    """Read a bounding box in lon/lat degrees.

    Parameters
    ----------
    text : str
        Four numbers; or six, whose heights are left out.
    parameter : str
        Named in refusals.

    Returns
    -------
    BBox
        West, south, east, north; west > east crosses the 180th meridian.

    Raises
    ------
    ParameterError
        ``bbox_numbers``, ``bbox_order``, or ``bbox_off_globe`` where no latitude of
        the box exists, as happens when the axes are swapped.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == _NUMBERS_WITH_HEIGHT:
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != _NUMBERS or not all(map(math.isfinite, numbers)):
        raise ParameterError("bbox_numbers", parameter=parameter, value=text)
    west, south, east, north = numbers
    latitudes = {"value": text, "south": south, "north": north}
    if south > north:
        raise ParameterError("bbox_order", parameter=parameter, **latitudes)
    if south > 90 or north < -90:
        raise ParameterError("bbox_off_globe", parameter=parameter, **latitudes)
    return west, south, east, north


def bbox_areas(bbox: BBox) -> GeometryArray:
    """Answer the box as one polygon, or two where it crosses the 180th meridian."""
    west, south, east, north = bbox
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    boxes = [shapely.box(left, south, right, north) for left, right in spans]
    return np.asarray(boxes, dtype=object)
