"""Angles as people write them: decimal degrees, degrees-minutes-seconds, packed."""

import re
from typing import Literal

import numpy as np

from geo.types import FloatArray

AngleFormat = Literal["degrees", "dms", "packed"]

_DMS = re.compile(
    r"""\s*(?P<sign>[-+NSEW]?)\s*
    (?P<d>\d{1,3}(?:\.\d+)?)\s*(?:[°度º:]|\s)\s*
    (?:(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:['′’分:]|\s|$)\s*)?
    (?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:''|["″”秒])?\s*)?
    (?P<side>[NSEW北南东西]?)\s*""",
    re.VERBOSE | re.IGNORECASE,
)


def from_dms(text: str) -> float | None:
    """Read degrees, minutes and seconds; None for what is none.

    Examples
    --------
    >>> from_dms("107°00′28.20″"), from_dms("40 30 0N"), from_dms("abc")
    (107.00783333333334, 40.5, None)
    """
    found = _DMS.fullmatch(text)
    if found is None:
        return None
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    value = float(found["d"]) + minutes / 60 + seconds / 3600
    marks = (found["sign"] + found["side"]).upper()
    return -value if re.search("[-SW南西]", marks) else value


def from_packed(values: FloatArray) -> FloatArray:
    """Unpack ddd.mmssss: 107.00282 is 107°00′28.2″.

    Returns
    -------
    FloatArray
        Degrees; nan where the digits after the point are no minutes and seconds.
    """
    # By decimal digits, not by floats: 0.0028 is 0.27999… hundredths.
    total = np.round(np.abs(values) * 1e10)
    degrees, rest = np.divmod(total, 1e10)
    minutes, rest = np.divmod(rest, 1e8)
    seconds = rest / 1e6
    result = np.sign(values) * (degrees + minutes / 60 + seconds / 3600)
    return np.where((minutes < 60) & (seconds < 60), result, np.nan)


def may_be_packed(values: FloatArray) -> bool:
    """Whether all values read as ddd.mmss too, so that the format must be asked.

    One random decimal in three passes; eight, the corners of a quadrangle, pass by
    chance once in three thousand. Whole degrees are the same in both.
    """
    if not len(values) or (values == np.round(values)).all():
        return False
    return bool(np.isfinite(from_packed(values)).all())
