"""A zonal table in a file is the table shown, whoever computes it."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rasterio
from rasterio.transform import Affine

from geo.testing import coverage_layer, scattered_layer
from layers import chunks
from layers.catalog import Catalog
from service.analysis import zonal_report
from service.cli import main
from service.cluster.dask_engine import DaskEngine
from service.cluster.engine import EngineChoice
from service.cluster.inputs import Shelf
from service.settings import Settings
from service.spread import Spread
from service.zonal_stream import zonal_to_file

SHELF = Shelf.of(Settings(workspace=None))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return SHELF.open()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Zones, some without geometry and some beyond the rasters; classes; decimals."""
    folder = tmp_path_factory.mktemp("zonal")
    shapes = [*coverage_layer(30, 2), *scattered_layer(9, 3)]
    shapes[4] = None
    zones = gpd.GeoDataFrame(
        {"id": [f"z{k}" for k in range(len(shapes))]}, geometry=shapes, crs=4490
    )
    zones.to_parquet(folder / "zones.parquet", row_group_size=11)
    rng = np.random.default_rng(5)
    for name, cells in (
        ("classes", rng.integers(1, 6, (180, 150)).astype(np.uint8)),
        ("decimals", rng.normal(size=(180, 150)).astype(np.float32)),
    ):
        cells[60:90, 20:50] = 5
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=180, width=150,
            count=1, dtype=cells.dtype, crs="EPSG:4490", tiled=True, blockxsize=64,
            blockysize=64, nodata=5, transform=Affine(0.01, 0, 110.1, 0, -0.01, 41.9),
        ) as file:  # fmt: skip
            file.write(cells, 1)
    return tuple(  # type: ignore[return-value]
        str(folder / name) for name in ("zones.parquet", "classes.tif", "decimals.tif")
    )


CASES = [
    (1, {}),
    (2, {"breaks": (-1.0, 0.0, 0.5, 2.0), "percentiles": (5.0, 50.0)}),
]


@pytest.mark.parametrize(("raster", "options"), CASES, ids=["classes", "intervals"])
@pytest.mark.parametrize("rows", [7, 50_000])
def test_rows_are_those_that_are_shown(
    catalog: Catalog,
    files: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    raster: int,
    options: dict[str, Any],
    rows: int,
) -> None:
    monkeypatch.setattr(chunks.PolygonFile.chunks, "__defaults__", (rows,))
    output = tmp_path / "rows.parquet"
    args = (catalog, files[0], files[raster])
    said = zonal_to_file(*args, output, lambda *_: None, **options)
    report = zonal_report(*args, **options)
    wanted = pd.DataFrame([vars(row) for row in report.rows])
    got = pq.read_table(output).to_pandas()
    same = ["zone_id", "label", "label_en", "area_m2", "share"]
    pd.testing.assert_frame_equal(
        got[same], wanted[same], check_exact=True, check_dtype=False
    )
    other = wanted["value"].where(wanted["value"].isin(["nodata", "outside"]), "class")
    assert got["kind"].tolist() == other.tolist()
    values = pd.to_numeric(wanted["value"], errors="coerce")
    np.testing.assert_array_equal(got["value"], values)
    assert {"nodata", "outside", "class"} == set(got["kind"])
    assert (said.zones, said.rows) == (39, len(wanted))
    for name, value in said.totals.model_dump().items():
        assert value == pytest.approx(getattr(report.totals, name), rel=1e-12)
    for one in report.statistics:
        rest = got[got["zone_id"] == one.zone_id].filter(like="zone_").iloc[:, 1:]
        known = {name.removeprefix("zone_"): rest[name].unique() for name in rest}
        for name in ("mean", "std", "min", "max", "sum"):
            value = getattr(one, name)
            np.testing.assert_array_equal(
                known[name], [np.nan if value is None else value]
            )
        for key, value in one.percentiles.items():
            wanted_one = np.nan if value is None else value
            np.testing.assert_array_equal(known[f"percentile_{key}"], [wanted_one])


@pytest.mark.parametrize(("raster", "options"), CASES, ids=["classes", "intervals"])
@pytest.mark.parametrize("count", [2, 13])
def test_workers_write_the_same_bytes(
    engine: DaskEngine,
    catalog: Catalog,
    files: tuple[str, str, str],
    tmp_path: Path,
    raster: int,
    options: dict[str, Any],
    count: int,
) -> None:
    spread = Spread(EngineChoice("dask", engine.address), SHELF, count)
    reports, written = [], []
    output = tmp_path / "rows.csv"
    for one in (None, spread):
        args = (catalog, files[0], files[raster], output, lambda *_: None)
        reports.append(zonal_to_file(*args, **options, spread=one))
        written.append(output.read_bytes())
    assert written[0] == written[1]
    assert reports[0] == reports[1]


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "rows.csv"
    words = ["zonal", "leagues", "land_cover", "-o", str(output)]
    assert main(words) == 0
    assert "12 区 zones" in capsys.readouterr().out
    rows = pd.read_csv(output, dtype={"zone_id": str})
    assert rows.groupby("zone_id")["share"].sum().to_numpy() == pytest.approx(1)
    assert main([*words[:3], "--engine", "dask"]) == 1
    assert "-o FILE.parquet" in capsys.readouterr().err
