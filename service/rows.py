"""Tables of geo as the rows and totals of the report models."""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.overlay import Overlap
from geo.types import NODATA, OUTSIDE, FloatArray
from service.models import (
    FeatureBalance,
    OverlapRow,
    ZonalStatistics,
    ZonalTotals,
)

if TYPE_CHECKING:
    from geo.zonal import Zonal


def names(features: gpd.GeoDataFrame, column: str) -> list[str | None]:
    """Answer a column of names, ``None`` where there is none."""
    return [None if pd.isna(name) else str(name) for name in features[column]]


def overlap_rows(
    table: Overlap, left: gpd.GeoDataFrame, right: gpd.GeoDataFrame
) -> list[OverlapRow]:
    """Answer pairs by left, then right; remainders of the left, then of the right."""
    lefts, rights = _labels(left), _labels(right)
    pairs = [
        OverlapRow(
            kind="overlap",
            **_prefixed("left", lefts[pair.pop("left")]),
            **_prefixed("right", rights[pair.pop("right")]),
            uncertainty_m2=_known(pair.pop("uncertainty_m2")),
            **pair,
        )
        for pair in _records(table.pairs)
    ]
    left_rest = [
        _remainder("left", label, row)
        for label, row in zip(lefts.values(), _records(table.left), strict=True)
    ]
    right_rest = [
        _remainder("right", label, row)
        for label, row in zip(rights.values(), _records(table.right), strict=True)
    ]
    return [*pairs, *left_rest, *right_rest]


PERCENTILE = "percentile_"
"""How :class:`geo.zonal.Zonal` names the columns of percentiles."""

Label = tuple[str | None, str | None, str | None]
"""Id, Chinese name, English name."""

NOBODY: Label = (None, None, None)


def _labels(features: gpd.GeoDataFrame) -> dict[str, Label]:
    columns = (features.index, names(features, "name_zh"), names(features, "name_en"))
    return {str(row[0]): row for row in zip(*columns, strict=True)}


def _prefixed(side: str, label: Label) -> dict[str, str | None]:
    fields = (f"{side}_id", f"{side}_name", f"{side}_name_en")
    return dict(zip(fields, label, strict=True))


def _remainder(side: str, label: Label, row: dict[str, float]) -> OverlapRow:
    other = "right" if side == "left" else "left"
    rest_m2, area_m2 = row["remainder_m2"], row["area_m2"]
    return OverlapRow(
        kind="remainder",
        **_prefixed(side, label),
        **_prefixed(other, NOBODY),
        area_m2=rest_m2,
        **{f"share_{side}": rest_m2 / area_m2, f"share_{other}": None},
        uncertainty_m2=None,
        sliver=False,
    )


def balances(
    table: pd.DataFrame, features: gpd.GeoDataFrame
) -> tuple[FeatureBalance, ...]:
    """Answer how each feature of one layer is divided by the other layer."""
    rows = zip(_labels(features).values(), _records(table), strict=True)
    return tuple(
        FeatureBalance(id=str(key), name=name, name_en=name_en, **row)
        for (key, name, name_en), row in rows
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name."""
    return [
        {str(key): value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def statistics(
    table: "Zonal", limits: FloatArray | None
) -> tuple[ZonalStatistics, ...]:
    """Statistics of a continuous raster; class numbers have no mean."""
    if limits is None:
        return ()
    rows = zip(table.statistics.index, _records(table.statistics), strict=True)
    return tuple(
        ZonalStatistics(
            zone_id=str(label),
            area_m2=row["area_m2"],
            **{key: _known(row[key]) for key in ("mean", "std", "min", "max", "sum")},
            percentiles={
                key.removeprefix(PERCENTILE): _known(value)
                for key, value in row.items()
                if key.startswith(PERCENTILE)
            },
        )
        for label, row in rows
    )


def zonal_totals(table: "Zonal") -> ZonalTotals:
    """Answer the sums over all zones."""
    classes = table.classes
    nodata = float(classes.loc[classes["value"] == NODATA, "area_m2"].sum())
    outside = float(classes.loc[classes["value"] == OUTSIDE, "area_m2"].sum())
    whole = float(classes["area_m2"].sum())
    return ZonalTotals(
        zones_m2=float(table.zone_area_m2.sum()),
        value_m2=whole - nodata - outside,
        nodata_m2=nodata,
        outside_m2=outside,
    )
