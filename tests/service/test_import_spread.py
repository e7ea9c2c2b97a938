"""An import on a cluster publishes what a local import publishes, fault by fault."""

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import EcobarrierError
from geo.health import Fault, Health
from geo.messages import Note
from layers.catalog import Catalog
from layers.errors import DecisionNeededError, PartsError
from layers.importing import partition_file, spreading
from layers.importing.keeping import FeatureKeeper
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.importing.work import Work
from service.checking import spread
from service.checking.batch import check_batch
from service.checking.blocks import Sheets
from service.checking.check import CheckOptions
from service.cluster.engine import Engine, EngineChoice, LocalEngine, open_engine
from service.cluster.errors import ClusterError
from service.importing import bring
from service.reports.writing import write_report

EAST, NORTH = 36_420_000.0, 4_460_000.0
SEEDS = Path(__file__).parents[2] / "seeds"
Content = Callable[[Path], dict[str, bytes]]
Both = Callable[..., tuple[ImportReport, ImportReport]]


def square(x: float, y: float = 500.0, side: float = 50.0) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


BOWTIE = shapely.Polygon(
    [(EAST + x, NORTH + y) for x, y in ((0, 0), (50, 50), (50, 0), (0, 50))]
)
POINT = shapely.Point(EAST, NORTH)
with np.errstate(invalid="ignore"):
    NO_NUMBER = shapely.Polygon([(EAST, NORTH), (EAST + 9, np.nan), (EAST, NORTH + 9)])
TWICE = ["a", "b", "a", "a-2", *(f"k{i % 9}" for i in range(27))]


def frame(
    at: dict[int, Any] | None = None, crs: str = "EPSG:4524", **columns: Any
) -> gpd.GeoDataFrame:
    shapes: list[Any] = [square(60.0 * i) for i in range(31)]
    for place, shape in (at or {}).items():
        shapes[place] = shape
    data = {
        "编号": [f"D{i:03d}" for i in range(31)],
        "数": pd.array([None if i % 7 == 3 else i for i in range(31)], "Int32"),
        **columns,
    }
    return gpd.GeoDataFrame(data, geometry=shapes, crs=crs)


