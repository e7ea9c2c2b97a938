"""PostGIS as a sink, against a real server: what is written comes back the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
import shapely
from psycopg import sql

from geo.area import area
from layers.catalog import Catalog
from layers.databases.exporting import export_to_database
from layers.databases.tables import Target
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_source
from layers.importing.region import Region
from layers.importing.sources import open_database
from layers.loaded import VectorLayer
from layers.readers.postgis import Database

SEEDS = Path(__file__).parents[3] / "seeds"
CATALOG = Catalog.open(SEEDS)
VECTOR_SEEDS = [one.id for one in CATALOG.specs if one.kind == "vector"]


@pytest.fixture(scope="module")
def address(make_database: Callable[..., str]) -> str:
    return make_database("writing")


@pytest.fixture(scope="module")
def region() -> Region:
    return Region(CATALOG)


def ask(address: str, query: str, *values: object) -> Any:
    with psycopg.connect(address) as connection:
        return connection.execute(sql.SQL(query), values or None).fetchall()


def bring_back(
    address: str, table: str, workspace: Path, region: Region, **options: Any
) -> VectorLayer:
    source = open_database(Database(address, table=table))
    chosen = ImportOptions.model_validate({"id": "back", **options})
    import_source(source, chosen, workspace, region)
    return Catalog.open(SEEDS, workspace).vector("back")


def same(first: VectorLayer, again: VectorLayer) -> None:
    """Vertices bit for bit, in their order, ids, values, types, CRS, official areas."""
    assert again.spec.crs == first.spec.crs
    assert again.spec.rows == first.spec.rows
    assert again.spec.geometry == first.spec.geometry
    assert list(again.features.index) == list(first.features.index)
    for one, other in (
        (first.source_geometry, again.source_geometry),
        (first.features.geometry, again.features.geometry),
    ):
        assert shapely.to_wkb(one.to_numpy()).tolist() == (
            shapely.to_wkb(other.to_numpy()).tolist()
        )
    columns = list(first.features.columns.drop("geometry"))
    assert set(again.features.columns) == {*columns, "geometry"}
    left, right = first.features[columns], again.features[columns]
    assert dict(left.dtypes) == dict(right.dtypes)
    gpd.pd.testing.assert_frame_equal(left, right, check_exact=True)
    if first.spec.geometry == "polygon":
        before, after = (
            area(gpd.GeoSeries(one.source_geometry), edges="official").to_numpy()
            for one in (first, again)
        )
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("seed", VECTOR_SEEDS)
def test_every_seed_comes_back(
    address: str, region: Region, tmp_path: Path, seed: str
) -> None:
    notes = export_to_database(CATALOG, seed, Target(address, f"public.{seed}"))
    assert notes == ()
    again = bring_back(address, f"public.{seed}", tmp_path / "work", region)
    same(CATALOG.vector(seed), again)
