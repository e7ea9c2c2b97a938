"""Blocks made elsewhere, in any order, leave the bytes of a batch made here."""

import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import EcobarrierError
from layers.catalog import Catalog
from service.checking import spread
from service.checking.batch import check_batch
from service.checking.blocks import Sheets
from service.checking.check import CheckOptions
from service.cluster.engine import LocalEngine
from service.cluster.errors import ClusterError
from service.reports.writing import write_report
from service.settings import Settings

ZONES = [shapely.box(110 + x, 40, 110.04 + x, 41) for x in np.arange(0, 1, 0.1)]
CHOSEN = CheckOptions(layers=("zone",))
SHEETS = Sheets(".json", partial(write_report, language="zh"))
Content = Callable[[Path], dict[str, bytes]]


class Scrambled(LocalEngine):
    """Work done in this process, answered in any order; ends after so many results.

    It ends as a process that is killed, unless another end is given.

    Everything goes through pickle, as on its way to a worker and back.
    """

    workers = 2

    def __init__(
        self, seed: int, ending: int = 1_000_000, end: BaseException | None = None
    ) -> None:
        self._chance, self.left = random.Random(seed), ending  # noqa: S311 - no secret
        self._end = end or KeyboardInterrupt()
        self.blocks = 0

    def run(
        self,
        work: Any,
        items: Sequence[Any],
        named: Any = str,
        alone: Any = None,  # noqa: ARG002
    ) -> Iterator[tuple[int, Any]]:
        order = list(range(len(items)))
        self._chance.shuffle(order)
        for position in order:
            if self.left == 0:
                raise self._end
            self.left -= 1
            self.blocks += 1
            assert named(items[position])
            item = pickle.loads(pickle.dumps(items[position]))  # noqa: S301 - our own
            yield position, pickle.loads(pickle.dumps(work(item)))  # noqa: S301


def write_parcels(folder: Path, count: int, files: int, start: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(5 + start)
    x, y = rng.uniform((110, 40), (111, 41), (count, 2)).T
    shapes = shapely.box(x, y, x + 0.01, y + 0.01)
    for number, part in enumerate(np.array_split(np.arange(count), files)):
        ids = [f"P{k}" for k in part]
        frame = gpd.GeoDataFrame({"id": ids}, geometry=shapes[part], crs=4490)
        frame.to_file(folder / f"{start + number:03d}.geojson")


@pytest.fixture
def zone(publish: Callable[..., Catalog]) -> Catalog:
    return publish("zone", ZONES)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Some small files, one that cannot be read, and a larger one."""
    folder = tmp_path / "site"
    write_parcels(folder, 14, 6)
    (folder / "0035.geojson").write_text("{")
    write_parcels(folder, 30, 1, start=40)
    write_parcels(folder, 5, 3, start=50)
    return folder


def batch(
    zone: Catalog, site: Path, out: Path, workspace: Path, engine: Any, chunk: int
) -> Any:
    over = None
    if engine is not None:
        over = spread.spread_over(engine, Settings().seeds, workspace)
    return check_batch(
        zone, [site], out, CHOSEN, sheets=SHEETS, chunk=chunk, spread=over
    )


def test_same_bytes_in_any_order(
    zone: Catalog, site: Path, workspace: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, batch_content: Content,
) -> None:  # fmt: skip
    here = batch(zone, site, tmp_path / "here", workspace, None, 7)
    whole = batch_content(tmp_path / "here")
    assert len([name for name in whole if name.startswith("sheets/")]) > 10
    for small, window in ((0, 16), (2500, 1), (1_000_000, 16)):
        monkeypatch.setattr(spread, "SMALL_BYTES", small)
        monkeypatch.setattr(spread, "WINDOW", window)
        out = tmp_path / f"there{small}"
        there = batch(zone, site, out, workspace, Scrambled(3), 7)
        assert batch_content(out) == whole
        same = {"folder"}
        assert there.model_dump(exclude=same) == here.model_dump(exclude=same)
    again = Scrambled(1)
    report = batch(zone, site, tmp_path / "here", workspace, again, 7)
    assert (report.resumed_at, again.blocks) == (report.parcels, 0)


def test_what_ended_goes_on_here_or_there(
    zone: Catalog, site: Path, workspace: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, batch_content: Content,
) -> None:  # fmt: skip
    """Wherever a batch was left, in the middle of a file too, either engine goes on."""
    monkeypatch.setattr(spread, "SMALL_BYTES", 2500)
    monkeypatch.setattr(spread, "WINDOW", 2)
    batch(zone, site, tmp_path / "here", workspace, None, 4)
    whole = batch_content(tmp_path / "here")
    for name, engine in (("a", None), ("b", Scrambled(2))):
        out = tmp_path / name
        with pytest.raises(KeyboardInterrupt):
            batch(zone, site, out, workspace, Scrambled(1, ending=7), 4)
        report = batch(zone, site, out, workspace, engine, 4)
        assert 0 < report.resumed_at < report.parcels
        assert batch_content(out) == whole


def test_a_cluster_that_is_lost_says_what_is_kept(
    zone: Catalog, site: Path, workspace: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(spread, "SMALL_BYTES", 2500)
    monkeypatch.setattr(spread, "WINDOW", 2)
    out = tmp_path / "out"
    lost = ClusterError("cluster_lost", scheduler="tcp://10.0.0.5:8786")
    with pytest.raises(ClusterError) as refused:
        batch(zone, site, out, workspace, Scrambled(1, ending=7, end=lost), 4)
    # A line of the ledger is a parcel, but for the heading and the broken file.
    lines = (out / "ledger.csv").read_text("utf-8-sig").splitlines()[1:]
    kept = sum("0035.geojson" not in line for line in lines)
    assert 0 < kept < 49
    said = str(refused.value.text)
    assert f"out keeps what is finished: {kept} parcels" in said
    assert f"out 中保留已检查的地块 {kept} 个" in said
    files = len({line.partition(",")[0] for line in lines})
    assert refused.value.details["files"] in (f"{files} / 11", f"{files - 1} / 11")


def test_layers_of_a_worker_must_be_the_clients(
    zone: Catalog, publish: Callable[..., Catalog], site: Path, workspace: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    """The layer was replaced after the client had read it."""
    publish("zone", ZONES[1:])
    with pytest.raises(EcobarrierError) as refused:
        batch(zone, site, tmp_path / "out", workspace, LocalEngine(), 10)
    assert refused.value.code == "check_layers_elsewhere"
    assert refused.value.details["layers"] == "zone"


def test_layers_are_prepared_once(
    zone: Catalog, site: Path, workspace: Path, tmp_path: Path
) -> None:
    spread._prepared.cache_clear()
    batch(zone, site, tmp_path / "out", workspace, Scrambled(1), 5)
    found = spread._prepared.cache_info()
    assert found.misses == 1
    assert found.hits > 1
    assert found.maxsize == spread.GROUNDS


@given(st.lists(st.integers(0, 1), max_size=12), st.integers(0, 99))
def test_results_wait_for_their_turn(items: list[int], seed: int) -> None:
    numbered = list(enumerate(items))
    assert list(spread.in_order(Scrambled(seed), _same, numbered)) == numbered


def _same(item: tuple[int, int]) -> tuple[int, int]:
    return item