FAULTS = {
    "sound": frame(),
    "bowtie": frame({3: BOWTIE, 19: BOWTIE}),
    "ids twice": frame({5: BOWTIE, 20: BOWTIE}, id=TWICE),
    "nothing there": frame({0: None, 9: None, 30: None}),
    "no number": frame({8: NO_NUMBER}, id=TWICE),
    "mixed kinds": frame(
        {11: POINT, 12: shapely.MultiPolygon([square(0), square(90)])}
    ),
    "no code": frame({4: BOWTIE}).to_crs(
        "+proj=tmerc +lon_0=107.5 +x_0=36500000 +ellps=GRS80 +units=m"
    ),
}
REFUSED = {
    "beyond reason": frame({21: shapely.box(EAST, NORTH, EAST, 1e200)}, id=TWICE),
    "twice refused": frame(
        {12: shapely.box(EAST, NORTH, EAST, 1e200), 25: shapely.box(0, 0, 1e200, 1)}
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(EngineChoice("dask", workers=2, memory_mb=2000)) as opened:
        yield opened


@pytest.fixture(scope="session")
def region() -> Region:
    return Region(Catalog.open(SEEDS))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Cut into parts of so many rows, with areas stated up to so many features."""

    def do(rows: int, measured: int) -> None:
        monkeypatch.setattr("layers.importing.sources.LARGE_BYTES", 0)
        monkeypatch.setattr("layers.importing.sources.PART_ROWS", rows)
        for module in ("taking", "pipeline"):
            name = f"layers.importing.{module}.MOST_MEASURED"
            monkeypatch.setattr(name, measured)

    return do


def written(folder: Path, data: gpd.GeoDataFrame, form: str) -> Path:
    path = folder / f"地块.{form}"
    more: dict[str, Any] = {"encoding": "gbk"} if form == "shp" else {}
    if form == "parquet":
        data.to_parquet(path, row_group_size=5, write_covering_bbox=True)
        return path
    if form != "shp":
        more["geometry_type"] = "Unknown"
    pyogrio.write_dataframe(data, path, **more)
    if form == "shp":
        path.with_suffix(".cpg").unlink()
    return path


def told(report: ImportReport) -> dict[str, Any]:
    return report.model_dump(exclude={"imported"})


def files(workspace: Path, report: ImportReport) -> bytes:
    folder = workspace / "layers/mine" / report.version
    return (folder / "features.parquet").read_bytes()


def compared(
    paths: list[Path], folder: Path, region: Region, run: Any, **given: Any
) -> ImportReport:
    options = ImportOptions.model_validate({"id": "mine", **given})
    here, there = folder / "here", folder / "there"
    for one in (here, there):
        shutil.rmtree(one, ignore_errors=True)
    local = import_files(paths, options, here, region)
    spread = import_files(paths, options, there, region, run=run)
    assert told(spread) == told(local)
    assert files(there, spread) == files(here, local)
    assert not any((there / spreading.FOLDER).iterdir())
    return spread


SLOW = pytest.mark.slow
CASES = [
    *(("gpkg", fault, 0) for fault in ("ids twice", "no number", "mixed kinds")),
    *(pytest.param("gpkg", fault, 0, marks=SLOW) for fault in FAULTS),
    *(pytest.param("gpkg", fault, 100_000, marks=SLOW) for fault in FAULTS),
    ("shp", "ids twice", 0),
    ("shp", "bowtie", 100_000),
    ("fgb", "ids twice", 0),
    ("parquet", "ids twice", 0),
    *(pytest.param("parquet", fault, 0, marks=SLOW) for fault in FAULTS),
    *(pytest.param("parquet", fault, 100_000, marks=SLOW) for fault in FAULTS),
]


@pytest.mark.parametrize(("form", "fault", "measured"), CASES)
def test_same_bytes_and_same_report(
    tmp_path: Path, region: Region, engine: Engine, small: Any,
    form: str, fault: str, measured: int,
) -> None:  # fmt: skip
    path = written(tmp_path, FAULTS[fault], form)
    small(7, measured)
    compared([path], tmp_path, region, engine.run)


@pytest.mark.parametrize("rows", [1, 31, 50])
def test_any_size_of_a_part(
    tmp_path: Path, region: Region, engine: Engine, small: Any, rows: int
) -> None:
    path = written(tmp_path, FAULTS["bowtie"], "gpkg")
    versions = set()
    small(rows, 0)
    versions.add(compared([path], tmp_path, region, engine.run).version)
    small(8, 0)
    versions.add(compared([path], tmp_path, region, LocalEngine().run).version)
    assert len(versions) == 1


@pytest.mark.parametrize("fault", REFUSED)
def test_the_first_refusal_in_the_order_of_the_file(
    tmp_path: Path, region: Region, engine: Engine, small: Any, fault: str
) -> None:
    path = written(tmp_path, REFUSED[fault], "gpkg")
    small(4, 0)
    said = []
    for run in (None, engine.run):
        with pytest.raises(EcobarrierError) as refused:
            import_files([path], ImportOptions(id="mine"), tmp_path, region, run=run)
        said.append((refused.value.code, refused.value.details, refused.value.text))
    assert said[0] == said[1]
    assert not list((tmp_path / spreading.FOLDER).rglob("*.parts"))
    assert not list(tmp_path.rglob("features.parquet"))


class Ending:
    """A run that ends, as a killed process does, after so many results."""

    def __init__(self, results: int) -> None:
        self.left = results

    def __call__(self, work: Any, items: Any) -> Iterator[tuple[int, Any]]:
        for number, answer in enumerate(LocalEngine().run(work, items)):
            if number == self.left:
                raise KeyboardInterrupt
            yield answer


def counted(seen: list[int]) -> Any:
    """A local run that notes how many items it was given, each time."""

    def run(work: Any, items: Any) -> Iterator[tuple[int, Any]]:
        seen.append(len(items))
        yield from LocalEngine().run(work, items)

    return run


def test_an_import_that_ended_goes_on(
    tmp_path: Path, region: Region, small: Any
) -> None:
    path = written(tmp_path, FAULTS["ids twice"], "gpkg")
    small(7, 0)
    options, there = ImportOptions(id="mine"), tmp_path / "there"
    for results in (2, 0):
        with pytest.raises(KeyboardInterrupt):
            import_files([path], options, there, region, run=Ending(results))
        assert not list(there.rglob("features.parquet"))
    seen: list[int] = []
    spread = import_files([path], options, there, region, run=counted(seen))
    local = import_files([path], options, tmp_path / "here", region)
    # Each that ended had done one more; then four are made again for their ids.
    assert seen == [1, 4]
    assert told(spread) == told(local)
    assert files(there, spread) == files(tmp_path / "here", local)
    assert list((there / spreading.FOLDER).iterdir()) == []


def test_what_another_file_left_is_not_used_and_goes(
    tmp_path: Path, region: Region, small: Any
) -> None:
    small(7, 0)
    options, there = ImportOptions(id="mine"), tmp_path / "there"
    path = written(tmp_path, FAULTS["bowtie"], "gpkg")
    with pytest.raises(KeyboardInterrupt):
        import_files([path], options, there, region, run=Ending(2))
    path.unlink()
    path = written(tmp_path, FAULTS["sound"], "gpkg")
    seen: list[int] = []
    report = import_files([path], options, there, region, run=counted(seen))
    assert seen == [5, 0]
    assert report.faults == {}
    assert list((there / spreading.FOLDER).iterdir()) == []


class Killing:
    """An engine of which a worker is killed after some of the results."""

    def __init__(self, engine: Any, *after: int) -> None:
        self.after = {*after}
        self.name, self.workers, self.memory_mb = "dask", engine.workers, None
        self._engine = engine

    def run(
        self, work: Any, items: Any, named: Any = str, alone: Any = None
    ) -> Iterator[tuple[int, Any]]:
        for number, answer in enumerate(self._engine.run(work, items, named, alone)):
            if number in self.after:
                self.after.discard(number)
                # One that was killed just before does not answer.
                pids = self._engine._client.run(os.getpid, on_error="ignore")
                os.kill(next(iter(pids.values())), signal.SIGKILL)
            yield answer


def test_a_worker_that_is_killed_changes_nothing(
    tmp_path: Path, region: Region, engine: Any, small: Any
) -> None:
    path = written(tmp_path, FAULTS["bowtie"], "gpkg")
    small(4, 0)
    compared([path], tmp_path, region, Killing(engine, 1).run)


@pytest.mark.slow
def test_ten_workers_killed_at_random_change_nothing(
    tmp_path: Path, region: Region, engine: Any, small: Any
) -> None:
    path = written(tmp_path, FAULTS["ids twice"], "gpkg")
    small(1, 0)
    moments = random.Random(7).sample(range(28), 10)  # noqa: S311 - no secret
    killing, options = Killing(engine, *moments), ImportOptions(id="mine")
    local = import_files([path], options, tmp_path / "here", region)
    spread_one: ImportReport | None = None
    while spread_one is None:
        # An item that lost three workers is given up; what is finished is kept.
        with suppress(ClusterError):
            spread_one = import_files(
                [path], options, tmp_path / "there", region, run=killing.run
            )
    assert told(spread_one) == told(local)
    assert files(tmp_path / "there", spread_one) == files(tmp_path / "here", local)


def test_files_of_one_layer_follow_each_other(
    tmp_path: Path, region: Region, small: Any
) -> None:
    (tmp_path / "b").mkdir()
    paths = [
        written(tmp_path, frame({3: BOWTIE}, id=TWICE), "gpkg"),
        written(tmp_path / "b", frame({30: BOWTIE}, id=TWICE), "gpkg"),
    ]
    small(9, 0)
    report = compared(paths, tmp_path, region, LocalEngine().run)
    assert report.rows == 62
    other = written(tmp_path / "b", frame(crs="EPSG:4525"), "fgb")
    said = []
    for run in (None, LocalEngine().run):
        with pytest.raises(EcobarrierError) as refused:
            import_files(
                [paths[0], other], ImportOptions(id="x"), tmp_path, region, run=run
            )
        said.append((refused.value.code, refused.value.text))
    assert said[0] == said[1]


def test_a_question_is_asked_before_any_work(
    tmp_path: Path, region: Region, small: Any
) -> None:
    shapes = [square(60.0 * i) for i in range(31)]
    data = gpd.GeoDataFrame({"a": range(31)}, geometry=shapes)
    with pytest.warns(UserWarning, match="crs"):
        path = written(tmp_path, data, "gpkg")
    small(4, 0)
    seen: list[int] = []
    with pytest.raises(DecisionNeededError):
        import_files(
            [path], ImportOptions(id="mine"), tmp_path, region, run=counted(seen)
        )
    assert seen == []


def test_a_worker_that_sees_another_file_refuses(
    tmp_path: Path, region: Region, small: Any
) -> None:
    path = written(tmp_path, FAULTS["sound"], "gpkg")
    small(4, 0)

    def run(work: Any, items: Any) -> Iterator[tuple[int, Any]]:
        path.touch()
        yield from LocalEngine().run(work, items)

    with pytest.raises(EcobarrierError) as refused:
        import_files([path], ImportOptions(id="mine"), tmp_path, region, run=run)
    assert refused.value.code == "import_file_elsewhere"


def test_a_worker_that_writes_elsewhere_is_found_out(
    tmp_path: Path, region: Region, small: Any
) -> None:
    path = written(tmp_path, FAULTS["sound"], "gpkg")
    small(4, 0)

    def run(work: Any, items: Any) -> Iterator[tuple[int, Any]]:
        for number, answer in LocalEngine().run(work, items):
            items[number].ledger.path(number).unlink()
            yield number, answer

    with pytest.raises(PartsError) as refused:
        import_files([path], ImportOptions(id="mine"), tmp_path, region, run=run)
    assert refused.value.code == "parts_not_shared"


def test_what_cannot_be_cut_is_imported_here(tmp_path: Path) -> None:
    path = written(tmp_path, FAULTS["sound"], "gpkg")
    told: list[str] = []
    report = bring(
        [path], ImportOptions(id="mine"), tmp_path / "w", SEEDS, lambda _: None,
        look=False, kept_s=0.0, engine=EngineChoice("dask"), tell=told.append,
    )  # fmt: skip
    assert report.rows == 31
    assert len(told) == 1
    assert "地块.gpkg" in told[0]


def test_a_look_keeps_nothing(tmp_path: Path, region: Region, small: Any) -> None:
    path = written(tmp_path, FAULTS["sound"], "gpkg")
    small(4, 0)
    options, there = ImportOptions(id="mine"), tmp_path / "there"
    report = import_files(
        [path], options, there, region, look=True, run=LocalEngine().run
    )
    assert not report.published
    assert not there.exists()


TEXTS = st.text(max_size=5)
FAULT = st.builds(
    Fault, st.sampled_from(["empty", "spike"]), TEXTS, st.floats(), st.floats(),
    st.none() | st.floats(),
)  # fmt: skip
DETAILS = st.dictionaries(
    st.sampled_from(["where", "count"]), TEXTS | st.integers() | st.floats()
)


@given(
    st.lists(FAULT), st.lists(st.builds(Note, TEXTS, DETAILS)),
    st.lists(st.lists(TEXTS)), st.lists(st.floats()),
)  # fmt: skip
def test_a_file_says_all_that_was_gathered(
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[Fault], notes: list[Note], own: list[list[str]], areas: list[float],
) -> None:  # fmt: skip
    work = Work("x", ImportOptions(id="mine"), FeatureKeeper("x"), rows=7, own=own)
    work.health.add(faults)
    work.notes = notes
    work.areas = [pd.Series(areas, [f"k{i}" for i in range(len(areas))], dtype=float)]
    path = tmp_path_factory.mktemp("part") / "0.part"
    assert partition_file.written(work, path) == path.stat().st_size
    again = partition_file.read(path, work)
    assert repr(again.health.faults) == repr(work.health.faults)
    assert again.health.counts == work.health.counts
    assert repr(again.notes) == repr(work.notes)
    assert (again.own, again.rows) == (own, 7)
    assert partition_file.own_ids(path) == own
    assert repr(again.areas[0].to_list()) == repr(areas)


@given(st.lists(st.lists(FAULT, max_size=4), max_size=5))
def test_faults_of_parts_are_those_of_the_whole(found: list[list[Fault]]) -> None:
    whole, absorbed = Health(), Health()
    with pytest.MonkeyPatch.context() as few:
        few.setattr("geo.health.MOST_LISTED", 3)
        for some in found:
            part = Health()
            part.add(some)
            whole.add(some)
            absorbed.absorb(part)
    assert absorbed.counts == whole.counts
    assert repr(absorbed.faults) == repr(whole.faults)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "000000.part"
    path.write_bytes(b"\x10" + bytes(7) + b"no JSON at all !")
    with pytest.raises(PartsError) as refused:
        partition_file.own_ids(path)
    assert refused.value.code == "parts_damaged"


ZONES = [shapely.box(110 + x, 40, 110.04 + x, 41) for x in np.arange(0, 1, 0.1)]


def parcel_files(folder: Path) -> Path:
    """Write small files of parcels, one that cannot be read, and a larger one."""
    folder.mkdir()
    x, y = np.random.default_rng(5).uniform((110, 40), (111, 41), (36, 2)).T
    shapes = shapely.box(x, y, x + 0.01, y + 0.01)
    for number, part in enumerate(np.split(np.arange(36), [4, 8, 11, 30])):
        columns = {"id": [f"P{k}" for k in part]}
        data = gpd.GeoDataFrame(columns, geometry=shapes[part], crs=4490)
        data.to_file(folder / f"{number}.geojson")
    (folder / "2a.geojson").write_text("{")
    return folder


def test_a_check_leaves_the_same_bytes_though_a_worker_dies(
    tmp_path: Path,
    region: Region,
    engine: Any,
    monkeypatch: pytest.MonkeyPatch,
    batch_content: Content,
) -> None:
    zones, workspace = tmp_path / "zones.geojson", tmp_path / "w"
    gpd.GeoDataFrame(geometry=ZONES, crs=4490).to_file(zones)
    import_files([zones], ImportOptions(id="zone"), workspace, region)
    site, catalog = parcel_files(tmp_path / "site"), Catalog.open(SEEDS, workspace)
    monkeypatch.setattr(spread, "SMALL_BYTES", 3000)
    sheets = Sheets(".json", partial(write_report, language="zh"))
    check = partial(
        check_batch, catalog, [site], options=CheckOptions(("zone", "lakes")),
        sheets=sheets, chunk=5,
    )  # fmt: skip
    check(folder=tmp_path / "here")
    over = spread.spread_over(Killing(engine, 1), SEEDS, workspace)
    report = check(folder=tmp_path / "there", spread=over)
    assert report.parcels == 36
    assert batch_content(tmp_path / "there") == batch_content(tmp_path / "here")
