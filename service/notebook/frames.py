"""GeoDataFrames as layers and layers as GeoDataFrames; the status stays with both.

What a frame says of itself travels in ``GeoDataFrame.attrs``, which pandas keeps when
rows are chosen and columns are added. It is believed only for shapes that are still
those of the layer, to the last bit: a buffer around an official border is not official.
"""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import crs as coordinate_systems
from layers import vector
from layers.errors import LayerReadError
from layers.files import NOT_STATED, file_id
from layers.loaded import RasterLayer, VectorLayer
from layers.models import Bilingual, LayerSpec, Provenance
from layers.readers.table import Table, id_text
from service.models import LayerRef

Attrs = dict[Hashable | None, Any]
"""As pandas types ``DataFrame.attrs``; keys here are text."""

FRAME = "GeoDataFrame"
"""What a frame of a user's own is called where nobody gave it a name."""


class Source(Protocol):
    """Who knows the layers that frames come from."""

    def vector(self, name: str) -> VectorLayer:
        """Load a vector layer."""


@dataclass(frozen=True)
class Given:
    """A frame as a layer, and the labels that its rows have in the frame."""

    layer: VectorLayer
    labels: dict[str, Hashable]


def frame_of(layer: VectorLayer, name: str) -> gpd.GeoDataFrame:
    """Answer the features of a layer, with what the layer says of itself in attrs."""
    frame = layer.features.copy()
    frame.attrs = {"name": name, **described(layer)}
    return frame


def described(layer: VectorLayer | RasterLayer) -> Attrs:
    """Answer ``layers`` and ``notes`` of a layer, plain enough for JSON."""
    spec = layer.spec
    known = spec.model_dump(include=set(LayerRef.model_fields))
    said = LayerRef(version=spec.version, **known).model_dump(mode="json")
    notes = [str(note.text) for note in layer.notes]
    return {"layers": [said], "notes": notes}


def layer_of(frame: gpd.GeoDataFrame, source: Source) -> Given:
    """Make a layer of a frame.

    Parameters
    ----------
    frame : GeoDataFrame
        Any CRS that is stated and safe. Its index names the features. Rows of a layer
        of the catalogue, as they were read, keep status, accuracy and the source's own
        plane; anything else has the status "user" and, unless there is a column
        ``accuracy_m``, no accuracy. ``attrs["title"]`` names it.
    source : Source
        Where the layer of ``attrs["name"]`` is read again, to be compared.

    Raises
    ------
    LayerReadError
        ``frame_no_rows``, or without any geometry.
    GeoError
        CRS or coordinates that cannot be used.
    """
    if not len(frame):
        raise LayerReadError("frame_no_rows", name=_title(frame))
    layer = _unchanged_part(frame, source)
    if layer is None:
        layer = _own(frame)
    labels = {_text(label): label for label in frame.index}
    return Given(layer, labels if len(labels) == len(frame) else {})


def _unchanged_part(frame: gpd.GeoDataFrame, source: Source) -> VectorLayer | None:
    """Answer the rows as part of the layer they come from; None if they are not."""
    name = frame.attrs.get("name")
    if not isinstance(name, str) or frame.crs is None or not frame.index.is_unique:
        return None
    layer = source.vector(name)
    known = layer.features.geometry
    if frame.crs != known.crs or not frame.index.isin(known.index).all():
        return None
    before = np.asarray(known.loc[frame.index])
    if not np.array_equal(
        shapely.to_wkb(before), shapely.to_wkb(np.asarray(frame.geometry))
    ):
        return None
    if frame.index.equals(known.index) and _accuracy(frame) == _accuracy(
        layer.features
    ):
        return layer
    return _part(layer, frame)


def _part(layer: VectorLayer, frame: gpd.GeoDataFrame) -> VectorLayer:
    rows = frame.index
    parts = [layer.spec.sha256, *map(str, rows), _accuracy(frame)]
    spec = layer.spec.model_copy(
        update={"sha256": _sha256("\n".join(parts).encode()), "rows": len(rows)}
    )
    return VectorLayer(
        spec,
        _with_names(frame, layer.features.loc[rows]),
        gpd.GeoSeries(layer.source_geometry.loc[rows]),
        layer.change_m2.loc[rows],
        layer.notes,
    )


def _with_names(frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Answer the features with the columns that results are made of."""
    kept = known[["name_zh", "name_en", "geometry"]]
    if "accuracy_m" in frame:
        kept = kept.assign(accuracy_m=frame["accuracy_m"])
    return gpd.GeoDataFrame(kept, crs=known.crs)


def _own(frame: gpd.GeoDataFrame) -> VectorLayer:
    """Make a layer of what a user built: checked, repaired, without claims."""
    plain = frame.drop(columns=["id"], errors="ignore")
    ids = [_text(label) for label in frame.index]
    table = Table(plain.assign(id=ids).reset_index(drop=True))
    title = _title(frame)
    prepared = vector.prepare(table, title)
    sha256 = _content(prepared.features)
    spec = LayerSpec(
        id=file_id(title, sha256),
        title=Bilingual(zh=title, en=title),
        description=Bilingual(
            zh="笔记本中的表，来源、许可和精度均未说明。",
            en="A frame of a notebook; source, licence and accuracy not stated.",
        ),
        theme="user",
        kind="vector",
        geometry=vector.geometry_kind(prepared.features.geometry),
        status="user",
        path=PurePosixPath(FRAME),
        crs=coordinate_systems.name(prepared.crs),
        rows=len(prepared.features),
        licence=NOT_STATED,
        attribution=NOT_STATED,
        provenance=Provenance(
            source=FRAME,
            origin=NOT_STATED,
            retrieved=date.today(),
            method=Bilingual(zh="按原样取用。", en="Taken as it is."),
        ),
        sha256=sha256,
    )
    return prepared.as_layer(spec)


def _content(features: gpd.GeoDataFrame) -> str:
    """Hash all that a result depends on: ids, names, accuracy and shapes."""
    columns = features[["name_zh", "name_en"]].astype(object)
    words = columns.where(columns.notna(), None).to_dict("split")
    text = f"{words['index']}{words['data']}{_accuracy(features)}"
    shapes = b"".join(shapely.to_wkb(np.asarray(features.geometry), byte_order=1))
    return _sha256(text.encode() + shapes)


def _accuracy(frame: pd.DataFrame) -> str:
    return str(frame["accuracy_m"].tolist()) if "accuracy_m" in frame else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(label: Hashable) -> str:
    return id_text(label) or str(label)


def _title(frame: gpd.GeoDataFrame) -> str:
    return str(frame.attrs.get("title", FRAME))
