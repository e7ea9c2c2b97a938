"""Use cases: load layers, compute with geo, answer with the models of the product.

Command line, HTTP and notebooks all call these functions, so that they cannot differ.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.area import area
from geo.errors import GeometryError
from geo.messages import Note, listed
from geo.overlay import Engine, Side, SliverRule, overlap
from geo.overlay_geos import shared_polygons
from layers.catalog import Catalog
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from service.identity import result_id
from service.intervals import intervals, label_pairs, label_rows
from service.models import (
    AreaReport,
    AreaRow,
    CrosstabReport,
    LayerRef,
    LayersReport,
    LayerSummary,
    NoteModel,
    OverlapReport,
    OverlapTotals,
    ZonalReport,
)
from service.rows import balances, names, overlap_rows, statistics, zonal_totals

AREA_METHOD = "area/lonlat-edges"
OVERLAP_METHODS: dict[Engine, str] = {
    "kernel": "overlap/kernel/lonlat-edges",
    "geos": "overlap/geos/lonlat-edges",
}
ZONAL_METHOD = "zonal/exact-cells/lonlat-edges"
CROSSTAB_METHOD = "crosstab/exact-cells/lonlat-edges"

# What zonal tables need is imported there: most questions need neither the compiler
# nor GDAL, whose loading is felt on the command line.

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
        names(polygons, "name_zh"),
        names(polygons, "name_en"),
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
        layer=reference(loaded.spec),
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
    engine: Engine = "kernel",
    left_accuracy_m: float | None = None,
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
    engine : {"kernel", "geos"}
        Who measures; see :mod:`geo.overlay`.
    left_accuracy_m : float, optional
        States the positional accuracy of ``left``, metres, where it states none: the
        +/- rests on the accuracy of both.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid.
    """
    rule = sliver or SliverRule()
    a = with_accuracy(catalog.vector(left, crs=crs), left_accuracy_m)
    b = catalog.vector(right, crs=crs)
    (polygons_a, notes_a), (polygons_b, notes_b) = _polygons(a), _polygons(b)
    sides = _side(a, polygons_a), _side(b, polygons_b)
    table = overlap(*sides, sliver=rule, engine=engine)
    parameters: dict[str, object] = {"crs": crs, "sliver": vars(rule)}
    parameters |= accuracy_parameter(left_accuracy_m)
    notes = [*_cautions(a), *_cautions(b), *notes_a, *notes_b, *table.notes]
    return OverlapReport(
        result_id=result_id(OVERLAP_METHODS[engine], [a.spec, b.spec], parameters),
        method=OVERLAP_METHODS[engine],
        left=reference(a.spec),
        right=reference(b.spec),
        rows=tuple(overlap_rows(table, polygons_a, polygons_b)),
        left_features=balances(table.left, polygons_a),
        right_features=balances(table.right, polygons_b),
        totals=OverlapTotals(**table.totals),
        notes=_note_models([*notes, *_accuracy_notes(a, b)]),
    )


def overlap_pieces(
    catalog: Catalog, left: str, right: str, *, crs: str | None = None
) -> gpd.GeoDataFrame:
    """Build the polygons that two layers share, for maps and downloads.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; a row per pair: ``left_id``, ``left_name``, ``right_id``,
        ``right_name``, ``area_m2`` of the piece, and the status and caution of both
        layers, so that they stay with the copy.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid.
    """
    a, b = catalog.vector(left, crs=crs), catalog.vector(right, crs=crs)
    (polygons_a, _), (polygons_b, _) = _polygons(a), _polygons(b)
    pieces, _ = shared_polygons(polygons_a.geometry, polygons_b.geometry)
    columns: dict[str, object] = {}
    for name, layer, polygons, position in (
        ("left", a, polygons_a, pieces.i),
        ("right", b, polygons_b, pieces.j),
    ):
        columns[f"{name}_id"] = polygons.index[position]
        columns[f"{name}_name"] = np.array(names(polygons, "name_zh"))[position]
        columns[f"{name}_status"] = layer.spec.status
        caution = layer.spec.caution
        columns[f"{name}_caution"] = None if caution is None else caution.zh
    shapes = gpd.GeoSeries(pieces.geometry, crs=polygons_a.crs)
    return gpd.GeoDataFrame(columns, geometry=shapes).assign(area_m2=area(shapes))


