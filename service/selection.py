"""Which part of a layer a caller wants."""

import numpy as np
from pydantic import BaseModel, ConfigDict

from geo.types import BBox
from layers.loaded import VectorLayer
from layers.models import Bilingual
from service.bbox import bbox_areas


class Selection(BaseModel):
    """Conditions that a feature must meet; all of them, where there are several.

    A further condition (a filter expression) is one more field here, one more line in
    :meth:`ids` and one in :meth:`words`; items, tiles and downloads then agree.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bbox: BBox | None = None

    def ids(self, layer: VectorLayer) -> list[str] | None:
        """Answer the ids of the features wanted in the order of the layer; None: all.

        A feature is wanted whole if it touches ``bbox``.
        """
        if self.bbox is None:
            return None
        features = layer.features
        pairs = features.sindex.query(bbox_areas(self.bbox), predicate="intersects")
        return [str(features.index[row]) for row in np.unique(pairs[1])]

    def words(self, count: int | None) -> tuple[Bilingual, ...]:
        """Say which part of the layer a copy holds."""
        if self.bbox is None:
            return (Bilingual(zh="整个图层", en="the whole layer"),)
        box = ",".join(f"{number:.12g}" for number in self.bbox)
        if count is None:
            return (
                Bilingual(zh=f"与 bbox={box} 相交的像元", en=f"cells in bbox={box}"),
            )
        return (
            Bilingual(
                zh=f"与 bbox={box} 相交的 {count} 个要素(完整,未裁剪)",
                en=f"{count} feature(s) that touch bbox={box}, whole, not clipped",
            ),
        )
