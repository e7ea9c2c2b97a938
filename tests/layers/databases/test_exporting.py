"""PostGIS as a sink, against a real server: what is written comes back the same."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest
import shapely
from psycopg import sql

from geo.area import area
from layers.catalog import Catalog
from layers.databases.exporting import export_to_database
from layers.databases.tables import Target
from layers.errors import DatabaseError
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files, import_source
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
    pd.testing.assert_frame_equal(left, right, check_exact=True)
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


PLOT = shapely.box(36373e3, 4466e3, 36373020.25, 4466025.125)
OTHER = shapely.box(36374e3, 4466e3, 36374020.0, 4466025.0)
ROAD = shapely.LineString([(36373e3, 4466e3), (36373100.5, 4466e3), (36373200, 4466e3)])
WELL = shapely.Point(36373010.1, 4466010.2)


@pytest.mark.parametrize(
    ("shapes", "kind", "stored"),
    [
        ([PLOT, OTHER], "polygon", "POLYGON"),
        ([PLOT, shapely.MultiPolygon([PLOT, OTHER])], "polygon", "GEOMETRY"),
        ([shapely.MultiPolygon([PLOT, OTHER])] * 2, "polygon", "MULTIPOLYGON"),
        ([ROAD, ROAD], "line", "LINESTRING"),
        ([shapely.MultiLineString([ROAD]), ROAD], "line", "GEOMETRY"),
        ([WELL, WELL], "point", "POINT"),
        ([shapely.MultiPoint([WELL]), WELL], "point", "GEOMETRY"),
        ([PLOT, WELL], "mixed", "GEOMETRY"),
    ],
)
def test_kinds_of_geometry_come_back(
    address: str,
    region: Region,
    tmp_path: Path,
    shapes: list[shapely.Geometry],
    kind: str,
    stored: str,
) -> None:
    """In a plane with a zone's number; the column takes the layer's kinds only."""
    layer = brought(tmp_path, region, {"名称": ["甲", "乙"]}, shapes)
    assert layer.spec.geometry == kind
    target = Target(address, "kinds", replace=True)
    assert export_to_database(catalog(tmp_path), "mine", target) == ()
    same(layer, bring_back(address, "kinds", tmp_path / "back", region))
    query = "SELECT type, srid FROM geometry_columns WHERE f_table_name = 'kinds'"
    assert ask(address, query) == [(stored, 4524)]
    stranger = "MULTIPOINT(1 1)" if kind != "point" else "LINESTRING(1 1,2 2)"
    insert = "INSERT INTO kinds (id, geom) VALUES ('x', %s)"
    with pytest.raises(psycopg.Error, match=r"geometry_kind|does not match"):
        ask(address, insert, f"SRID=4524;{stranger}")


def catalog(folder: Path) -> Catalog:
    return Catalog.open(SEEDS, folder / "work")


def brought(
    folder: Path, region: Region, columns: Any, shapes: Any, crs: str = "EPSG:4524"
) -> VectorLayer:
    """Import a layer ``mine``."""
    path = folder / "in.parquet"
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_parquet(path)
    options = ImportOptions.model_validate({"id": "mine"})
    import_files([path], options, folder / "work", region)
    return catalog(folder).vector("mine")


def test_values_come_back(address: str, region: Region, tmp_path: Path) -> None:
    """Whole numbers beside a missing one stay whole, beyond the 53 bits of a double."""
    big = pd.array([2**63 - 1, None], dtype="Int64")
    columns = {
        "id": ["DK 1", "DK'2"],
        "名称": ["磴口光伏治沙一期", None],
        "select": big,
        "n": pd.array([-1, None], dtype="Int32"),
        "日期": [date(2026, 1, 15), None],
        "flag": pd.array([True, None], dtype="boolean"),
        "when": pd.array([pd.Timestamp("2026-01-15 08:00"), None], "datetime64[us]"),
        "area_official_m2": [499.8017, np.nan],
        "geom": ["not a geometry", ""],
    }
    layer = brought(tmp_path, region, columns, [PLOT, OTHER])
    target = Target(address, "values", replace=True)
    assert export_to_database(catalog(tmp_path), "mine", target) == ()
    query = 'SELECT "select", area_official_m2, ST_GeometryType(geom_2) FROM "values"'
    assert ask(address, query) == [
        (2**63 - 1, 499.8017, "ST_Polygon"),
        (None, None, "ST_Polygon"),
    ]
    again = bring_back(address, "values", tmp_path / "back", region)
    assert again.features["select"].iloc[0] == 2**63 - 1
    kept, back = (
        pq.read_table(Path(folder) / one.spec.path).drop_columns(["bbox"])
        for folder, one in (
            (catalog(tmp_path).folder("mine"), layer),
            (Catalog.open(SEEDS, tmp_path / "back").folder("back"), again),
        )
    )
    assert back.select(kept.column_names).equals(kept)


def test_number_of_a_system_is_added_where_it_may_be(
    make_database: Callable[..., str], region: Region, tmp_path: Path
) -> None:
    place = make_database("systems")
    brought(tmp_path, region, {"id": ["1"]}, [PLOT])
    with psycopg.connect(place) as connection:
        connection.execute("DELETE FROM spatial_ref_sys WHERE srid = 4524")
    target = Target(place, "mine", replace=True)
    (note,) = export_to_database(catalog(tmp_path), "mine", target)
    assert note.code == "database_srid_added"
    assert bring_back(place, "mine", tmp_path / "back", region).spec.crs == "EPSG:4524"
    # The number is another system's.
    with psycopg.connect(place) as connection:
        connection.execute("UPDATE spatial_ref_sys SET auth_srid = 1 WHERE srid = 4524")
    with pytest.raises(DatabaseError) as refusal:
        export_to_database(catalog(tmp_path), "mine", target)
    assert refusal.value.code == "postgis_srid_missing"
    assert "EPSG:4524" in str(refusal.value)


def test_database_without_the_extension(make_database: Callable[..., str]) -> None:
    place = make_database("plain", template="template0")
    with pytest.raises(DatabaseError) as refusal:
        export_to_database(CATALOG, "province", Target(place, "p"))
    assert refusal.value.code == "postgis_extension_missing"
    assert "CREATE EXTENSION postgis" in refusal.value.text.zh


def test_extension_in_a_schema_that_is_not_searched(
    make_database: Callable[..., str],
) -> None:
    place = make_database("elsewhere", template="template0")
    with psycopg.connect(place) as connection:
        connection.execute("CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis")
    export_to_database(CATALOG, "sandy_lands", Target(place, "public.sand"))
    ((count,),) = ask(place, "SELECT count(*) FROM sand WHERE gis.ST_IsValid(geom)")
    assert count == CATALOG.spec("sandy_lands").rows
