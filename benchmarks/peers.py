"""What others do for a table of overlap areas, each the fastest way it has.

All get both layers in the plane of an equal-area projection, loaded (and, for the
databases, indexed where that helps) before the clock starts.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from benchmarks.tables import Table, summed
from geo.types import GeometryArray, IntArray

Job = Callable[[], Table]
THREADS = 2
SPATIAL = "extensions/v1.5.5/spatial.duckdb_extension"


class MissingError(Exception):
    """A peer is not there; says which."""


def overlay(left: GeometryArray, right: GeometryArray) -> Job:
    """Return geopandas.overlay, and areas of what it builds."""
    a = gpd.GeoDataFrame({"i": np.arange(len(left))}, geometry=left)
    b = gpd.GeoDataFrame({"j": np.arange(len(right))}, geometry=right)

    def job() -> Table:
        found = gpd.overlay(a, b, how="intersection", keep_geom_type=True)
        i, j = found["i"].to_numpy(), found["j"].to_numpy()
        area = found.geometry.area.to_numpy(dtype=np.float64)
        return summed(i, j, np.asarray(area, dtype=np.float64), len(right))

    return job


def covered(left: GeometryArray, right: GeometryArray, owner: IntArray) -> Job:
    """Return shapely's best: tree, containment short-cut, intersections in threads."""
    width = int(owner.max()) + 1

    def job() -> Table:
        tree = shapely.STRtree(left)
        shapely.prepare(right)
        j, i = tree.query(right, predicate="intersects")
        within = tree.query(right, predicate="contains_properly")
        key, inside = i * len(right) + j, within[1] * len(right) + within[0]
        whole = np.isin(key, inside)
        area = np.where(whole, shapely.area(left)[i], 0.0)
        rest = np.flatnonzero(~whole)

        def some(part: IntArray) -> None:
            shared = shapely.intersection(left[i[part]], right[j[part]])
            area[part] = shapely.area(shared)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(some, np.array_split(rest, max(1, len(rest) // 2000))))
        return summed(i, owner[j], area, width)

    return job


def _query(within: str | None) -> str:
    area = "ST_Area(ST_Intersection(a.g, b.g))"
    if within:
        area = f"CASE WHEN {within}(a.g, b.g) THEN ST_Area(a.g) ELSE {area} END"
    return (
        f"SELECT i, j, sum(m) AS m FROM (SELECT a.k AS i, b.k AS j, {area} AS m "
        "FROM a JOIN b ON ST_Intersects(a.g, b.g)) AS t GROUP BY i, j"
    )


def _arrow(shapes: GeometryArray, owner: IntArray) -> pa.Table:
    return pa.table({"k": owner, "w": pa.array(shapely.to_wkb(shapes), pa.binary())})


def _table(found: pa.Table | pd.DataFrame) -> Table:
    i, j, area = (np.asarray(found[name]) for name in ("i", "j", "m"))
    return Table(i, j, area.astype(np.float64))


def duckdb(
    left: GeometryArray, right: GeometryArray, owner: IntArray, *, pieces: bool
) -> Job:
    """Return DuckDB's spatial join; on pieces with a short-cut for what is inside."""
    try:
        import duckdb as engine
        import duckdb_extension_spatial as wheel
    except ImportError as error:
        raise MissingError("DuckDB is not installed") from error
    setting: Any = {"allow_unsigned_extensions": "true", "threads": str(THREADS)}
    base = engine.connect(config=setting)
    base.execute(f"LOAD '{Path(wheel.__file__).parent / SPATIAL}'")
    for name, shapes, key in (("a", left, np.arange(len(left))), ("b", right, owner)):
        base.register("t", _arrow(shapes, key))
        base.execute(f"CREATE TABLE {name} AS SELECT k, ST_GeomFromWKB(w) g FROM t")
        base.unregister("t")
    query = _query("ST_CoveredBy" if pieces else None)
    return lambda: _table(base.execute(query).fetch_arrow_table())


def sedona(
    left: GeometryArray, right: GeometryArray, owner: IntArray, *, pieces: bool
) -> Job:
    """Return SedonaDB's spatial join, as for DuckDB."""
    try:
        import sedonadb
    except ImportError as error:
        raise MissingError("SedonaDB is not installed") from error
    base = sedonadb.connect()
    for name, shapes, key in (("a", left, np.arange(len(left))), ("b", right, owner)):
        base.create_data_frame(_arrow(shapes, key)).to_view(f"{name}_wkb")
        loaded = base.sql(f"SELECT k, ST_GeomFromWKB(w) AS g FROM {name}_wkb")
        loaded.to_memtable().to_view(name)
    query = _query("ST_Within" if pieces else None)
    return lambda: _table(base.sql(query).to_arrow_table())


def postgis(
    address: str, left: GeometryArray, right: GeometryArray, owner: IntArray
) -> Job:
    """Return the join of a PostGIS server, with indexes and a short-cut."""
    try:
        import psycopg

        base: Any = psycopg.connect(address, autocommit=True)
        base.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except Exception as error:
        raise MissingError(f"no PostGIS: {error}") from error
    base.execute("SET jit = off")
    for name, shapes, key in (("a", left, np.arange(len(left))), ("b", right, owner)):
        base.execute(f"CREATE TEMPORARY TABLE {name} (k int, g geometry)")
        with base.cursor().copy(f"COPY {name} FROM STDIN") as rows:
            for k, shape in zip(key.tolist(), shapely.to_wkb(shapes), strict=True):
                rows.write_row((k, shape.hex()))
        base.execute(f"CREATE INDEX ON {name} USING gist (g)")
        base.execute(f"ANALYZE {name}")

    def job() -> Table:
        rows = base.execute(_query("ST_CoveredBy")).fetchall()
        return _table(pd.DataFrame(rows, columns=["i", "j", "m"]))

    return job
