"""Whose word counts for the CRS of a file: the file's, the caller's, nobody's guess."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import gauss_krueger
from geo.errors import CRSError
from geo.messages import listed
from geo.types import REGION, FloatArray

# Enough vertices to tell zones apart; a province has millions.
_SAMPLE = 2000


def chosen_crs(
    found: CRS | None,
    stated: str | None,
    where: str,
    geometry: gpd.GeoSeries | None = None,
    default: CRS | None = None,
) -> CRS:
    """Answer the CRS of a file, without heights.

    Parameters
    ----------
    found : CRS or None
        The one the file carries.
    stated : str or None
        The one the caller states for a file that carries none.
    where : str
        Names the file in messages.
    geometry : GeoSeries or None
        Coordinates to name candidates by, when there is neither.
    default : CRS or None
        What the format's standard says for a file that carries none.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_missing_candidates``; ``crs_conflict`` when the file
        carries another one than stated; ``crs_not_horizontal``.
    """
    named = None if stated is None else coordinate_systems.parse(stated)
    if found is not None and named is not None and not same_crs(found, named):
        given, carried = coordinate_systems.name(named), coordinate_systems.name(found)
        raise CRSError("crs_conflict", where=where, stated=given, found=carried)
    crs = found or named or default
    if crs is None:
        raise _missing(where, geometry)
    return coordinate_systems.horizontal(crs, where)


def same_crs(left: CRS, right: CRS) -> bool:
    """Whether two definitions mean the same coordinates, axis order aside.

    ESRI's and EPSG's texts for one Gauss-Krueger zone differ in every name; so
    codes and parameters are compared too.
    """
    if left.equals(right, ignore_axis_order=True):
        return True
    code = left.to_epsg()
    if code is not None and code == right.to_epsg():
        return True
    datums = coordinate_systems.datum(left), coordinate_systems.datum(right)
    if datums[0] != datums[1] or datums[0] == "unsafe":
        return False
    if left.is_geographic and right.is_geographic:
        return True
    plane = gauss_krueger.projection(left)
    return plane is not None and plane == gauss_krueger.projection(right)


def _missing(where: str, geometry: gpd.GeoSeries | None) -> CRSError:
    codes = [] if geometry is None else _candidates(geometry)
    if not codes:
        return CRSError("crs_missing", where=where)
    return CRSError(
        "crs_missing_candidates",
        where=where,
        candidates=listed(codes, 20),
        example=codes[0],
    )


def _candidates(geometry: gpd.GeoSeries) -> list[str]:
    """Systems in which all coordinates fall inside the region; never used unasked."""
    points: FloatArray = shapely.get_coordinates(geometry.to_numpy())
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return []
    west, south, east, north = REGION
    low, high = points.min(axis=0), points.max(axis=0)
    if west <= low[0] and high[0] <= east and south <= low[1] and high[1] <= north:
        return [coordinate_systems.WORKING_CRS]
    sample = points[:: max(len(points) // _SAMPLE, 1)]
    return [f"EPSG:{zone.epsg}" for zone in gauss_krueger.zone_candidates(sample)]
