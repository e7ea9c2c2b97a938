"""Measures of many parcels against many layers, as arrays that rows are taken from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.area import area
from geo.conflict.contacts import Contacts, contacts
from geo.conflict.nearest import Nearest, nearest
from geo.conflict.sites import Pieces, Sites
from geo.overlay import SliverRule
from geo.types import BoolArray, FloatArray, IntArray
from layers.checking.parcels import ParcelFile, unique
from service.checking.prepared import Against, AgainstLayer


@dataclass(frozen=True)
class ParcelTable:
    """All parcels of some files.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)`` EPSG:4490; index: ids, unique over the files.
    source : tuple of GeoSeries
        One per file, same ids, in the CRS of the file.
    file : IntArray
        ``(n,)``, position of the file.
    areas : DataFrame
        ``official_m2``, ``geodesic_m2``, ``plane_m2`` (nan for lon/lat), ``lonlat_m2``,
        ``stated_m2`` (nan where the file states none).
    sites : Sites
    ids : tuple of str
        ``(n,)``, what the parcels are called.
    """

    features: gpd.GeoDataFrame
    source: tuple[gpd.GeoSeries, ...]
    file: IntArray
    areas: pd.DataFrame
    sites: Sites
    ids: tuple[str, ...]


@dataclass(frozen=True)
class LayerTable:
    """All parcels against one layer.

    Parameters
    ----------
    layer : AgainstLayer
    contacts : Contacts
    overlapped : BoolArray
        ``(n,)``, whether area is shared that is no sliver.
    nearest : Nearest
        Of the other parcels.
    nearest_row : IntArray
        ``(n,)``, their rows; -1 where overlapped.
    """

    layer: AgainstLayer
    contacts: Contacts
    overlapped: BoolArray
    nearest: Nearest
    nearest_row: IntArray


@dataclass(frozen=True)
class Measured:
    """Everything that a report needs to know of its parcels."""

    table: ParcelTable
    pieces: Pieces
    layers: tuple[LayerTable, ...]

    @cached_property
    def touched(self) -> BoolArray:
        """Which parcels overlap any layer, ``(n,)``."""
        none = np.zeros(len(self.table.ids), dtype=bool)
        for one in self.layers:
            none |= one.overlapped
        return none


def parcel_table(files: Sequence[ParcelFile], *, keep_ids: bool = False) -> ParcelTable:
    """Put the parcels of several files into one table.

    Parameters
    ----------
    files : sequence of ParcelFile
    keep_ids : bool
        Call parcels as their file does, even if another file has the same ids; else
        equal ids get ``-2``. The index is unique in any case.
    """
    own = [str(one) for file in files for one in file.features.index]
    ids = unique(own)
    index: pd.Index = pd.Index(ids, name="id", dtype=object)
    features = pd.concat([file.features for file in files]).set_axis(index, axis=0)
    counts = [len(file.features) for file in files]
    ends = np.cumsum([0, *counts])
    source = tuple(
        gpd.GeoSeries(file.source_geometry.set_axis(index[a:b], axis=0))
        for file, a, b in zip(files, ends[:-1], ends[1:], strict=True)
    )
    sites = Sites(np.asarray(features.geometry.to_numpy(), dtype=object))
    return ParcelTable(
        gpd.GeoDataFrame(features),
        source,
        np.repeat(np.arange(len(files)), counts),
        _areas(source, sites.area_m2).assign(
            stated_m2=np.concatenate([file.stated_m2 for file in files])
        ),
        sites,
        tuple(own if keep_ids else ids),
    )


def _areas(source: Sequence[gpd.GeoSeries], lonlat_m2: FloatArray) -> pd.DataFrame:
    columns: dict[str, list[pd.Series]] = {
        "official_m2": [area(one, edges="official") for one in source],
        "geodesic_m2": [area(one, edges="geodesic") for one in source],
        "plane_m2": [_plane(one) for one in source],
    }
    joined = {name: pd.concat(parts) for name, parts in columns.items()}
    return pd.DataFrame(joined).assign(lonlat_m2=lonlat_m2)


def _plane(geometry: gpd.GeoSeries) -> pd.Series:
    if geometry.crs is None or geometry.crs.is_geographic:
        return pd.Series(np.nan, geometry.index)
    return area(geometry, edges="plane")


def measure(
    table: ParcelTable,
    against: Against,
    rule: SliverRule,
    accuracy_m: float,
    progress: Callable[[int], None],
) -> Measured:
    """Measure parcels against all layers.

    Parameters
    ----------
    table : ParcelTable
    against : Against
    rule : SliverRule
    accuracy_m : float
        Of the parcels' outlines.
    progress : callable
        Told how many layers are done.
    """
    banners = None if against.banners is None else against.banners.zones
    pieces = table.sites.pieces(banners)
    layers = []
    for done, layer in enumerate(against.layers, start=1):
        found = contacts(table.sites, pieces, layer.zones, rule, accuracy_m)
        layers.append(_layer_table(table.sites, layer, found))
        progress(done)
    return Measured(table, pieces, tuple(layers))


def _layer_table(sites: Sites, layer: AgainstLayer, found: Contacts) -> LayerTable:
    overlapped = np.zeros(len(sites.geometry), dtype=bool)
    overlapped[found.site[~found.sliver]] = True
    others = np.flatnonzero(~overlapped)
    row = np.full(len(overlapped), -1, dtype=np.int64)
    row[others] = np.arange(len(others))
    return LayerTable(
        layer, found, overlapped, nearest(sites, layer.zones, others), row
    )
