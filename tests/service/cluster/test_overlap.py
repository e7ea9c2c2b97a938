"""An overlap spread over workers is the overlap computed here, byte by byte."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pytest

from geo.testing import coverage_layer, scattered_layer
from layers import parts as ledger
from layers.catalog import Catalog
from layers.errors import LayerWriteError, PartsError
from layers.partitions import partitions
from layers.row_sink import row_sink
from service.cli import main
from service.cluster.dask_engine import DaskEngine
from service.cluster.engine import Engine, EngineChoice, LocalEngine
from service.cluster.errors import ClusterError
from service.cluster.inputs import Seen, Shelf
from service.cluster.overlap import OverlapJob
from service.cluster.testing import DeadlyJob, Deaths
from service.overlap_sides import SCHEMA, find_right
from service.partitioned import SUFFIX, RowJob, written_by
from service.settings import Settings
from service.spread import Spread
from service.stream import overlap_to_file

SHELF = Shelf.of(Settings(workspace=None))
CELLS = 60


class Case(NamedTuple):
    """Two files, what is computed here, and the recipe for workers."""

    left: str
    right: str
    wanted: bytes
    job: OverlapJob


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return SHELF.open()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Case:
    folder = tmp_path_factory.mktemp("layers")
    for name, shapes in (
        ("left", coverage_layer(CELLS, 2)),
        ("right", scattered_layer(12, 3)),
    ):
        frame = gpd.GeoDataFrame(
            {"id": [f"{name}{k}" for k in range(len(shapes))], "accuracy_m": 5.0},
            geometry=shapes.to_numpy(),
            crs="EPSG:4490",
        )
        frame.to_parquet(folder / f"{name}.parquet", row_group_size=17)
    left, right = str(folder / "left.parquet"), str(folder / "right.parquet")
    output = folder / "here.parquet"
    overlap_to_file(catalog, left, right, output, lambda *_: None)
    specs = (catalog.vector(name).spec for name in (left, right))
    seen = [Seen.of(*one) for one in zip((left, right), specs, strict=True)]
    return Case(left, right, output.read_bytes(), OverlapJob(SHELF, seen[0], seen[1]))


@contextmanager
def run(engine: Engine, job: RowJob, output: Path, count: int) -> Iterator[None]:
    """Write a result whose parts are kept until the block ends well."""
    with (
        ledger.opened(output, {"count": count}, SUFFIX) as kept,
        row_sink(output, SCHEMA) as sink,
    ):
        written_by(engine, job, partitions(CELLS, count), kept, sink, lambda *_: None)
        yield


@pytest.mark.parametrize("count", [1, 7, CELLS])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_file_and_sums_do_not_depend_on_who_computes(
    engine: DaskEngine,
    catalog: Catalog,
    case: Case,
    tmp_path: Path,
    count: int,
    suffix: str,
) -> None:
    here, there = tmp_path / f"here{suffix}", tmp_path / f"there{suffix}"
    done: list[tuple[int, int]] = []
    choice = EngineChoice("dask", engine.address)
    reports = [
        overlap_to_file(
            catalog, case.left, case.right, output,
            lambda now, total: done.append((now, total)), spread=spread,
        )
        for output, spread in (
            (here, None),
            (there, Spread(choice, SHELF, count)),
        )
    ]  # fmt: skip
    assert here.read_bytes() == there.read_bytes()
    assert reports[0].model_copy(update={"path": str(there)}) == reports[1]
    assert done[-1] == (CELLS, CELLS)
    assert sorted(tmp_path.iterdir()) == sorted([here, there])


def test_a_large_right_layer_is_read_in_parts_by_every_worker(
    engine: DaskEngine, catalog: Catalog, case: Case, tmp_path: Path
) -> None:
    right = tmp_path / "right.parquet"
    whole = gpd.read_parquet(case.right)
    whole.to_parquet(right, row_group_size=5, write_covering_bbox=True)
    assert find_right(catalog, str(right), held_bytes=100).held is None
    output = tmp_path / "rows.parquet"
    spread = Spread(EngineChoice("dask", engine.address), SHELF, 7)
    overlap_to_file(
        catalog, case.left, str(right), output, lambda *_: None,
        spread=spread, held_bytes=100,
    )  # fmt: skip
    assert output.read_bytes() == case.wanted


def test_a_folder_of_files_is_one_layer(
    engine: DaskEngine,
    catalog: Catalog,
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = gpd.read_parquet(case.left)
    folder = tmp_path / "left"
    folder.mkdir()
    for name, some in (("a", whole[:25]), ("b", whole[25:26]), ("c", whole[26:])):
        some.to_parquet(folder / f"{name}.parquet")
    # Workers are at home elsewhere: names are those of this folder all the same.
    monkeypatch.chdir(tmp_path)
    output = Path("rows.parquet")
    spread = Spread(EngineChoice("dask", engine.address), SHELF, 9)
    for one in (None, spread):
        overlap_to_file(
            catalog, "./left", case.right, output, lambda *_: None, spread=one
        )
        assert output.read_bytes() == case.wanted


def test_workers_that_die_cost_nothing_but_time(
    engine: Engine, case: Case, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    output = tmp_path / "rows.parquet"
    with run(engine, DeadlyJob(case.job, Deaths(deaths, (4, 9), 1)), output, 12):
        pass
    assert len(list(deaths.iterdir())) == 2
    assert output.read_bytes() == case.wanted


def test_a_partition_that_kills_is_named_and_the_others_are_kept(
    engine: Engine, case: Case, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    output = tmp_path / "rows.parquet"
    deadly = DeadlyJob(case.job, Deaths(deaths, (4,), 99))
    with pytest.raises(ClusterError) as refused, run(engine, deadly, output, 12):
        raise AssertionError
    assert refused.value.code == "cluster_work_killed"
    assert "partition 5 of left.parquet (rows 21–25)" in str(refused.value)
    folder = ledger.folder_of(output)
    assert not output.exists()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.arrow")}
    assert {"000000.arrow", "000003.arrow"} <= set(kept)
    assert "000004.arrow" not in kept
    with run(engine, case.job, output, 12):
        again = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.arrow")}
    assert {name: again[name] for name in kept} == kept
    assert len(again) == 12
    assert output.read_bytes() == case.wanted
    assert not folder.exists()


def test_a_full_disk_loses_nothing(case: Case, tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with run(LocalEngine(), case.job, tmp_path / "other.parquet", 3):
        sizes = [one.stat().st_size for one in tmp_path.rglob("*.arrow")]
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) - 1, hard))
    try:
        with (
            pytest.raises(LayerWriteError) as refused,
            run(LocalEngine(), case.job, output, 3),
        ):
            raise AssertionError
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.code == "layer_write_failed"
    before = len(list(ledger.folder_of(output).glob("*.arrow")))
    assert before < 3
    with run(LocalEngine(), case.job, output, 3):
        pass
    assert output.read_bytes() == case.wanted


def test_a_damaged_part_is_named(case: Case, tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    with pytest.raises(KeyboardInterrupt), run(LocalEngine(), case.job, output, 3):
        raise KeyboardInterrupt
    part = ledger.folder_of(output) / "000001.arrow"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(PartsError) as refused, run(LocalEngine(), case.job, output, 3):
        raise AssertionError
    assert refused.value.code == "parts_damaged"
    assert refused.value.details["file"] == part.name
    part.unlink()
    with run(LocalEngine(), case.job, output, 3):
        pass
    assert output.read_bytes() == case.wanted


def test_a_cluster_shows_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["overlap", "banners", "redline", "--engine", "dask"]) == 1
    assert "-o FILE.parquet" in capsys.readouterr().err


def test_nothing_of_the_cluster_is_loaded_for_a_run_here(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom service.cli import main\n"
        f"main(['overlap', 'leagues', 'redline', '-o', {str(tmp_path / 'a.csv')!r}])\n"
        "assert not {'dask', 'distributed', 'bokeh'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
