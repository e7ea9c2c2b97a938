"""The shapes a check is about: parcels, what they share with layers, what is left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.area import area
from geo.robust import difference, intersection, union_by
from geo.types import GeometryArray
from geo.validity import polygons_of
from layers.provenance import STATUS_WORDS
from service.checking.check import CheckOutcome
from service.checking.models import (
    Amount,
    CheckReport,
    LayerResult,
    LayerUsed,
    ParcelResult,
)
from service.checking.prepared import AgainstLayer
from service.reports.names import Names

_EMPTY = shapely.Polygon()


@dataclass
class _Rows:
    """Collects rows and their shapes."""

    rows: list[dict[str, object]] = field(default_factory=list)
    shapes: list[shapely.Geometry] = field(default_factory=list)

    def add(self, shape: shapely.Geometry, **columns: object) -> None:
        self.rows.append(columns)
        self.shapes.append(shape)

    def frame(self, columns: Sequence[str]) -> gpd.GeoDataFrame:
        table = pd.DataFrame(self.rows, columns=list(columns))
        shapes = gpd.GeoSeries(self.shapes, index=table.index, crs="EPSG:4490")
        table.index.name = "row"
        return gpd.GeoDataFrame(table, geometry=shapes)


_AREA = ("area_m2", "printed_m2", "printed_ha", "printed_mu")
_OWN = ("parcel", "parcel_number", "parcel_name")
_LAYER = ("layer", "layer_title", "layer_status", "layer_version", "indicative")
PARCEL_COLUMNS = (*_OWN, "use", "file", "crs", *_AREA, "finding", "free_area_m2")
OVERLAP_COLUMNS = (*_OWN, *_LAYER, "class_name", *_AREA, "share", "finding")
REMAINDER_COLUMNS = (*_OWN, *_LAYER, *_AREA, "share")
SLIVER_COLUMNS = (*_OWN, *_LAYER, *_AREA)


def result_shapes(
    outcome: CheckOutcome, hidden: frozenset[str]
) -> dict[str, gpd.GeoDataFrame]:
    """Answer ``parcels``, ``overlaps``, ``remainders``, ``slivers``.

    Parameters
    ----------
    outcome : CheckOutcome
    hidden : frozenset of str
        Layers whose geometry may not be shown; they have no overlaps, remainders or
        slivers here, and ``free_area_m2`` is null where one of them shares area.

    Returns
    -------
    dict of str to GeoDataFrame
        EPSG:4490. ``overlaps`` has a row for each parcel, layer and class; where
        features of a layer lie over each other, a place belongs to the first, so that
        the areas of a parcel and layer add up. ``area_m2`` is that of the shape by
        edges straight in longitude and latitude, ``printed_*`` what the report says.
    """
    kept = {name: _Rows() for name in ("parcels", "overlaps", "remainders", "slivers")}
    layers = {one.spec.id: one for one in outcome.against.layers}
    shapes = dict(
        zip(
            outcome.parcels.index.astype(str),
            outcome.parcels.geometry.to_numpy(),
            strict=True,
        )
    )
    names = Names(outcome.report)
    for parcel in outcome.report.parcels:
        shape = shapes[parcel.id]
        free = shape
        for one in parcel.layers:
            if one.contact == "apart" or one.layer in hidden:
                continue
            rest = _divided(kept, parcel, one, layers[one.layer], shape, names)
            free = _cut(free, _cut(shape, rest))
        kept["parcels"].add(shape, **_parcel_row(parcel, free, hidden))
    columns = (PARCEL_COLUMNS, OVERLAP_COLUMNS, REMAINDER_COLUMNS, SLIVER_COLUMNS)
    return {
        name: rows.frame(wanted)
        for (name, rows), wanted in zip(kept.items(), columns, strict=True)
    }


def _divided(
    kept: dict[str, _Rows],
    parcel: ParcelResult,
    result: LayerResult,
    layer: AgainstLayer,
    shape: shapely.Geometry,
    names: Names,
) -> shapely.Geometry:
    """Add the parts of a parcel by one layer, and answer what is outside of it."""
    about = _about(parcel, names.layers[result.layer])
    classes, slivers = _parts(result, layer, shape)
    for one in result.classes:
        kept["overlaps"].add(
            classes[one.class_name],
            **about,
            class_name=one.class_name,
            **_area(one.area_m2, one.printed),
            share=one.share,
            finding=result.finding.label.zh,
        )
    if result.slivers.area_m2 > 0.0:
        numbers = _area(result.slivers.area_m2, result.slivers.printed)
        kept["slivers"].add(slivers, **about, **numbers)
    rest = _cut(shape, _together([*classes.values(), slivers]))
    kept["remainders"].add(
        rest,
        **about,
        **_area(result.remainder.area_m2, result.remainder.printed),
        share=result.remainder.share,
    )
    return rest


def _parts(
    result: LayerResult, layer: AgainstLayer, shape: shapely.Geometry
) -> tuple[dict[str | None, shapely.Geometry], shapely.Geometry]:
    """Answer the overlap by class, and the slivers; no place is in two of them."""
    positions = {str(key): n for n, key in enumerate(layer.zones.ids)}
    rows = sorted(result.features, key=lambda one: positions[one.id])
    features = layer.zones.features.geometry.to_numpy()
    pieces = _shared(features[[positions[one.id] for one in rows]], shape)
    found: dict[str | None, list[shapely.Geometry]] = {}
    slivers: list[shapely.Geometry] = []
    taken: shapely.Geometry = _EMPTY
    for row, piece in zip(rows, pieces, strict=True):
        own = _cut(piece, taken) if len(rows) > 1 else piece
        taken = _together([taken, own])
        chosen = slivers if row.sliver else found.setdefault(row.class_name, [])
        chosen.append(own)
    return {name: _together(parts) for name, parts in found.items()}, _together(slivers)


def _shared(features: GeometryArray, shape: shapely.Geometry) -> GeometryArray:
    same = np.full(len(features), shape, dtype=object)
    return polygons_of(intersection(same, features).geometry)


def _cut(shape: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    pair = np.array([shape], dtype=object), np.array([other], dtype=object)
    one: shapely.Geometry = polygons_of(difference(*pair).geometry)[0]
    return one


def _together(shapes: Sequence[shapely.Geometry]) -> shapely.Geometry:
    kept = [one for one in shapes if not shapely.is_empty(one)]
    if not kept:
        return _EMPTY
    owner = np.zeros(len(kept), dtype=np.int64)
    one: shapely.Geometry = union_by(owner, np.array(kept, dtype=object), 1).geometry[0]
    return one


def _own(parcel: ParcelResult) -> dict[str, object]:
    return {
        "parcel": parcel.id,
        "parcel_number": parcel.number,
        "parcel_name": parcel.name,
    }


def _about(parcel: ParcelResult, used: LayerUsed) -> dict[str, object]:
    return _own(parcel) | {
        "layer": used.id,
        "layer_title": used.title.zh,
        "layer_status": used.status,
        "layer_version": used.version,
        "indicative": used.indicative,
    }


def _area(area_m2: float, printed: Amount) -> dict[str, object]:
    return {
        "area_m2": area_m2,
        "printed_m2": float(printed.m2),
        "printed_ha": float(printed.ha),
        "printed_mu": float(printed.mu),
    }


def _parcel_row(
    parcel: ParcelResult, free: shapely.Geometry, hidden: frozenset[str]
) -> dict[str, object]:
    secret = any(one.layer in hidden and one.touched for one in parcel.layers)
    size = float(area(gpd.GeoSeries([free], crs="EPSG:4490")).iloc[0])
    return _own(parcel) | {
        "use": parcel.use,
        "file": parcel.file,
        "crs": parcel.crs,
        **_area(parcel.areas.lonlat_m2, parcel.printed),
        "finding": parcel.finding.label.zh,
        "free_area_m2": None if secret else size,
    }


def layer_frame(report: CheckReport) -> pd.DataFrame:
    """Answer the layers as a table without geometry."""
    rows = [
        {
            "layer": one.id,
            "title_zh": one.title.zh,
            "title_en": one.title.en,
            "status": one.status,
            "version": one.version,
            "sha256": one.sha256,
            "valid_time": one.valid_time,
            "retrieved": one.retrieved,
            "provider": one.provider,
            "source": one.source,
            "licence": one.licence,
            "attribution": one.attribution,
            "accuracy_m": one.accuracy_m,
            "caution_zh": one.caution and one.caution.zh,
            "caution_en": one.caution and one.caution.en,
            "secrecy": one.secrecy,
            "indicative": one.indicative,
        }
        for one in report.layers
    ]
    return pd.DataFrame(rows)


def provenance(report: CheckReport) -> str:
    """Answer what a file of shapes says of itself: result, layers, method."""
    return "\n".join(_provenance(report)) + "\n"


def _provenance(report: CheckReport) -> Iterator[str]:
    yield f"结果编号 Result id: {report.result_id}"
    yield f"软件 Software: {report.software}, {report.method}"
    for file in report.files:
        yield f"地块文件 Parcels: {file.name} ({file.crs}, SHA-256 {file.sha256})"
    for one in report.layers:
        status = STATUS_WORDS[one.status]
        yield (
            f"图层 Layer: {one.title.zh} | {one.title.en} ({one.id}, {status.zh} "
            f"{status.en}, {one.version}, {one.attribution})"
        )
        if one.caution is not None:
            yield f"注意 Caution: {one.caution.zh} | {one.caution.en}"
    for text in report.method_text:
        yield f"方法 Method: {text.zh} | {text.en}"
