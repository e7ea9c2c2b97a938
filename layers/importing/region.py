"""Where coordinates fall: what a question to a person is asked with."""

from functools import cached_property

import shapely
from shapely.geometry.base import BaseGeometry

from geo.messages import Text
from geo.types import BBox
from layers.catalog import Catalog

_OUTLINE, _PLACES = "province", "banners"


class Region:
    """The region's outline and the names of its banners, read when first asked.

    Parameters
    ----------
    catalog : Catalog
        One without these layers knows only the region's bounding box.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def outline(self) -> BaseGeometry | None:
        """The outline in lon/lat, or None if the catalogue has none."""
        if _OUTLINE not in self._catalog.entries:
            return None
        shapes = self._catalog.vector(_OUTLINE).features.geometry
        return shapely.union_all(shapes.to_numpy())

    def place(self, bounds: BBox) -> Text:
        """Name the banner that the middle of a box lies in."""
        if _PLACES not in self._catalog.entries:
            return Text("-", "-")
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        banners = self._catalog.vector(_PLACES).features
        inside = banners[shapely.contains_xy(banners.geometry.to_numpy(), x, y)]
        if not len(inside):
            return Text("区外", "outside")
        row = inside.iloc[0]
        return Text(str(row["name_zh"]), str(row["name_en"]))
