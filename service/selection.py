"""Which part of a layer a copy holds, and how the copy says so."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from geo.types import BBox
from layers.models import Bilingual, LayerSpec
from layers.scan import ServedFile
from service.bbox import parse_bbox
from service.errors import KindError, ParameterError
from service.features.query import Filters, asked


@dataclass(frozen=True)
class Chosen:
    """Features chosen of a layer.

    ``ids`` are in the order of the copy, None for all in the layer's order; ``columns``
    are names of properties, None for all.
    """

    ids: list[str] | None
    columns: tuple[str, ...] | None


def choose(filters: Filters, layer: LayerSpec, served: ServedFile) -> Chosen:
    """Answer what :mod:`service.routers.items` answers for the same parameters.

    Raises
    ------
    QueryError
        Naming the first parameter that cannot be used.
    """
    wanted = asked(filters, {}, [], layer, served)
    found = served.matches(wanted.condition, wanted.order)
    columns = wanted.columns
    names = None if columns is None else tuple(one.name for one in columns)
    if found.positions is None:
        return Chosen(None, names)
    rows = served.page(
        found.positions, columns=(), geometry=False, most_bytes=sys.maxsize
    )
    return Chosen(rows.ids, names)


def raster_box(filters: Filters, layer: LayerSpec) -> BBox | None:
    """Answer the part of a raster: a box in lon/lat; None for the whole.

    Raises
    ------
    KindError
        ``condition_needs_features``.
    ParameterError
        As :func:`service.bbox.parse_bbox`; ``bbox_crosses_180``.
    """
    for name, value in conditions(filters):
        if name != "bbox":
            raise KindError(
                "condition_needs_features", layer=layer.id, parameter=name, value=value
            )
    if filters.bbox is None:
        return None
    box = parse_bbox(filters.bbox)
    if box[0] > box[2]:
        raise ParameterError("bbox_crosses_180", parameter="bbox", value=filters.bbox)
    return box


def conditions(filters: Filters) -> Iterator[tuple[str, str]]:
    """Yield the parameters that were given and choose, as they were written."""
    written = {
        "bbox": filters.bbox,
        "bbox-crs": filters.bbox_crs,
        "datetime": filters.datetime,
        "filter": filters.filter,
        "filter-crs": filters.filter_crs,
        "sortby": filters.sortby,
        "properties": filters.properties,
    }
    yield from ((name, value) for name, value in written.items() if value is not None)


def words(filters: Filters, count: int | None) -> tuple[Bilingual, ...]:
    """Say which part of the layer a copy holds; ``count`` is None for cells."""
    said = "; ".join(f"{name}={value}" for name, value in conditions(filters))
    if not said:
        return (Bilingual(zh="整个图层", en="the whole layer"),)
    if count is None:
        return (Bilingual(zh=f"{said} 范围内的像元", en=f"cells in {said}"),)
    return (
        Bilingual(
            zh=f"符合条件的 {count} 个要素（完整，未裁剪）：{said}",
            en=f"{count} feature(s), whole, not clipped, that match {said}",
        ),
    )
