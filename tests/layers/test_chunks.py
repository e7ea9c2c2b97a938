"""Large GeoParquet layers, read in chunks: nothing lost, nothing silently wrong."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.area import area
from geo.authalic import CGCS2000
from geo.engine import prepare
from geo.errors import CRSError, EcobarrierError
from geo.testing import coverage_layer
from layers.chunks import PolygonFile
from layers.errors import LayerReadError


def written(folder: Path, frame: gpd.GeoDataFrame, name: str = "many.parquet") -> Path:
    frame.to_parquet(folder / name)
    return folder / name


@pytest.fixture
def cells() -> gpd.GeoDataFrame:
    shapes = coverage_layer(40, 5)
    ids = [f"p{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"id": ids}, geometry=shapes.to_numpy(), crs="EPSG:4490")


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_every_feature_arrives_once(
    tmp_path: Path, cells: gpd.GeoDataFrame, rows: int
) -> None:
    chunks = list(PolygonFile(written(tmp_path, cells)).chunks(rows))
    assert [key for chunk in chunks for key in chunk.ids] == cells["id"].tolist()
    measured = np.concatenate(
        [prepare(chunk.rings, CGCS2000).area_m2 for chunk in chunks]
    )
    np.testing.assert_allclose(measured, area(cells.geometry), rtol=1e-12)
    assert max(len(chunk.ids) for chunk in chunks) <= rows


def test_rows_without_geometry_own_no_ring(
    tmp_path: Path, cells: gpd.GeoDataFrame
) -> None:
    cells.loc[3, "geometry"] = None
    (chunk,) = PolygonFile(written(tmp_path, cells)).chunks()
    assert len(chunk.ids) == chunk.rings.size == len(cells)
    assert 3 not in chunk.rings.feature


def test_rows_are_numbered_where_nothing_names_them(
    tmp_path: Path, cells: gpd.GeoDataFrame
) -> None:
    path = written(tmp_path, cells.drop(columns="id"))
    ids = [key for chunk in PolygonFile(path).chunks(9) for key in chunk.ids]
    assert ids == [str(number) for number in range(1, len(cells) + 1)]


BOWTIE = shapely.Polygon([(110, 40), (111, 41), (111, 40), (110, 41)])


@pytest.mark.parametrize(
    "bad", [BOWTIE, shapely.Point(110, 40)], ids=["bowtie", "point"]
)
def test_a_feature_that_needs_repair_is_named(
    tmp_path: Path, cells: gpd.GeoDataFrame, bad: shapely.Geometry
) -> None:
    shapes = [bad if k == 11 else own for k, own in enumerate(cells.geometry)]
    cells = cells.set_geometry(gpd.GeoSeries(shapes, crs=cells.crs))
    with pytest.raises(LayerReadError) as refused:
        list(PolygonFile(written(tmp_path, cells)).chunks(8))
    assert refused.value.code == "feature_not_plain"
    assert refused.value.details["feature"] == "p11"


@pytest.mark.parametrize(
    ("crs", "code"),
    [("EPSG:4524", "rows_need_lonlat"), ("EPSG:4610", "crs_datum_unsafe")],
)
def test_only_safe_degrees(
    tmp_path: Path, cells: gpd.GeoDataFrame, crs: str, code: str
) -> None:
    path = written(tmp_path, cells.set_crs(crs, allow_override=True))
    with pytest.raises(CRSError) as refused:
        PolygonFile(path)
    assert refused.value.code == code


def test_what_is_no_geoparquet(tmp_path: Path) -> None:
    text, plain = tmp_path / "text.parquet", tmp_path / "plain.parquet"
    text.write_text("hello")
    pq.write_table(pa.table({"id": ["a"]}), plain)
    for path in (text, plain, tmp_path / "missing.parquet"):
        with pytest.raises(EcobarrierError) as refused:
            PolygonFile(path)
        assert path.name in refused.value.text.zh
        assert refused.value.code == "layer_unreadable"


def test_other_formats_are_to_be_imported(
    tmp_path: Path, cells: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "cells.geojson"
    cells.to_file(path)
    with pytest.raises(LayerReadError) as refused:
        PolygonFile(path)
    assert refused.value.code == "rows_need_geoparquet"
    assert "ecobarrier import cells.geojson --id NAME" in str(refused.value.text)


def test_a_cut_off_file(tmp_path: Path, cells: gpd.GeoDataFrame) -> None:
    path = written(tmp_path, cells)
    whole = path.read_bytes()
    # A page of the data is overwritten; the footer at the end stays readable.
    path.write_bytes(whole[:4] + b"\xff" * 2000 + whole[2004:])
    with pytest.raises(LayerReadError):
        list(PolygonFile(path).chunks())
