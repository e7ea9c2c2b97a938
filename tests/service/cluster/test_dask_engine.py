"""A real cluster: what it answers, who dies, what is lost."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from layers.chunks import PolygonFile
from layers.errors import LayerReadError
from service.cluster import dask_engine, software
from service.cluster.dask_engine import AHEAD, DaskEngine
from service.cluster.engine import Engine, EngineChoice, open_engine
from service.cluster.errors import ClusterError
from service.cluster.testing import Deaths, Squares


class Running(NamedTuple):
    """A cluster that somebody else started."""

    address: str
    scheduler: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    told = tmp_path / "scheduler.json"
    dask = str(Path(sys.executable).with_name("dask"))
    asked = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    common = ["--no-dashboard", "--nthreads", "1", "--local-directory", str(tmp_path)]
    null, file = subprocess.DEVNULL, ["--scheduler-file", str(told)]
    with (
        subprocess.Popen([dask, "scheduler", *file, *asked], stderr=null) as scheduler,
        subprocess.Popen([dask, "worker", *file, *common], stderr=null) as worker,
    ):
        try:
            # The file is there before it is written.
            while not told.exists() or not told.read_text().endswith("}"):
                assert scheduler.poll() is None
                time.sleep(0.05)
            address = json.loads(told.read_text())["address"]
            yield Running(address, scheduler, worker)
        finally:
            worker.kill()
            scheduler.kill()


def test_results_come_with_their_places(engine: Engine, tmp_path: Path) -> None:
    work = Squares(Deaths(tmp_path, (), 0))
    found = dict(engine.run(work, range(50)))
    assert found == {k: k * k for k in range(50)}


def test_nothing_to_do(engine: Engine, tmp_path: Path) -> None:
    assert list(engine.run(Squares(Deaths(tmp_path, (), 0)), [])) == []


def test_an_item_whose_worker_died_is_done_again(
    engine: Engine, tmp_path: Path
) -> None:
    work = Squares(Deaths(tmp_path, (3, 11), 1))
    found = dict(engine.run(work, range(20)))
    assert found == {k: k * k for k in range(20)}
    assert len(list(tmp_path.iterdir())) == 2


def test_an_item_that_takes_every_worker_with_it_is_named(
    engine: Engine, tmp_path: Path
) -> None:
    work = Squares(Deaths(tmp_path, (5,), 99))
    coming = engine.run(work, range(8), lambda item: f"item {item}!")
    found = dict(islice(coming, 7))
    with pytest.raises(ClusterError) as refused:
        next(coming)
    # Those that waited where it was at work are not blamed with it.
    assert found == {k: k * k for k in range(8) if k != 5}
    assert refused.value.code == "cluster_work_killed"
    assert refused.value.details["item"] == "item 5!"
    # Others go on to use the cluster.
    assert dict(engine.run(Squares(Deaths(tmp_path, (), 0)), [4])) == {0: 16}


def test_workers_that_nobody_replaces_any_more_are_replaced(
    engine: DaskEngine, tmp_path: Path
) -> None:
    cluster: Any = engine._client.cluster
    for nanny in list(cluster.workers.values()):
        cluster.sync(nanny.close)
    found = dict(engine.run(Squares(Deaths(tmp_path, (), 0)), range(4)))
    assert found == {k: k * k for k in range(4)}


def test_what_work_refuses_comes_out_as_itself(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LayerReadError) as refused:
        list(engine.run(PolygonFile, [tmp_path / "none.parquet"] * 9))
    assert refused.value.code == "layer_unreadable"
    assert refused.value.details["file"] == "none.parquet"


def test_results_never_pile_up(engine: Engine, tmp_path: Path) -> None:
    items = [tmp_path / str(number) for number in range(50)]
    found = engine.run(Path.touch, items)
    next(found)
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) <= AHEAD * engine.workers
    assert len(list(found)) == 49


def test_workers_of_other_software_are_refused(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {**software.software(), "shapely": "1.8"}
    monkeypatch.setattr(dask_engine, "software", lambda: ours)
    with pytest.raises(ClusterError) as refused:
        list(engine.run(abs, [1]))
    assert refused.value.code == "cluster_versions_differ"
    assert "shapely" in str(refused.value.details["difference"])
    assert str(refused.value.details["worker"]).startswith("tcp://127.0.0.1")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "CONNECT_SECONDS", 0.5)
    choice = EngineChoice("dask", "tcp://127.0.0.1:1")
    with pytest.raises(ClusterError) as refused, open_engine(choice):
        raise AssertionError
    assert refused.value.code == "cluster_unreachable"


def test_a_scheduler_that_is_lost(running: Running, tmp_path: Path) -> None:
    work = Squares(Deaths(tmp_path, (), 0))
    with open_engine(EngineChoice("dask", running.address)) as engine:
        found = engine.run(work, range(10_000))
        assert len(list(islice(found, 20))) == 20
        running.scheduler.kill()
        with pytest.raises(ClusterError) as refused:
            list(found)
        assert refused.value.code == "cluster_lost"
        # Who comes later, with other work, is told the same.
        assert isinstance(engine, dask_engine.DaskEngine)
        engine._client.close()
        for later in (lambda: engine.workers, lambda: list(engine.run(work, [1]))):
            with pytest.raises(ClusterError) as refused:
                later()
            assert refused.value.code == "cluster_lost"


@pytest.mark.slow
def test_workers_that_are_gone_for_good(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Squares(Deaths(tmp_path, (), 0))
    with open_engine(EngineChoice("dask", running.address)) as engine:
        monkeypatch.setattr(dask_engine, "WORKERS_SECONDS", 0.5)
        found = engine.run(work, range(10_000))
        assert len(list(islice(found, 20))) == 20
        # Its process ends with the one that watches it.
        running.worker.kill()
        with pytest.raises(ClusterError) as refused:
            list(found)
        assert refused.value.code == "cluster_workers_lost"
        assert refused.value.details["scheduler"] == running.address
