"""The coordinate systems in which features are asked for and answered."""

import re
from dataclasses import dataclass
from functools import cache

from pyproj import CRS

from geo import crs as coordinate_systems
from geo.axis_order import northing_first
from geo.gauss_krueger import region_zones
from service.errors import QueryError

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
STORAGE_URI = "http://www.opengis.net/def/crs/EPSG/0/4490"
"""What the features are kept in: CGCS2000 longitude and latitude."""
_SHORT = re.compile(r"^\[?(?:EPSG|epsg):(\d+)\]?$|^urn:ogc:def:crs:EPSG:[^:]*:(\d+)$")

DEGREE_DECIMALS = 8
"""1e-8 degree is about a millimetre, the last digit of a surveyed parcel."""
METRE_DECIMALS = 3


@dataclass(frozen=True)
class OfferedCrs:
    """A coordinate system by its address.

    Parameters
    ----------
    uri : str
        As ``crs``, ``bbox-crs`` and ``Content-Crs`` have it.
    crs : CRS
        For computing, in x,y order whatever its axes.
    north_first : bool
        Whether callers read and write latitude or northing first.
    """

    uri: str
    crs: CRS
    north_first: bool

    @property
    def name(self) -> str:
        """``EPSG:4490`` or ``OGC:CRS84``."""
        return coordinate_systems.name(self.crs)

    @property
    def axes(self) -> str:
        """The order of a box's numbers, for people."""
        first, second = ("lat", "lon") if self.crs.is_geographic else ("north", "east")
        return f"{first},{second}" if self.north_first else f"{second},{first}"

    @property
    def decimals(self) -> int:
        """Decimals of a coordinate: about a millimetre in either unit."""
        return DEGREE_DECIMALS if self.crs.is_geographic else METRE_DECIMALS


@cache
def offered() -> dict[str, OfferedCrs]:
    """All systems offered, by address, CRS84 first.

    CRS84, CGCS2000, WGS 84, Web Mercator, and the Gauss-Krueger zones that cover the
    region, with and without the zone number in front of the easting.
    """
    codes = [4490, 4326, 3857, *(zone.epsg for zone in region_zones())]
    known = {
        f"http://www.opengis.net/def/crs/EPSG/0/{code}": CRS.from_epsg(code)
        for code in codes
    }
    systems = {CRS84_URI: CRS.from_authority("OGC", "CRS84"), **known}
    return {
        uri: OfferedCrs(uri, crs, northing_first(crs)) for uri, crs in systems.items()
    }


def offered_crs(value: str | None, parameter: str, layer: str) -> OfferedCrs:
    """Answer the system of that address; CRS84 where none is stated.

    ``EPSG:4490``, ``[EPSG:4490]`` and ``urn:ogc:def:crs:EPSG::4490`` mean the same as
    the address; all are in the authority's axis order.

    Raises
    ------
    QueryError
        ``crs_not_offered``.
    """
    if value is None:
        return offered()[CRS84_URI]
    short = _SHORT.match(value)
    uri = value
    if short is not None:
        code = short[1] or short[2]
        uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    found = offered().get(uri)
    if found is None:
        details = {"value": value[:200], "layer": layer, "example": STORAGE_URI}
        raise QueryError("crs_not_offered", parameter=parameter, **details)
    return found
