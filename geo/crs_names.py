"""National coordinate systems by the names people use, in Chinese and English."""

import re
from typing import Literal, NamedTuple

from pyproj import CRS

from geo import crs as coordinate_systems
from geo.errors import CRSError

DatumName = Literal["cgcs2000", "xian80", "beijing54", "wgs84", "gcj02", "bd09"]

_DATUMS: tuple[tuple[DatumName, str], ...] = (
    ("gcj02", r"gcj-?\s?02|火星|高德|国测局"),
    ("bd09", r"bd-?\s?09|百度"),
    ("cgcs2000", r"cgcs|china.?2000|2000\s*国家|国家\s*2000|大地\s*2000|^\s*2000|4490"),
    ("xian80", r"xi.?an.?(19)?80|西安\s*(19)?80|(19)?80\s*西安|1980|^\s*80"),
    ("beijing54", r"beijing.?(19)?54|北京\s*(19)?54|(19)?54\s*北京|1954|^\s*54"),
    ("wgs84", r"wgs|world geodetic|4326"),
)
_GEOGRAPHIC = {"cgcs2000": 4490, "xian80": 4610, "beijing54": 4214, "wgs84": 4326}
# First code of each series, for zones 25 (3 degrees) and 13 (6 degrees), with and
# without prefix: EPSG, checked against PROJ for all zones of the region.
_SERIES: dict[tuple[str, int, bool], int] = {
    ("cgcs2000", 3, True): 4513,
    ("cgcs2000", 3, False): 4534,
    ("cgcs2000", 6, True): 4491,
    ("cgcs2000", 6, False): 4502,
    ("xian80", 3, True): 2349,
    ("xian80", 3, False): 2370,
    ("xian80", 6, True): 2327,
    ("xian80", 6, False): 2338,
    ("beijing54", 3, True): 2401,
    ("beijing54", 3, False): 2422,
    ("beijing54", 6, True): 21413,
    ("beijing54", 6, False): 21453,
}
_FIRST_ZONE = {3: 25, 6: 13}
_LAST_ZONE = {3: 45, 6: 23}


class NationalPlane(NamedTuple):
    """A Gauss-Krueger zone of a national datum."""

    datum: DatumName
    number: int
    width: Literal[3, 6]
    prefixed: bool

    @property
    def epsg(self) -> int:
        """Answer the EPSG code."""
        first = _SERIES[self.datum, self.width, self.prefixed]
        return first + self.number - _FIRST_ZONE[self.width]


def datum_of(words: str) -> DatumName | None:
    """Find the datum that a text names; None for none of those known.

    Examples
    --------
    >>> datum_of("2000国家大地坐标系"), datum_of("1980西安坐标系"), datum_of("")
    ('cgcs2000', 'xian80', None)
    """
    low = words.lower().replace("_", " ")
    return next((name for name, form in _DATUMS if re.search(form, low)), None)


def geographic_code(datum: DatumName) -> int | None:
    """Answer the EPSG code of lon/lat on a datum; None where there is none."""
    return _GEOGRAPHIC.get(datum)


def plane_of(crs: CRS) -> NationalPlane | None:
    """Answer the national zone that a CRS is by its code; None for any other."""
    code = crs.to_epsg()
    for (datum, width, prefixed), first in _SERIES.items():
        last = first + _LAST_ZONE[width] - _FIRST_ZONE[width]
        if code is not None and first <= code <= last:
            number = code - first + _FIRST_ZONE[width]
            found = next(name for name, _ in _DATUMS if name == datum)
            return NationalPlane(found, number, 3 if width == 3 else 6, prefixed)
    return None


def parse(value: str) -> CRS:
    """Read a CRS as people name it, else as PROJ does.

    Examples
    --------
    >>> parse("CGCS2000 3-degree zone 37 with prefix").to_epsg()
    4525
    >>> parse("2000国家大地坐标系 3度带 中央经线111").to_epsg()
    4546
    >>> parse("EPSG:4490").to_epsg()
    4490

    Raises
    ------
    CRSError
        ``crs_unknown``.
    """
    named = _named(value)
    return (
        CRS.from_epsg(named) if named is not None else coordinate_systems.parse(value)
    )


def _named(value: str) -> int | None:
    if re.match(
        r"(?i)\s*(epsg|ogc|esri|iau.*|urn|proj.*|geog.*|\+proj|\{|http).*", value
    ):
        return None
    datum = datum_of(value)
    if datum is None:
        return None
    if datum in ("gcj02", "bd09"):
        raise CRSError("crs_unknown", value=value)
    low = value.lower()
    width = 6 if re.search(r"6\s*(-?\s?degree|度|°)", low) else 3
    zone = re.search(r"(?:zone|带号)\s*[=:：]?\s*(\d{2})|(\d{2})\s*(?:号带|带)", low)
    meridian = re.search(
        r"(?:cm|meridian|中央经线|中央子午线)\s*[=:：]?\s*(\d{2,3})", low
    )
    if zone is None and meridian is None:
        return _GEOGRAPHIC.get(datum)
    if meridian is not None:
        degrees = int(meridian[1])
        number = degrees // 3 if width == 3 else (degrees + 3) // 6
        if (3 * number if width == 3 else 6 * number - 3) != degrees:
            raise CRSError("crs_unknown", value=value)
    else:
        found = zone[1] or zone[2] if zone is not None else ""
        number = int(found)
    if not _FIRST_ZONE[width] <= number <= _LAST_ZONE[width] or datum == "wgs84":
        raise CRSError("crs_unknown", value=value)
    without = re.search(r"without|no prefix|不带|不加|无带号", low)
    prefixed = meridian is None and not without
    return NationalPlane(datum, number, 3 if width == 3 else 6, prefixed).epsg
