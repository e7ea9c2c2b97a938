"""Served files: the form, and pages of it against the table it was made of."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers import scan, served
from layers.errors import LayerReadError
from layers.query.conditions import (
    Column,
    Compare,
    Condition,
    Constant,
    SortKey,
    Spatial,
)
from layers.scan import ServedFile
from layers.served import write_served

Serve = Callable[[gpd.GeoDataFrame], ServedFile]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    def made(table: gpd.GeoDataFrame) -> ServedFile:
        path = tmp_path / "layer.parquet"
        write_served(table, path)
        return ServedFile(path)

    return made


def grid(side: int, **columns: Any) -> gpd.GeoDataFrame:
    """Squares on a grid of ``side`` by ``side``, ids a0, a1, ..."""
    x, y = (axis.ravel() for axis in np.mgrid[0:side, 0:side])
    shapes = shapely.box(x, y, x + 0.9, y + 0.9)
    index = pd.Index([f"a{i}" for i in range(side * side)], name="id", dtype=object)
    number = np.arange(side * side)
    table = {"number": number, "kind": np.array(["p", "q", "r"])[number % 3], **columns}
    return gpd.GeoDataFrame(table, index=index, geometry=shapes, crs="EPSG:4490")


def all_ids(file: ServedFile, condition: Condition | None = None, size: int = 7) -> Any:
    found = file.matches(condition)
    ids: list[str] = []
    while len(ids) < found.count:
        ids += file.page(found.part(len(ids), size)).ids
    return ids


def test_pages_cover_the_layer_once(serve: Serve) -> None:
    table = grid(12)
    file = serve(table)
    assert file.rows == 144
    assert file.bounds == pytest.approx((0, 0, 11.9, 11.9))
    assert all_ids(file) == list(table.index)


def test_large_layers_lie_along_a_curve_in_small_groups(serve: Serve) -> None:
    table = grid(50)
    file = serve(table)
    assert set(all_ids(file, size=500)) == set(table.index)
    groups = pq.ParquetFile(file.path).metadata.num_row_groups
    assert groups == 3
    condition = Spatial("intersects", shapely.box(3.95, 3.95, 6.5, 6.5))
    expected = table.index[table.intersects(condition.geometry)]
    assert set(all_ids(file, condition)) == set(expected)
    assert len(expected) == 9


def test_it_is_geoparquet_that_others_read(serve: Serve) -> None:
    table = grid(4)
    read = gpd.read_parquet(serve(table).path)
    assert read.crs == "EPSG:4490"
    assert read["id"].tolist() == list(table.index)
    assert shapely.equals(read.geometry.to_numpy(), table.geometry.to_numpy()).all()


def test_row_groups_are_cut_where_they_grow_heavy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "GROUP_BYTES", 3 * (5 * 16 + 32))
    file = serve(grid(4))
    metadata = pq.ParquetFile(file.path).metadata
    rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert rows == [3, 3, 3, 3, 3, 1]
    monkeypatch.setattr(served, "GROUP_BYTES", 1)
    assert pq.ParquetFile(serve(grid(2)).path).metadata.num_row_groups == 4


def test_geoid_2681_huge_features_end_a_page_early(serve: Serve) -> None:
    file = serve(grid(6))
    whole = file.matches().part(0, 36)
    one = file.page(whole[:1]).bytes
    assert len(file.page(whole, most_bytes=10 * one).ids) in (9, 10)
    assert file.page(whole, most_bytes=1).ids == ["a0"]
    assert len(file.page(whole, most_bytes=33 * one).ids) in (32, 33)


def test_sorted_pages_are_the_sorted_table(serve: Serve) -> None:
    values = np.random.default_rng(3).integers(0, 9, 2500).astype(float)
    values[::11] = np.nan
    table = grid(50, value=values)
    file = serve(table)
    stored = pd.DataFrame({"id": all_ids(file, size=999)})
    stored["value"] = table["value"].loc[stored["id"]].to_numpy()
    stored["kind"] = table["kind"].loc[stored["id"]].to_numpy()
    value, kind = file.field("value"), file.field("kind")
    assert value is not None
    assert kind is not None
    order = (SortKey(kind, descending=True), SortKey(value))
    found = file.matches(order=order)
    ids = [
        one for at in range(0, 2500, 300) for one in file.page(found.part(at, 300)).ids
    ]
    expected = stored.sort_values(
        ["kind", "value"], ascending=[False, True], kind="stable", na_position="last"
    )
    assert ids == expected["id"].tolist()


def test_columns_are_chosen_and_geometry_left_out(serve: Serve) -> None:
    file = serve(grid(3))
    number = file.field("number")
    assert number is not None
    page = file.page(file.matches().part(4, 2), columns=(number,), geometry=False)
    assert page.attributes == [("number", [4, 5])]
    assert page.geometry is None
    assert file.field("nothing") is None


def test_feature_by_id(serve: Serve) -> None:
    table = grid(50)
    file = serve(table)
    for name in ("a0", "a7", "a2499"):
        row = file.position(name)
        assert row is not None
        assert file.page(file.matches().part(row, 1)).ids == [name]
    assert file.position("a2500") is None
    assert file.position("") is None


def test_equal_hashes_are_told_apart(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        scan, "_hashed", lambda ids: np.zeros(len(ids), dtype=np.uint64)
    )
    file = serve(grid(3))
    assert file.position("a5") == 5
    assert file.position("b") is None


def test_hard_37_values_of_every_kind(serve: Serve) -> None:
    table = grid(2).iloc[:2].drop(columns=["number", "kind"])
    columns: dict[str, list[object]] = {
        "day": [date(2026, 1, 15), None],
        "moment": [datetime(2026, 1, 15, 8, tzinfo=UTC), None],
        "exact": [Decimal("1.10"), Decimal("20.05")],
        "lasting": [timedelta(hours=30), None],
        "flag": [True, None],
        "mixed": [1, "one"],
        "many": [["a", "b"], None],
        "nested": [{"a": 1}, None],
        "nothing": [None, None],
        "raw": [b"\x00\xff", None],
        "huge": [2**70, 1],
    }
    for name, values in columns.items():
        table[name] = pd.Series(values, index=table.index, dtype=object)
    table["class"] = pd.Categorical(["x", None])
    table["price"] = [float("nan"), 1.5]
    file = serve(table)
    kinds = {one.name: one.kind for one in file.fields}
    assert kinds == {
        "day": "date",
        "moment": "timestamp",
        "exact": "number",
        "lasting": "other",
        "flag": "boolean",
        "mixed": "text",
        "many": "other",
        "nested": "other",
        "nothing": "text",
        "raw": "other",
        "huge": "text",
        "class": "text",
        "price": "number",
    }
    read = dict(file.page(file.matches().part(0, 2)).attributes)
    assert read["day"] == [date(2026, 1, 15), None]
    assert read["exact"] == [Decimal("1.10"), Decimal("20.05")]
    assert read["price"] == [None, 1.5]
    assert read["mixed"] == ["1", "one"]


def test_names_of_the_files_own_columns_are_free(serve: Serve) -> None:
    table = grid(2)
    table["bbox"] = list("abcd")
    table["a.b"] = list("efgh")
    nested = [{"b": 1}, {"b": 2}, None, None]
    table["a"] = pd.Series(nested, index=table.index, dtype=object)
    table = table.rename_geometry("shape")
    table["geometry"] = list("ijkl")
    file = serve(table)
    values = dict(file.page(file.matches().part(0, 4)).attributes)
    assert values["bbox"] == list("abcd")
    assert values["geometry"] == list("ijkl")
    assert values["a"] == [{"b": 1}, {"b": 2}, None, None]
    dotted = file.field("a.b")
    assert dotted is not None
    condition = Compare("=", Column(dotted), Constant("g"))
    assert all_ids(file, condition) == ["a2"]


def test_features_without_geometry_are_kept(serve: Serve) -> None:
    table = grid(3)
    table.loc["a4", "geometry"] = None
    file = serve(table)
    page = file.page(file.matches().part(0, 9))
    assert page.geometry is not None
    assert [one is None for one in page.geometry].index(True) == 4
    everywhere = Spatial("intersects", shapely.box(-9, -9, 99, 99))
    assert len(all_ids(file, everywhere)) == 8


def test_positions_are_kept_and_forgotten(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = serve(grid(5))
    number = file.field("number")
    assert number is not None
    conditions = [Compare("<", Column(number), Constant(float(n))) for n in range(9)]
    first = file.matches(conditions[0])
    assert file.matches(conditions[0]) is first
    monkeypatch.setattr(scan, "KEPT_BYTES", 30_000)
    for condition in conditions[1:]:
        file.matches(condition)
    assert file.matches(conditions[0]) is not first
    assert len(file._kept) <= 3


def test_few_row_groups_are_kept_decoded(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "DECODED_BYTES", 150_000)
    file = serve(grid(70))
    ids = all_ids(file, size=100)
    assert len(set(ids)) == 4900
    assert len(file._decoded) == 1
    assert sum(one.nbytes for one in file._decoded.values()) <= 150_000
    file.path.unlink()
    assert file.page(file.matches().part(4800, 100)).ids == ids[4800:]
    with pytest.raises(LayerReadError):
        file.page(file.matches().part(0, 1))


@pytest.mark.parametrize("cut", ["empty", "half", "text"])
def test_damaged_files_are_refused_by_name(tmp_path: Path, cut: str) -> None:
    path = tmp_path / "layer.parquet"
    write_served(grid(12), path)
    content = path.read_bytes()
    kinds = {"empty": b"", "half": content[: len(content) // 2], "text": b"PAR1 no"}
    path.write_bytes(kinds[cut])
    with pytest.raises(LayerReadError, match=r"layer\.parquet"):
        ServedFile(path)


def test_a_damaged_row_group_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "layer.parquet"
    write_served(grid(40), path)
    file = ServedFile(path)
    content = bytearray(path.read_bytes())
    content[4:20_000] = b"\x00" * (20_000 - 4)
    path.write_bytes(bytes(content))
    with pytest.raises(LayerReadError, match=r"layer\.parquet"):
        file.page(file.matches().part(0, 100))


def test_other_parquet_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    grid(2).to_parquet(path)
    with pytest.raises(LayerReadError, match=r"plain\.parquet"):
        ServedFile(path)


def test_a_page_does_not_hold_the_layer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "GROUP_BYTES", 200_000)
    corners = shapely.segmentize(grid(40).geometry.to_numpy(), 0.01)
    table = grid(40).set_geometry(gpd.GeoSeries(list(corners), crs="EPSG:4490").values)
    file = serve(table)
    whole = int(shapely.get_num_coordinates(corners).sum()) * 16
    pool = pa.proxy_memory_pool(pa.default_memory_pool())
    usual = pa.default_memory_pool()
    pa.set_memory_pool(pool)
    try:
        file.page(file.matches().part(1000, 20))
    finally:
        pa.set_memory_pool(usual)
    assert 0 < pool.max_memory() < whole / 8