def zonal_report(
    catalog: Catalog,
    zones: str,
    raster: str,
    *,
    crs: str | None = None,
    breaks: tuple[float, ...] = (),
    nodata: float | None = None,
    percentiles: tuple[float, ...] = (),
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
    percentiles : tuple of float
        0 to 100, of a continuous raster.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or measured.
    """
    from geo.zonal import zonal
    from layers.blocks import reader

    areas = catalog.vector(zones, crs=crs)
    values = catalog.raster(raster, crs=crs, nodata=nodata)
    polygons, notes = _polygons(areas)
    limits = intervals(values, breaks)
    asked = () if limits is None else percentiles
    with reader(values) as read:
        table = zonal(
            polygons.geometry, values.grid, read, breaks=limits, percentiles=asked
        )
    parameters: dict[str, object] = {"crs": crs, "breaks": breaks, "nodata": nodata}
    if asked:
        parameters["percentiles"] = asked
    return ZonalReport(
        result_id=result_id(ZONAL_METHOD, [areas.spec, values.spec], parameters),
        method=ZONAL_METHOD,
        zones=reference(areas.spec),
        raster=reference(values.spec),
        rows=label_rows(table.classes, polygons, values.spec, limits),
        statistics=statistics(table, limits),
        totals=zonal_totals(table),
        notes=_note_models([*_cautions(areas), *_cautions(values), *notes]),
    )


def crosstab_report(
    catalog: Catalog,
    zones: str,
    raster_a: str,
    raster_b: str,
    *,
    crs: str | None = None,
) -> CrosstabReport:
    """Measure the area of each pair of values of two rasters within zones.

    Parameters
    ----------
    catalog : Catalog
    zones, raster_a, raster_b : str
        Layer ids or paths of files.
    crs : str, optional
        States the CRS of files that carry none.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or measured.
    """
    from geo.crosstab import crosstab
    from layers.blocks import reader

    areas = catalog.vector(zones, crs=crs)
    a, b = catalog.raster(raster_a, crs=crs), catalog.raster(raster_b, crs=crs)
    polygons, notes = _polygons(areas)
    limits = intervals(a, ()), intervals(b, ())
    with reader(a) as read_a, reader(b) as read_b:
        table = crosstab(
            polygons.geometry,
            a.grid,
            read_a,
            b.grid,
            read_b,
            breaks_a=limits[0],
            breaks_b=limits[1],
        )
    specs = areas.spec, a.spec, b.spec
    zone_ref, ref_a, ref_b = (reference(spec) for spec in specs)
    cautions = [*_cautions(areas), *_cautions(a), *_cautions(b)]
    return CrosstabReport(
        result_id=result_id(CROSSTAB_METHOD, specs, {"crs": crs}),
        method=CROSSTAB_METHOD,
        zones=zone_ref,
        raster_a=ref_a,
        raster_b=ref_b,
        rows=label_pairs(table, polygons, (a.spec, b.spec), limits),
        zones_m2=float(area(polygons.geometry).sum()),
        notes=_note_models([*cautions, *notes]),
    )


def reference(spec: LayerSpec) -> LayerRef:
    """Answer the layer a result rests on."""
    known = spec.model_dump(include=set(LayerRef.model_fields))
    return LayerRef(version=spec.version, **known)


def with_accuracy(layer: VectorLayer, accuracy_m: float | None) -> VectorLayer:
    """State the positional accuracy of a layer that states none, metres."""
    if accuracy_m is None or layer.spec.accuracy_m is not None:
        return layer
    spec = layer.spec.model_copy(update={"accuracy_m": accuracy_m})
    return replace(layer, spec=spec)


def accuracy_parameter(accuracy_m: float | None) -> dict[str, object]:
    """Answer what a stated accuracy adds to a result id: nothing where none is."""
    return {} if accuracy_m is None else {"accuracy_m": accuracy_m}


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
    others = [str(label) for label in features.index[~polygonal]]
    details = {"layer": layer.spec.id, "count": len(others), "features": listed(others)}
    return features[polygonal], [Note("not_polygons", details)]


def _side(layer: VectorLayer, polygons: gpd.GeoDataFrame) -> Side:
    accuracy_m = accuracies(layer.spec, polygons)
    return Side(polygons.geometry, accuracy_m, layer.change_m2.loc[polygons.index])


def accuracies(spec: LayerSpec, features: gpd.GeoDataFrame) -> pd.Series:
    """Let a feature's own accuracy win over the layer's; metres, nan if unknown."""
    whole = np.nan if spec.accuracy_m is None else spec.accuracy_m
    accuracy = pd.Series(whole, index=features.index, dtype=float)
    if "accuracy_m" not in features:
        return accuracy
    own = pd.to_numeric(features["accuracy_m"], errors="coerce")
    return own.fillna(accuracy).astype(float)
