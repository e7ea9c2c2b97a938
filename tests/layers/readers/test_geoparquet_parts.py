"""Parts of a GeoParquet file are the rows that the whole file has."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers.readers.geoparquet_parts import (
    cuttable,
    read_geoparquet_stretch,
    stream_geoparquet,
)
from layers.readers.parts import WkbPart
from layers.readers.vector import Stretch, read_geoparquet

ROWS = 23


def frame() -> gpd.GeoDataFrame:
    shapes: list[Any] = [shapely.box(110 + i, 40, 110.5 + i, 41) for i in range(ROWS)]
    shapes[4] = None
    data = {
        "名": pd.Categorical([f"类{i % 3}" for i in range(ROWS)]),
        "数": pd.array([None if i == 7 else i for i in range(ROWS)], "Int64"),
        "值": np.linspace(0, 1, ROWS),
    }
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4490)


def written(path: Path, data: gpd.GeoDataFrame | None = None, **more: Any) -> Path:
    (frame() if data is None else data).to_parquet(path, row_group_size=5, **more)
    return path


def shapes_of(parts: list[WkbPart]) -> list[Any]:
    return [shape for part in parts for shape in part.table().frame.geometry]


@pytest.mark.parametrize("rows", [1, 4, 5, 7, ROWS, 99])
@pytest.mark.parametrize("covering", [False, True])
def test_parts_are_the_rows_of_the_whole(
    tmp_path: Path, rows: int, covering: bool
) -> None:
    path = written(tmp_path / "a.parquet", write_covering_bbox=covering)
    assert cuttable(path)
    whole = read_geoparquet(path).frame
    streamed = list(stream_geoparquet(path, rows=rows))
    apart = [
        part
        for first in range(0, ROWS, rows)
        for part in read_geoparquet_stretch(
            path, Stretch(first, min(rows, ROWS - first), ROWS)
        )
    ]
    assert [len(one.wkb) for one in streamed] == [len(one.wkb) for one in apart]
    assert max(len(one.wkb) for one in streamed) == min(rows, ROWS)
    for parts in (streamed, apart):
        assert {(one.total, one.crs) for one in parts} == {(ROWS, whole.crs)}
        assert shapes_of(parts) == list(whole.geometry)
        columns = pa.concat_tables(one.columns for one in parts).to_pydict()
        assert list(columns) == ["名", "数", "值"]
        assert columns["名"] == [f"类{i % 3}" for i in range(ROWS)]
        assert columns["数"] == [None if i == 7 else i for i in range(ROWS)]
        assert columns["值"] == list(whole["值"])


def test_further_geometries_are_left_out_with_a_note(tmp_path: Path) -> None:
    data = frame().assign(centre=lambda one: one.geometry.representative_point())
    (part,) = stream_geoparquet(written(tmp_path / "a.parquet", data), rows=99)
    assert part.columns.column_names == ["名", "数", "值"]
    assert [one.code for one in part.notes] == ["reader_columns_left_out"]
    assert part.notes[0].details["columns"] == "centre"


def altered(path: Path, **about: Any) -> Path:
    """Change what a file says of its geometry."""
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"].update(about)
    told = {**table.schema.metadata, b"geo": json.dumps(geo).encode()}
    pq.write_table(table.replace_schema_metadata(told), path)
    return path


def test_a_file_without_a_crs(tmp_path: Path) -> None:
    path = altered(written(tmp_path / "a.parquet"), crs=None)
    assert cuttable(path)
    assert next(stream_geoparquet(path, rows=99)).crs is None


def test_what_is_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert not cuttable(path)
    path.write_bytes(b"PAR1 and nothing else")
    assert not cuttable(path)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    assert not cuttable(path)
    assert not cuttable(written(path, frame().set_index("数")))
    assert not cuttable(written(path, geometry_encoding="geoarrow"))
    assert not cuttable(altered(written(path), edges="spherical"))
    assert not cuttable(altered(written(path), encoding="WKT"))
    assert cuttable(written(path))
