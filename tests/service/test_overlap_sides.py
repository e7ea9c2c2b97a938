"""A right layer read in parts gives the rows of one that is held, bit by bit."""

from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest

from geo.testing import coverage_layer, scattered_layer
from layers.catalog import Catalog
from layers.chunks import PolygonFile
from service.overlap_sides import HELD_BYTES, Held, Parted, find_right
from service.settings import Settings
from service.stream import overlap_to_file


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.open(Settings().seeds)


def written(path: Path, shapes: gpd.GeoSeries, *, boxes: bool = True) -> str:
    """A file in row groups of 13 features, some of them without geometry."""
    frame = gpd.GeoDataFrame(
        {"id": [f"{path.stem}{k}" for k in range(len(shapes))], "accuracy_m": 3.0},
        geometry=shapes.to_numpy(),
        crs=4490,
    )
    frame.loc[5, "geometry"] = None
    frame.to_parquet(path, row_group_size=13, write_covering_bbox=boxes)
    return str(path)


@pytest.mark.parametrize("named", [True, False], ids=["ids", "row numbers"])
@pytest.mark.parametrize("far", [0.0, 1.5], ids=["near", "partly far"])
def test_rows_do_not_depend_on_how_the_right_layer_is_kept(
    catalog: Catalog,
    tmp_path: Path,
    named: bool,
    far: float,
) -> None:
    left = written(tmp_path / "left.parquet", coverage_layer(50, 4))
    shapes = scattered_layer(60, 8).translate(far, far / 2)
    right = written(tmp_path / "right.parquet", gpd.GeoSeries(shapes))
    if not named:
        pq.write_table(pq.read_table(right).drop_columns("id"), right, row_group_size=9)
    files = []
    for limit, kind in ((HELD_BYTES, Held), (100, Parted)):
        assert isinstance(find_right(catalog, right, limit).ready(None), kind)
        output = tmp_path / f"{kind.__name__}.parquet"
        report = overlap_to_file(
            catalog, left, right, output, lambda *_: None, held_bytes=limit
        )
        assert report.pairs > 20
        files.append(output.read_bytes())
    assert files[0] == files[1]


def test_only_row_groups_that_meet_are_decoded(tmp_path: Path) -> None:
    near, far = coverage_layer(13, 4), coverage_layer(13, 4).translate(8)
    shapes = gpd.GeoSeries([*far, *near])
    right = written(tmp_path / "right.parquet", shapes)
    damaged = bytearray(Path(right).read_bytes())
    group = pq.ParquetFile(right).metadata.row_group(0)
    parts = [group.column(k) for k in range(group.num_columns)]
    start = parts[0].dictionary_page_offset or parts[0].data_page_offset
    size = sum(one.total_compressed_size for one in parts)
    damaged[start : start + size] = bytes(size)
    Path(right).write_bytes(damaged)
    file = PolygonFile(Path(right))
    west, south, east, north = near.total_bounds
    (chunk,) = file.meeting((west, south, east, north))
    assert chunk.ids == [f"right{k}" for k in range(13, 26)]


def test_without_boxes_a_layer_is_held(catalog: Catalog, tmp_path: Path) -> None:
    right = written(tmp_path / "right.parquet", coverage_layer(9, 4), boxes=False)
    assert find_right(catalog, right, 0).file is None
    assert find_right(catalog, "redline", 0).file is not None
