"""The conflict check: 10,000 parcels against 12 layers, and a GeoPandas script."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.clock import Result, measured
from geo.conflict.contacts import Contacts, contacts
from geo.conflict.sites import Sites
from geo.conflict.zones import Zones
from geo.types import FloatArray
from layers.catalog import Catalog
from service.checking.batch import check_batch
from service.checking.check import PARCEL_SLIVERS, CheckOptions
from service.settings import Settings

EQUAL_AREA = "+proj=cea +ellps=GRS80 +units=m"
PARCELS, SAMPLE, LOOPED = 10_000, 200, 10
MADE = ("redline_500k", "parcels_100k", "parcels_b100k")
SEEDS = (
    "province",
    "leagues",
    "banners",
    "key_function_banners",
    "basins",
    "lakes",
    "sandy_lands",
    "forest_regions",
    "redline",
)
"""Twelve layers: three large ones made for the purpose, nine of the product."""


def load(directory: Path) -> tuple[gpd.GeoDataFrame, list[gpd.GeoDataFrame]]:
    """Read parcels and layers, lon/lat."""
    parcels = gpd.read_parquet(directory / "parcels_100k.parquet")
    chosen = parcels.sample(PARCELS, random_state=1).reset_index(drop=True)
    made = [gpd.read_parquet(directory / f"{name}.parquet") for name in MADE]
    catalog = Catalog.open(Settings().seeds)
    seeds = [catalog.vector(name).features for name in SEEDS]
    return chosen, [one[["geometry"]] for one in (*made, *seeds)]


def ours(parcels: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame]) -> list[Contacts]:
    """Overlaps with slivers told apart and +/-; everything is prepared within."""
    sites = Sites(np.asarray(parcels.geometry.to_numpy(), dtype=object))
    pieces = sites.pieces(None)
    return [contacts(sites, pieces, Zones.of(one), PARCEL_SLIVERS) for one in layers]


def by_overlay(
    parcels: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame]
) -> list[pd.Series]:
    """Do as a careful analyst does: one overlay per layer."""
    answers = []
    for layer in layers:
        found = gpd.overlay(parcels, layer, how="intersection", keep_geom_type=True)
        answers.append(found.assign(area=found.area).groupby("parcel")["area"].sum())
    return answers


def by_loop(parcels: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame]) -> FloatArray:
    """Do as is usual: parcel by parcel, layer by layer."""
    answers = np.zeros((len(parcels), len(layers)))
    for k, parcel in enumerate(parcels.geometry):
        for n, layer in enumerate(layers):
            near = layer[layer.intersects(parcel)]
            answers[k, n] = near.intersection(parcel).area.sum()
    return answers


def run(directory: Path, runs: int) -> Iterator[Result | str]:
    """Measure the overlaps, then whole batches."""
    job = f"check: {PARCELS:,} parcels x {len(MADE) + len(SEEDS)} layers"
    parcels, layers = load(directory)
    ours(parcels.iloc[:10], layers[-3:])
    yield measured(
        job,
        "ours, layers prepared within",
        lambda: ours(parcels, layers),
        runs,
        ours=True,
    )[0]
    found = ours(parcels, layers)
    plane = [one.to_crs(EQUAL_AREA) for one in layers]
    named = parcels[["geometry"]].to_crs(EQUAL_AREA).assign(parcel=range(PARCELS))
    some = named.iloc[:SAMPLE]
    result, peers = measured(
        job,
        f"geopandas.overlay per layer, {SAMPLE} parcels x {PARCELS // SAMPLE}",
        lambda: by_overlay(some, plane),
        1,
        scale=PARCELS / SAMPLE,
    )
    yield replace(result, check=_compared(found, peers))
    few = named.iloc[:LOOPED]
    yield measured(
        job,
        f"GeoPandas, parcel by parcel, {LOOPED} x {PARCELS // LOOPED}",
        lambda: by_loop(few, plane),
        1,
        scale=PARCELS / LOOPED,
    )[0]
    yield from batches(parcels)


def _compared(found: list[Contacts], peers: list[pd.Series]) -> str:
    """Compare summed overlaps of parcels of the sample, in parts of the parcel's."""
    worst = 0.0
    for one, peer in zip(found, peers, strict=True):
        mine = np.bincount(one.site, one.area_m2, minlength=PARCELS)[:SAMPLE]
        theirs = peer.reindex(range(SAMPLE), fill_value=0.0).to_numpy()
        off = np.abs(mine - theirs) / np.maximum(mine, 1e4)
        worst = max(worst, float(off.max()))
    return f"largest difference {worst:.1e} of the overlap or of a hectare"


def batches(parcels: gpd.GeoDataFrame) -> Iterator[Result | str]:
    """Whole batches against the seeds: reading, distances, findings, the ledger."""
    catalog = Catalog.open(Settings().seeds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "parcels.geojson"
        parcels[["geometry"]].assign(id=range(PARCELS)).to_file(file)
        options = CheckOptions(layers=SEEDS)
        result, _ = measured(
            f"check: batch of {PARCELS:,} parcels x {len(SEEDS)} seed layers",
            "ours, ledger without sheets",
            lambda: check_batch(catalog, [file], Path(folder) / "out", options),
            1,
            ours=True,
        )
        yield result
