"""A file of rows has the same bytes however the rows come."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import row_sink as module
from layers.errors import LayerWriteError
from layers.row_sink import row_sink

ROWS = 1000
AREAS = np.random.default_rng(1).random(ROWS)
WHOLE = pa.table(
    {
        "id": [f"p{k}" for k in range(ROWS)],
        "area_m2": pa.array(AREAS, mask=AREAS < 0.1),
    }
)


def written(path: Path, cuts: list[int]) -> bytes:
    borders = [0, *sorted(cuts), ROWS]
    with row_sink(path, WHOLE.schema) as sink:
        for start, stop in pairwise(borders):
            sink.write(WHOLE.slice(start, stop - start))
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@given(st.lists(st.integers(0, ROWS), max_size=12))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_bytes_do_not_depend_on_the_pieces(
    tmp_path: Path, suffix: str, cuts: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GROUP_ROWS", 300)
        path = tmp_path / f"rows{suffix}"
        assert written(path, cuts) == written(path, [])
        if suffix == ".parquet":
            found = pq.ParquetFile(path)
            groups = found.metadata.num_row_groups
            counts = [found.metadata.row_group(k).num_rows for k in range(groups)]
            assert counts == [300, 300, 300, 100]
            assert found.read().equals(WHOLE)


def test_text_in_csv_is_no_formula_and_in_parquet_as_it_is(tmp_path: Path) -> None:
    table = pa.table({"id": ["=1+1", "-5"], "name": [None, "@A1"]})
    for suffix in (".csv", ".parquet"):
        with row_sink(tmp_path / f"rows{suffix}", table.schema) as sink:
            sink.write(table)
    lines = (tmp_path / "rows.csv").read_text().splitlines()
    assert [line.replace('"', "") for line in lines] == ["id,name", "'=1+1,", "-5,'@A1"]
    assert pq.read_table(tmp_path / "rows.parquet").equals(table)


def test_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    with row_sink(path, WHOLE.schema):
        pass
    assert pq.read_table(path).equals(WHOLE.slice(0, 0))


def test_an_unknown_suffix(tmp_path: Path) -> None:
    with (
        pytest.raises(LayerWriteError) as refused,
        row_sink(tmp_path / "rows.xyz", WHOLE.schema),
    ):
        raise AssertionError
    assert refused.value.code == "export_format_unknown"
