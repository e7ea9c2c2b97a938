"""Use cases: load layers, compute with geo, answer with the models of the product.

Command line, HTTP and notebooks all call these functions, so that they cannot differ.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.area import area
from geo.errors import GeometryError
from geo.messages import Note, listed
from geo.overlay import Overlap, Side, SliverRule, overlap
from geo.types import FloatArray
from geo.zonal import NODATA, OUTSIDE, Zonal, zonal
from layers.catalog import Catalog
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from service.identity import result_id
from service.intervals import intervals, label_rows
from service.models import (
    AreaReport,
    AreaRow,
    FeatureBalance,
    LayerRef,
    LayersReport,
    LayerSummary,
    NoteModel,
    OverlapReport,
    OverlapRow,
    OverlapTotals,
    ZonalReport,
    ZonalStatistics,
    ZonalTotals,
)

AREA_METHOD = "area/lonlat-edges"
OVERLAP_METHOD = "overlap/geos/lonlat-edges"
ZONAL_METHOD = "zonal/exact-cells/lonlat-edges"

POLYGONAL = (3, 6)
"""Type ids of polygon and multipolygon in shapely."""


def layers_report(catalog: Catalog) -> LayersReport:
    """Answer what each layer of a catalogue says of itself."""
    return LayersReport(layers=tuple(summary(spec) for spec in catalog.specs))


def summary(spec: LayerSpec) -> LayerSummary:
    """Answer what one layer says of itself; where its file lies stays inside."""
    known = spec.model_dump(include=set(LayerSummary.model_fields))
    return LayerSummary(version=spec.version, **known)


def area_report(catalog: Catalog, layer: str, *, crs: str | None = None) -> AreaReport:
    """Measure each feature of a layer by three readings of its edges.

    Parameters
    ----------
    catalog : Catalog
    layer : str
        Layer id or path of a file.
    crs : str, optional
        States the CRS of a file that carries none.

    Raises
    ------
    EcobarrierError
        The layer cannot be found, read or measured.
    """
    loaded = catalog.vector(layer, crs=crs)
    polygons, notes = _polygons(loaded)
    source = gpd.GeoSeries(loaded.source_geometry.loc[polygons.index])
    columns = zip(
        polygons.index,
        _names(polygons, "name_zh"),
        _names(polygons, "name_en"),
        area(polygons.geometry),
        area(source, edges="geodesic"),
        area(source, edges="official"),
        strict=True,
    )
    fields = (
        "id",
        "name",
        "name_en",
        "area_m2",
        "area_geodesic_m2",
        "area_official_m2",
    )
    rows = tuple(AreaRow(**dict(zip(fields, row, strict=True))) for row in columns)
    return AreaReport(
        result_id=result_id(AREA_METHOD, [loaded.spec], {"crs": crs}),
        method=AREA_METHOD,
        layer=_reference(loaded.spec),
        rows=rows,
        total_m2=sum(row.area_m2 for row in rows),
        notes=_note_models([*_cautions(loaded), *notes]),
    )


def overlap_report(
    catalog: Catalog,
    left: str,
    right: str,
    *,
    crs: str | None = None,
    sliver: SliverRule | None = None,
) -> OverlapReport:
    """Measure how two polygon layers overlap.

    Parameters
    ----------
    catalog : Catalog
    left, right : str
        Layer ids or paths of files.
    crs : str, optional
        States the CRS of files that carry none.
    sliver : SliverRule, optional
        Thresholds of boundary-sharing errors.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid.
    """
    rule = sliver or SliverRule()
    a, b = catalog.vector(left, crs=crs), catalog.vector(right, crs=crs)
    (polygons_a, notes_a), (polygons_b, notes_b) = _polygons(a), _polygons(b)
    table = overlap(_side(a, polygons_a), _side(b, polygons_b), sliver=rule)
    parameters = {"crs": crs, "sliver": vars(rule)}
    notes = [*_cautions(a), *_cautions(b), *notes_a, *notes_b, *table.notes]
    return OverlapReport(
        result_id=result_id(OVERLAP_METHOD, [a.spec, b.spec], parameters),
        method=OVERLAP_METHOD,
        left=_reference(a.spec),
        right=_reference(b.spec),
        rows=tuple(_overlap_rows(table, polygons_a, polygons_b)),
        left_features=_balances(table.left, polygons_a),
        right_features=_balances(table.right, polygons_b),
        totals=OverlapTotals(**table.totals),
        notes=_note_models([*notes, *_accuracy_notes(a, b)]),
    )


def zonal_report(
    catalog: Catalog,
    zones: str,
    raster: str,
    *,
    crs: str | None = None,
    breaks: tuple[float, ...] = (),
    nodata: float | None = None,
) -> ZonalReport:
    """Measure the classes or value intervals of a raster within zones.

    Parameters
    ----------
    catalog : Catalog
    zones, raster : str
        Layer ids or paths of files.
    crs : str, optional
        States the CRS of files that carry none.
    breaks : tuple of float
        Ascending limits of value intervals; by default a class raster's classes or
        the steps of a continuous raster's colour ramp.
    nodata : float, optional
        States the no-data value of a raster file that declares none.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or measured.
    """
    areas = catalog.vector(zones, crs=crs)
    values = catalog.raster(raster, crs=crs, nodata=nodata)
    polygons, notes = _polygons(areas)
    limits = intervals(values, breaks)
    table = zonal(polygons.geometry, values.grid, values.read, breaks=limits)
    parameters = {"crs": crs, "breaks": breaks, "nodata": nodata}
    return ZonalReport(
        result_id=result_id(ZONAL_METHOD, [areas.spec, values.spec], parameters),
        method=ZONAL_METHOD,
        zones=_reference(areas.spec),
        raster=_reference(values.spec),
        rows=label_rows(table.classes, polygons, values.spec, limits),
        statistics=_statistics(table, limits),
        totals=_zonal_totals(table),
        notes=_note_models([*_cautions(areas), *_cautions(values), *notes]),
    )


def _reference(spec: LayerSpec) -> LayerRef:
    known = spec.model_dump(include=set(LayerRef.model_fields))
    return LayerRef(version=spec.version, **known)


def _cautions(layer: VectorLayer | RasterLayer) -> list[Note]:
    """Answer the layer's own caution, then what reading it had to decide."""
    caution = layer.spec.caution
    if caution is None:
        return list(layer.notes)
    details = {
        "layer": layer.spec.id,
        "caution_zh": caution.zh,
        "caution_en": caution.en,
    }
    return [Note("layer_caution", details), *layer.notes]


