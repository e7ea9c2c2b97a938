"""Files come out whole, described and the same each time."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from affine import Affine

from layers.writers import atomic_file, write_cog, write_geoparquet

GRID = Affine(0.05, 0, 97, 0, -0.05, 54)


def squares(count: int) -> gpd.GeoDataFrame:
    places = np.random.default_rng(2).uniform((97, 37), (126, 53), (count, 2))
    x, y = places.T
    return gpd.GeoDataFrame(
        {"id": [f"s{i}" for i in range(count)], "name_zh": "旗"},
        geometry=shapely.box(x, y, x + 0.01, y + 0.01),
        crs="EPSG:4490",
    )


def write_classes(path: Path, *, categorical: bool = True) -> np.ndarray:
    values = np.random.default_rng(3).integers(0, 17, (700, 900)).astype(np.uint8)
    write_cog(
        values,
        path,
        transform=GRID,
        crs="EPSG:4326",
        nodata=255,
        categorical=categorical,
    )
    return values


def test_table_comes_back_as_it_was(tmp_path: Path) -> None:
    frame = squares(20)
    write_geoparquet(frame, tmp_path / "t.parquet")
    back = gpd.read_parquet(tmp_path / "t.parquet")
    assert back["id"].tolist() == frame["id"].tolist()
    assert shapely.equals_identical(
        back.geometry.to_numpy(), frame.geometry.to_numpy()
    ).all()
    assert back.crs == "EPSG:4490"


def test_table_is_compressed_and_has_a_covering_column(tmp_path: Path) -> None:
    write_geoparquet(squares(20), tmp_path / "t.parquet")
    meta = pq.read_metadata(tmp_path / "t.parquet")
    assert meta.row_group(0).column(0).compression == "ZSTD"
    assert b'"covering"' in meta.metadata[b"geo"]
    near = gpd.read_parquet(tmp_path / "t.parquet", bbox=(97, 37, 112, 45))
    assert 0 < len(near) < 20


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_geoparquet(squares(1500), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_long_tables_are_put_in_hilbert_order(tmp_path: Path) -> None:
    frame = squares(1500)
    write_geoparquet(frame, tmp_path / "t.parquet")
    back = gpd.read_parquet(tmp_path / "t.parquet")
    assert set(back["id"]) == set(frame["id"])
    steps = back.geometry.hilbert_distance().diff().dropna()
    assert (steps >= 0).all()


def test_long_table_with_gaps_keeps_every_row(tmp_path: Path) -> None:
    frame = squares(1200)
    shapes = frame.geometry.to_numpy().copy()
    shapes[3], shapes[5] = None, shapely.Polygon()
    frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    write_geoparquet(frame, tmp_path / "t.parquet")
    back = gpd.read_parquet(tmp_path / "t.parquet")
    assert back["id"].tolist()[-2:] == ["s3", "s5"]
    assert len(back) == 1200


def test_band_comes_back_as_it_was(tmp_path: Path) -> None:
    values = write_classes(tmp_path / "r.tif")
    with rasterio.open(tmp_path / "r.tif") as band:
        assert (band.read(1) == values).all()
        assert band.transform.almost_equals(GRID)
        assert band.crs == "EPSG:4326"
        assert band.nodata == 255
        assert band.block_shapes == [(256, 256)]
        assert band.compression.name == "deflate"
        assert band.overviews(1) == [2, 4]
        assert band.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_overviews_of_classes_never_average(tmp_path: Path) -> None:
    """Half class 2, half class 12: a mean would make up class 7."""
    values = np.tile(np.array([[2, 12]], dtype=np.uint8), (600, 300))
    found = {}
    for categorical in (True, False):
        path = tmp_path / f"{categorical}.tif"
        write_cog(
            values,
            path,
            transform=GRID,
            crs="EPSG:4326",
            nodata=255,
            categorical=categorical,
        )
        with rasterio.open(path, overview_level=0) as band:
            found[categorical] = set(np.unique(band.read(1)).tolist())
    assert found[True] <= {2, 12}
    assert found[False] == {7}


def test_equal_bands_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        write_classes(tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_file(path) as temporary:
        temporary.write_text(f"half {1 / 0}")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_success_replaces_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new.txt"
    with atomic_file(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
