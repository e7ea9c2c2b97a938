"""Everything that stands on one map."""

from dataclasses import dataclass, replace
from datetime import date

from geo.messages import Note
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
    """A raster layer and its picture.

    ``cells`` are columns and rows of the raster, ``usual`` those of the picture where
    room is no matter.
    """

    spec: LayerSpec
    picture: Picture
    cells: tuple[int, int]
    usual: tuple[int, int]

    @property
    def order(self) -> int:
        """Rank in drawing order."""
        return order_of(self.spec.id, self.spec.theme)

    @property
    def notes(self) -> list[Note]:
        """Say if the picture is coarser than the raster, or than it could be."""
        columns, rows = self.cells
        width, height = self.picture.size
        if width >= self.usual[0] and width >= columns and height >= rows:
            return []
        details: dict[str, object] = {
            "layer_zh": self.spec.title.zh,
            "layer_en": self.spec.title.en,
            "columns": columns,
            "rows": rows,
            "width": width,
            "height": height,
        }
        return [Note("map_picture_reduced", details)]


@dataclass(frozen=True)
class Relief:
    """The shaded relief under everything, and how wide it usually is, in pixels."""

    picture: Picture
    usual: int

    @property
    def notes(self) -> list[Note]:
        """Say if the picture is coarser than it could be."""
        width = self.picture.size[0]
        if width >= self.usual:
            return []
        return [Note("map_relief_reduced", {"before": self.usual, "after": width})]


@dataclass(frozen=True)
class MapContent:
    """What a map shows, and how it starts.

    Parameters
    ----------
    vectors : list of VectorPart
    rasters : list of RasterPart
    relief : Relief or None
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
    relief: Relief | None
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
    def notes(self) -> list[Note]:
        """What was simplified, reduced or left out, and by how much."""
        notes = [note for part in self.vectors for note in part.notes]
        notes += [note for part in self.rasters for note in part.notes]
        return notes + (self.relief.notes if self.relief else [])

    @property
    def pictures(self) -> list[Picture]:
        """Those of the rasters, then the relief's."""
        relief = [self.relief.picture] if self.relief else []
        return [*(part.picture for part in self.rasters), *relief]

    def with_pictures(self, pictures: list[Picture]) -> "MapContent":
        """Replace the pictures, in the order of :attr:`pictures`."""
        rasters = [
            replace(part, picture=one)
            for part, one in zip(self.rasters, pictures, strict=False)
        ]
        relief = self.relief and replace(self.relief, picture=pictures[-1])
        return replace(self, rasters=rasters, relief=relief)

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
