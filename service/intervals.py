"""Which values of a raster are counted together, and what the rows are called."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import GeoError
from geo.types import NODATA, OUTSIDE, FloatArray
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from service.models import CrosstabRow, ZonalRow

OTHER_LABELS = {NODATA: ("无数据", "no data"), OUTSIDE: ("栅格范围外", "outside")}


def intervals(raster: RasterLayer, breaks: tuple[float, ...]) -> FloatArray | None:
    """Answer the limits of value intervals; ``None`` when each value is a class.

    Parameters
    ----------
    raster : RasterLayer
    breaks : tuple of float
        The user's own limits; empty for the layer's.

    Raises
    ------
    GeoError
        ``breaks_not_ascending``, or ``breaks_needed`` for a raster of decimal values
        that has no colour ramp.
    """
    if breaks:
        limits = np.asarray(breaks, dtype=np.float64)
        if len(limits) < 2 or not np.all(np.diff(limits) > 0):
            raise GeoError("breaks_not_ascending", value=", ".join(map(str, breaks)))
        return limits
    spec = raster.spec
    if spec.classes:
        return None
    if len(spec.style.ramp) >= 2:
        return np.asarray([value for value, _ in spec.style.ramp], dtype=np.float64)
    if not raster.is_integer:
        raise GeoError("breaks_needed", layer=spec.id)
    return None


def label_rows(
    classes: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    spec: LayerSpec,
    limits: FloatArray | None,
) -> tuple[ZonalRow, ...]:
    """Put names to the rows of a zonal table.

    Parameters
    ----------
    classes : DataFrame
        :attr:`geo.zonal.Zonal.classes`.
    zones : GeoDataFrame
        Indexed by zone, with ``name_zh`` and ``name_en``.
    spec : LayerSpec
        Of the raster.
    limits : FloatArray or None
        Of :func:`intervals`.
    """
    label = labels(spec, limits)
    names = _names(zones)
    return tuple(
        ZonalRow(
            **_zone(names, row["zone"]),
            value=_plain(row["value"]),
            label=label(row["value"])[0],
            label_en=label(row["value"])[1],
            area_m2=row["area_m2"],
            share=row["share"],
        )
        for row in classes.to_dict("records")
    )


def label_pairs(
    table: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    specs: tuple[LayerSpec, LayerSpec],
    limits: tuple[FloatArray | None, FloatArray | None],
) -> tuple[CrosstabRow, ...]:
    """Put names to the rows of a cross-tabulation (:func:`geo.crosstab.crosstab`)."""
    label_a, label_b = (labels(*one) for one in zip(specs, limits, strict=True))
    names = _names(zones)
    return tuple(
        CrosstabRow(
            **_zone(names, row["zone"]),
            value_a=_plain(row["value_a"]),
            label_a=label_a(row["value_a"])[0],
            label_a_en=label_a(row["value_a"])[1],
            value_b=_plain(row["value_b"]),
            label_b=label_b(row["value_b"])[0],
            label_b_en=label_b(row["value_b"])[1],
            area_m2=row["area_m2"],
            share=row["share"],
            uncertainty_m2=row["uncertainty_m2"],
        )
        for row in table.to_dict("records")
    )


def _names(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    names = zones[["name_zh", "name_en"]].astype(object)
    return names.where(names.notna(), None)


def _zone(names: pd.DataFrame, zone: Any) -> dict[str, Any]:
    name, name_en = names.loc[zone]
    return {"zone_id": str(zone), "zone_name": name, "zone_name_en": name_en}


def labels(spec: LayerSpec, limits: FloatArray | None) -> "Namer":
    """Answer the namer of a raster's classes or intervals, nodata and outside too.

    It answers the words in Chinese and English for a value of a zonal table.
    """
    name = _class_names(spec) if limits is None else _interval_names(limits)

    def label(value: Any) -> tuple[str, str]:
        return OTHER_LABELS.get(value) or name(value)

    return label


def _plain(value: Any) -> Any:
    """Answer whole numbers as such: a class is 10, not 10.0."""
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else float(value)


Namer = Callable[[Any], tuple[str, str]]


def _class_names(spec: LayerSpec) -> Namer:
    titles = {item.value: (item.title.zh, item.title.en) for item in spec.classes}

    def name(value: float) -> tuple[str, str]:
        plain = f"{value:g}"
        return titles.get(int(value), (plain, plain))

    return name


def _interval_names(limits: FloatArray) -> Namer:
    def name(value: float) -> tuple[str, str]:
        first = int(np.searchsorted(limits, value))
        low, high = f"{limits[first]:g}", f"{limits[first + 1]:g}"
        if first == 0:
            return f"< {high}", f"< {high}"
        if first == len(limits) - 2:
            return f"≥ {low}", f"≥ {low}"
        return f"{low}–{high}", f"{low}–{high}"

    return name
