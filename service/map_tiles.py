"""Base tiles that the user names: the only thing on a map that may come from a network.

Nothing is guessed: the datum must be stated, because tiles in GCJ-02 show everything
280 to 605 m aside in the region. Tiles must lie in the Web Mercator square (EPSG:3857).
"""

from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from service.errors import RequestError
from service.words import both

Datum = Literal["wgs84", "cgcs2000", "gcj02"]


@dataclass(frozen=True)
class Tiles:
    """Where tiles come from, and in which datum they are drawn.

    Parameters
    ----------
    url : str
        Template with ``{z}``, ``{x}`` and ``{y}``, beginning with http or https.
    datum : {"wgs84", "cgcs2000", "gcj02"}
        GCJ-02 tiles are displayed shifted, so that they fit the data; coordinates of
        the data are never changed.

    Raises
    ------
    RequestError
        ``map_tiles_address``, ``map_tiles_datum``.
    """

    url: str
    datum: Datum

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        holes = all(hole in self.url for hole in ("{z}", "{x}", "{y}"))
        if parts.scheme not in ("http", "https") or not parts.hostname or not holes:
            raise RequestError("map_tiles_address", value=self.url)
        if self.datum not in get_args(Datum):
            raise RequestError("map_tiles_datum", value=self.datum)

    @classmethod
    def named(cls, url: str | None, datum: str | None) -> "Tiles | None":
        """Answer the tiles that somebody named, or None if nobody named any.

        Raises
        ------
        RequestError
            ``map_tiles_missing`` for a datum without tiles; as the class.
        """
        if url is not None:
            # Checked by the class itself.
            return cls(url, cast("Datum", datum))
        if datum is not None:
            raise RequestError("map_tiles_missing", value=datum)
        return None

    @property
    def said(self) -> tuple[str, str]:
        """What the map says of its base, in Chinese and English."""
        host = urlsplit(self.url).hostname
        zh, en = both(f"tiles_{self.datum}")
        return zh.format(host=host), en.format(host=host)
