"""The layers that parcels are checked against, made ready once for any number."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.area import area
from geo.conflict.zones import Zones
from geo.messages import Note
from geo.overlay_geos import shared_polygons
from layers.catalog import Catalog
from layers.checking.rules import Rules, names_of
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from layers.readers.table import id_text
from service.analysis import accuracies
from service.checking.models import LayerUsed
from service.errors import KindError
from service.rows import names

BANNERS = "banners"
INDICATIVE = ("modelled", "schematic")

CLASS_COLUMNS = (
    "class_name",
    "kind",
    "类型",
    "红线类型",
    "功能分区",
    "hxlx",
    "gnfq",
    "lx",
)
"""Columns of sub-classes where the rules name none, first match first, in any case."""


@dataclass(frozen=True)
class AgainstLayer:
    """One layer.

    Parameters
    ----------
    spec : LayerSpec
    used : LayerUsed
        What a report says of it.
    zones : Zones
    names, names_en : list of (str or None)
        Of the features.
    notes : tuple of Note
        What reading it had to decide.
    """

    spec: LayerSpec
    used: LayerUsed
    zones: Zones
    names: list[str | None]
    names_en: list[str | None]
    notes: tuple[Note, ...]

    @property
    def goes_by(self) -> tuple[str, ...]:
        """What rules may call it."""
        return names_of(self.spec)


@dataclass(frozen=True)
class Against:
    """All layers of a check, in its order.

    Parameters
    ----------
    layers : tuple of AgainstLayer
    banners : AgainstLayer or None
        What parts are divided by; None where the catalogue has no banners.
    rules : Rules
    """

    layers: tuple[AgainstLayer, ...]
    banners: AgainstLayer | None
    rules: Rules

    def pieces(self, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Build the polygons that parcels share with the layers.

        Returns
        -------
        GeoDataFrame
            EPSG:4490, a row per pair: ``parcel``, ``layer``, ``feature``,
            ``feature_name``, ``class_name``, ``area_m2``, ``status``.
        """
        parts = [_pieces(parcels, layer) for layer in self.layers]
        table = pd.concat(parts, ignore_index=True)
        return gpd.GeoDataFrame(table, geometry="geometry", crs=parcels.crs)


def _pieces(parcels: gpd.GeoDataFrame, layer: AgainstLayer) -> gpd.GeoDataFrame:
    zones = layer.zones
    found, _ = shared_polygons(parcels.geometry, zones.features.geometry)
    shapes = gpd.GeoSeries(found.geometry, crs=parcels.crs)
    columns = {
        "parcel": parcels.index[found.i],
        "layer": layer.spec.id,
        "feature": zones.ids[found.j],
        "feature_name": [layer.names[j] for j in found.j],
        "class_name": [zones.class_names[j] for j in found.j],
        "area_m2": area(shapes).to_numpy(),
        "status": layer.spec.status,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes)


def prepared(catalog: Catalog, layers: tuple[str, ...], rules: Rules) -> Against:
    """Load and index the layers of a check.

    Parameters
    ----------
    catalog : Catalog
    layers : tuple of str
        Ids; :func:`default_layers` if empty.
    rules : Rules
        Say which column names the sub-classes.

    Raises
    ------
    KindError
        ``overlap_needs_polygons``.
    EcobarrierError
        A layer cannot be found or read.
    """
    chosen = layers or default_layers(catalog)
    ready = tuple(_against(catalog.vector(name), rules) for name in chosen)
    banners = None
    if BANNERS in catalog.entries:
        banners = _against(catalog.vector(BANNERS), rules)
    return Against(ready, banners, rules)


def default_layers(catalog: Catalog) -> tuple[str, ...]:
    """Answer the layers of polygons that are no administrative divisions."""
    return tuple(
        spec.id
        for spec in catalog.specs
        if spec.geometry == "polygon" and spec.theme != "admin"
    )


def _against(layer: VectorLayer, rules: Rules) -> AgainstLayer:
    spec = layer.spec
    polygonal = shapely.get_dimensions(layer.features.geometry.to_numpy()) == 2
    if not polygonal.any():
        raise KindError("overlap_needs_polygons", layer=spec.id)
    features = gpd.GeoDataFrame(layer.features[polygonal])
    field = _class_field(features, rules.content.classes.get(spec.id))
    zones = Zones(
        features,
        _classes(features, field),
        accuracies(spec, features).to_numpy(dtype=np.float64),
        layer.change_m2.loc[features.index].to_numpy(dtype=np.float64),
    )
    zh, en = names(features, "name_zh"), names(features, "name_en")
    return AgainstLayer(spec, used(spec, field), zones, zh, en, layer.notes)


def _class_field(features: pd.DataFrame, stated: str | None) -> str | None:
    columns = {str(one).lower(): str(one) for one in features.columns}
    wanted = CLASS_COLUMNS if stated is None else (stated.lower(),)
    return next((columns[one] for one in wanted if one in columns), None)


def _classes(features: pd.DataFrame, field: str | None) -> tuple[str | None, ...]:
    if field is None:
        return (None,) * len(features)
    return tuple(map(id_text, features[field]))


def used(spec: LayerSpec, class_field: str | None) -> LayerUsed:
    """Answer what a report says of a layer."""
    return LayerUsed(
        id=spec.id,
        title=spec.title,
        status=spec.status,
        version=spec.version,
        sha256=spec.sha256,
        valid_time=spec.valid_time,
        retrieved=spec.provenance.retrieved.isoformat(),
        provider=spec.provenance.origin,
        source=spec.provenance.source,
        licence=spec.licence,
        attribution=spec.attribution,
        crs=spec.crs,
        accuracy_m=spec.accuracy_m,
        caution=spec.caution,
        secrecy=spec.secrecy,
        scope=spec.scope,
        restricted=spec.restricted,
        class_field=class_field,
        indicative=spec.status in INDICATIVE,
    )