def _accuracy_notes(*layers: VectorLayer) -> list[Note]:
    """Say whose accuracy nobody states: then no +/- can be given."""
    return [
        Note("accuracy_unknown", {"layer": layer.spec.id})
        for layer in layers
        if layer.spec.accuracy_m is None and "accuracy_m" not in layer.features
    ]


def _note_models(notes: list[Note]) -> tuple[NoteModel, ...]:
    return tuple(NoteModel(**note.as_dict()) for note in notes)


def _polygons(layer: VectorLayer) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Keep the features that have an area, and note those that have none."""
    features = layer.features
    types = shapely.get_type_id(features.geometry.to_numpy())
    polygonal = np.isin(types, POLYGONAL)
    if not polygonal.any():
        raise GeometryError("no_polygons", where=layer.spec.id)
    if polygonal.all():
        return features, []
    names = [str(label) for label in features.index[~polygonal]]
    details = {"layer": layer.spec.id, "count": len(names), "features": listed(names)}
    return features[polygonal], [Note("not_polygons", details)]


def _side(layer: VectorLayer, polygons: gpd.GeoDataFrame) -> Side:
    """Let a feature's own accuracy win over the layer's."""
    index = polygons.index
    whole = layer.spec.accuracy_m
    accuracy = pd.Series(np.nan if whole is None else whole, index=index)
    if "accuracy_m" in polygons:
        own = pd.to_numeric(polygons["accuracy_m"], errors="coerce")
        accuracy = own.fillna(accuracy).astype(float)
    return Side(polygons.geometry, accuracy, layer.change_m2.loc[index])


def _names(features: gpd.GeoDataFrame, column: str) -> list[str | None]:
    return [None if pd.isna(name) else str(name) for name in features[column]]


def _overlap_rows(
    table: Overlap, left: gpd.GeoDataFrame, right: gpd.GeoDataFrame
) -> list[OverlapRow]:
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


Label = tuple[str | None, str | None, str | None]
"""Id, Chinese name, English name."""

NOBODY: Label = (None, None, None)


def _labels(features: gpd.GeoDataFrame) -> dict[str, Label]:
    columns = (features.index, _names(features, "name_zh"), _names(features, "name_en"))
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


def _balances(
    table: pd.DataFrame, features: gpd.GeoDataFrame
) -> tuple[FeatureBalance, ...]:
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


def _statistics(table: Zonal, limits: FloatArray | None) -> tuple[ZonalStatistics, ...]:
    """Statistics of a continuous raster; class numbers have no mean."""
    if limits is None:
        return ()
    rows = zip(table.statistics.index, _records(table.statistics), strict=True)
    return tuple(
        ZonalStatistics(
            zone_id=str(label),
            area_m2=row.pop("area_m2"),
            **{key: _known(value) for key, value in row.items()},
        )
        for label, row in rows
    )


def _zonal_totals(table: Zonal) -> ZonalTotals:
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
