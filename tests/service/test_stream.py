"""Rows streamed to a file are the rows of the small table, bit by bit."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from geo.overlay import Side, overlap
from geo.testing import coverage_layer, scattered_layer
from layers import chunks
from layers.catalog import Catalog
from layers.errors import LayerWriteError
from service.analysis import overlap_report
from service.cli import main
from service.settings import Settings
from service.stream import overlap_to_file


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.open(Settings().seeds)


@pytest.fixture
def layers(tmp_path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    made = []
    for name, shapes in (
        ("left", coverage_layer(60, 2)),
        ("right", scattered_layer(12, 3)),
    ):
        frame = gpd.GeoDataFrame(
            {"id": [f"{name}{k}" for k in range(len(shapes))]},
            geometry=shapes.to_numpy(),
            crs="EPSG:4490",
        )
        frame.to_parquet(tmp_path / f"{name}.parquet")
        made.append(frame.set_index("id"))
    return made[0], made[1]


@pytest.mark.parametrize("rows", [1, 13, 50_000])
def test_same_bits_as_in_memory(
    catalog: Catalog,
    layers: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
) -> None:
    monkeypatch.setattr(chunks.PolygonFile.chunks, "__defaults__", (rows,))
    output = tmp_path / "rows.parquet"
    done: list[tuple[int, int]] = []
    report = overlap_to_file(
        catalog,
        str(tmp_path / "left.parquet"),
        str(tmp_path / "right.parquet"),
        output,
        lambda now, total: done.append((now, total)),
    )
    left, right = layers
    table = overlap(Side.of(left.geometry), Side.of(right.geometry)).pairs
    got = pq.read_table(output).to_pandas()
    wanted = table.rename(columns={"left": "left_id", "right": "right_id"})
    columns = ["left_id", "right_id", "area_m2"]
    pd.testing.assert_frame_equal(
        got[columns], wanted[columns], check_exact=True, check_dtype=False
    )
    assert report.pairs == len(table)
    assert done[-1] == (60, 60)
    assert len(done) == -(-60 // rows)


@pytest.mark.parametrize(
    ("left", "right"), [("banners", "redline"), ("leagues", "banners")]
)
def test_uncertainty_has_the_bits_of_the_small_table(
    catalog: Catalog, tmp_path: Path, left: str, right: str
) -> None:
    output = tmp_path / "rows.parquet"
    overlap_to_file(catalog, left, right, output, lambda *_: None)
    rows = overlap_report(catalog, left, right).rows
    wanted = pd.DataFrame([vars(row) for row in rows if row.kind == "overlap"])
    got = pq.read_table(output).to_pandas()
    pd.testing.assert_frame_equal(
        got, wanted[got.columns], check_exact=True, check_dtype=False
    )
    assert got["uncertainty_m2"].gt(0).all()


def test_a_features_own_accuracy_wins(
    catalog: Catalog,
    layers: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    tmp_path: Path,
) -> None:
    left, right = (str(tmp_path / f"{side}.parquet") for side in ("left", "right"))
    for frame, name in zip(layers, (left, right), strict=True):
        own = np.resize([5.0, np.nan, 7.5], len(frame))
        frame.reset_index().assign(accuracy_m=own).to_parquet(name)
    output = tmp_path / "rows.parquet"
    overlap_to_file(catalog, left, right, output, lambda *_: None)
    rows = overlap_report(catalog, left, right).rows
    wanted = [row.uncertainty_m2 for row in rows if row.kind == "overlap"]
    got = pq.read_table(output).column("uncertainty_m2").to_pylist()
    assert got == wanted
    assert None in got
    assert any(got)


def test_an_interrupted_job_leaves_nothing(
    catalog: Catalog,
    layers: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],  # noqa: ARG001 - the files
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks.PolygonFile.chunks, "__defaults__", (10,))
    output = tmp_path / "rows.csv"
    output.write_text("older")

    def interrupt(now: int, _: int) -> None:
        if now >= 30:
            raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        overlap_to_file(
            catalog, str(tmp_path / "left.parquet"), "leagues", output, interrupt
        )
    assert sorted(tmp_path.iterdir()) == before
    assert output.read_text() == "older"


def test_format_is_that_of_the_suffix(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(LayerWriteError) as refused:
        overlap_to_file(
            catalog, "banners", "redline", tmp_path / "rows.xyz", lambda *_: None
        )
    assert refused.value.code == "export_format_unknown"


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "rows.csv"
    assert main(["overlap", "banners", "redline", "-o", str(output), "--json"]) == 0
    assert '"left_features": 103' in capsys.readouterr().out
    rows = pd.read_csv(output, dtype={"left_id": str})
    assert rows["left_id"].iloc[0] == "150102"
    assert rows["area_m2"].sum() == pytest.approx(5.782e11, rel=1e-3)
