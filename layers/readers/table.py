"""What every vector reader answers: the file's content, unchanged but decoded."""

from dataclasses import dataclass

import geopandas as gpd
from pyproj import CRS

from geo.messages import Note


@dataclass(frozen=True)
class Table:
    """The features of one file, before ids, checks and repair.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, rows in the order of the file, x,y = lon,lat or east,north; the CRS
        is the one the file carries, or None. Geometries may be None or invalid.
    notes : tuple of Note
        What the reader decided or changed.
    ids : tuple of str or None
        ``(n,)``, ids that the format carries outside the columns; None if it has none.
    default_crs : CRS or None
        What the format's standard says where the file says nothing.
    """

    frame: gpd.GeoDataFrame
    notes: tuple[Note, ...] = ()
    ids: tuple[str | None, ...] | None = None
    default_crs: CRS | None = None


def id_text(value: object) -> str | None:
    """Answer an id as text; None for what is missing or blank.

    A whole number that a column of decimals carries stays whole.

    Examples
    --------
    >>> id_text(150100.0), id_text(" 7 "), id_text(float("nan")), id_text(None)
    ('150100', '7', None, None)
    """
    # NaN and NaT differ from themselves.
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text if text and text != "<NA>" else None
