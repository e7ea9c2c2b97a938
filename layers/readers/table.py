"""What every vector reader answers: the file's content, unchanged but decoded."""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
from pyproj import CRS

from geo.crs_names import DatumName
from geo.messages import Note


@dataclass(frozen=True)
class Hints:
    """What a list of coordinates says of them, which is less than a CRS.

    Such a format has no place for a CRS. Its columns are in the order of the file.

    Parameters
    ----------
    datum : str or None
    datum_words : str
        As the file writes it; a datum that is not understood is named.
    width : {3, 6} or None
        Degrees of the zone.
    zone : int or None
    sheets : tuple of str
        Numbers of the map sheets that the features lie in.
    north_first : bool or None
        Whether the format, or a heading, puts north before east; None if unsaid.
    standard : {"cgcs2000"} or None
        The datum that the format prescribes.
    """

    datum: DatumName | None = None
    datum_words: str = ""
    width: Literal[3, 6] | None = None
    zone: int | None = None
    sheets: tuple[str, ...] = ()
    north_first: bool | None = None
    standard: Literal["cgcs2000"] | None = None


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
    hints : Hints or None
        Of a plain list of coordinates, whose columns are not settled yet.
    """

    frame: gpd.GeoDataFrame
    notes: tuple[Note, ...] = ()
    ids: tuple[str | None, ...] | None = None
    default_crs: CRS | None = None
    hints: Hints | None = None


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
