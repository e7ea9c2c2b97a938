"""``bbox`` in any offered coordinate system, as areas in EPSG:4490."""

import math

from geo.axis_order import box_to_working
from geo.types import BBox, GeometryArray
from service.bbox import bbox_areas
from service.errors import QueryError
from service.features.crs import OfferedCrs


def box_areas(text: str, crs: OfferedCrs, parameter: str = "bbox") -> GeometryArray:
    """Read a bounding box.

    Parameters
    ----------
    text : str
        Four numbers in the axis order of ``crs``; or six, whose heights are left out.
    crs : OfferedCrs
    parameter : str
        Named in refusals.

    Returns
    -------
    GeometryArray
        Lon/lat polygons: one; two where a box in degrees crosses the 180th meridian;
        none where a box in metres lies off what its plane shows.

    Raises
    ------
    QueryError
        ``bbox_numbers``; ``bbox_order`` or ``bbox_order_plane``; where no latitude of
        the box exists, ``bbox_off_globe`` or ``bbox_off_globe_lat_first``.
    """
    first, second, third, fourth = _numbers(text, parameter)
    if crs.north_first:
        box = (second, first, fourth, third)
    else:
        box = (first, second, third, fourth)
    if crs.crs.is_projected:
        _require_order(box, text, crs, parameter)
        return box_to_working(box, crs.crs)
    _require_latitudes(box, text, crs, parameter)
    return bbox_areas(box)


def _numbers(text: str, parameter: str) -> BBox:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise QueryError("bbox_numbers", parameter=parameter, value=text[:200])
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _require_latitudes(box: BBox, text: str, crs: OfferedCrs, parameter: str) -> None:
    _, south, _, north = box
    code = "bbox_order" if south > north else ""
    if south > 90 or north < -90:
        code = "bbox_off_globe_lat_first" if crs.north_first else "bbox_off_globe"
    if code:
        stated = {"value": text, "south": south, "north": north, "crs": crs.name}
        raise QueryError(code, parameter=parameter, **stated)


def _require_order(box: BBox, text: str, crs: OfferedCrs, parameter: str) -> None:
    if box[0] > box[2] or box[1] > box[3]:
        details = {"value": text, "crs": crs.name, "axes": crs.axes}
        raise QueryError("bbox_order_plane", parameter=parameter, **details)
