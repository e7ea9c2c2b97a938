"""Everything that stands on one map."""

from dataclasses import dataclass
from datetime import date

from geo.types import BBox
from layers.models import LayerSpec
from service.map_layers import VectorPart
from service.map_rasters import Picture
from service.map_tiles import Tiles
from service.palette import order_of
from service.words import THEMES, Language

BUDGET_MB = 5.0
"""Megabytes (10^6 bytes) of a map's file unless told otherwise."""

_REGION: BBox = (97.1, 37.4, 126.1, 53.4)
"""The first view: the autonomous region."""


@dataclass(frozen=True)
class RasterPart:
    """A raster layer and its picture."""

    spec: LayerSpec
    picture: Picture

    @property
    def order(self) -> int:
        """Rank in drawing order."""
        return order_of(self.spec.id, self.spec.theme)


@dataclass(frozen=True)
class MapContent:
    """What a map shows, and how it starts.

    Parameters
    ----------
    vectors : list of VectorPart
    rasters : list of RasterPart
    relief : Picture or None
        The shaded relief under everything.
    asked : frozenset of str
        Ids of the layers somebody asked for; the others are the base.
    on : frozenset of str
        Ids of the layers that are switched on at first.
    language : {"zh", "en"}
    made_on : date
    tiles : Tiles or None
        Base tiles that the user named.
    budget_mb : float
        Megabytes that the file may have.
    """

    vectors: list[VectorPart]
    rasters: list[RasterPart]
    relief: Picture | None
    asked: frozenset[str]
    on: frozenset[str]
    language: Language
    made_on: date
    tiles: Tiles | None = None
    budget_mb: float = BUDGET_MB

    @property
    def specs(self) -> list[LayerSpec]:
        """What each layer says of itself, in the order of the legend."""
        specs = [part.spec for part in self.vectors]
        specs += [part.spec for part in self.rasters]
        return sorted(specs, key=lambda spec: THEMES.index(spec.theme))

    @property
    def bounds(self) -> BBox:
        """Of the first view, west, south, east, north.

        The region, or the layers asked for where those are smaller.
        """
        boxes = [self.bounds_of(layer_id) for layer_id in sorted(self.asked)]
        west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
        east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
        smaller = east - west < _REGION[2] - _REGION[0] and "province" not in self.asked
        return (west, south, east, north) if smaller else _REGION

    def bounds_of(self, layer_id: str) -> BBox:
        """West, south, east, north of a layer, degrees."""
        boxes = {part.spec.id: part.bounds for part in self.vectors}
        boxes |= {part.spec.id: part.picture.bounds for part in self.rasters}
        return boxes[layer_id]
