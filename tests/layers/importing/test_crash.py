"""Killed at any moment, an import leaves the old version whole and nothing to see."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.importing.report import ImportReport
from layers.importing.versions import history
from layers.storage.layout import LOCK
from layers.workspace import current_versions, layer_folder, locked, sweep

Bring = Callable[..., ImportReport]

TEXT = """[地块坐标]
4,0.05,{name},管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,363730{size}.0000
J3,1,4466025.0000,363730{size}.0000
J4,1,4466025.0000,36373000.0000
"""
SEEDS = Path(__file__).parents[3] / "seeds"

# Imports in copies of itself: to load the libraries anew takes a hundred times as long
# as the import. It has no threads, and so may be copied.
NURSERY = """
import os, sys
from pathlib import Path
from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
region = Region(Catalog.open(Path(sys.argv[1])))
print("ready", flush=True)
for line in sys.stdin:
    word, *more = line.rstrip("\\n").split("\\t")
    if word == "wait":
        answer = os.waitstatus_to_exitcode(os.waitpid(int(more[0]), 0)[1])
    else:
        answer = os.fork()
        if not answer:
            path, workspace = map(Path, more)
            try:
                import_files([path], ImportOptions(id="mine"), workspace, region)
                os._exit(0)
            finally:
                os._exit(1)
    print(answer, flush=True)
"""


class Nursery:
    """Starts imports and waits for them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._said, self._heard = process.stdin, process.stdout
        assert self._heard.readline() == "ready\n"

    def _ask(self, *words: object) -> int:
        self._said.write("\t".join(map(str, words)) + "\n")
        self._said.flush()
        return int(self._heard.readline())

    def start(self, path: Path, workspace: Path) -> int:
        """Answer the process that imports the file."""
        return self._ask("import", path, workspace)

    def ended(self, child: int) -> int:
        """Answer the exit code, once there is one."""
        return self._ask("wait", child)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, "-c", NURSERY, str(SEEDS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Nursery(process)


def parcel(path: Path, name: str, size: int) -> Path:
    path.write_text(TEXT.format(name=name, size=size), encoding="utf-8")
    return path


def kill_at_random(
    bring: Bring, workspace: Path, nursery: Nursery, tmp_path: Path, moments: int
) -> None:
    first = bring(parcel(tmp_path / "old.txt", "DK1", 20))
    began = time.perf_counter()
    child = nursery.start(parcel(tmp_path / "new.txt", "DK2", 40), workspace)
    assert nursery.ended(child) == 0
    whole_s = time.perf_counter() - began
    second = current_versions(workspace)["mine"][0].version
    chance = random.Random(7)  # noqa: S311
    killed = number = 0
    # On where none was caught, as the one that was timed took longer than the others.
    while number < moments or (not killed and number < 10 * moments):
        known = {one.version for one in history(workspace, "mine").versions}
        path = parcel(tmp_path / f"next{number}.txt", f"DK{number}", 50 + number % 40)
        child = nursery.start(path, workspace)
        # Each moment in its own part of the time, so that all of it is tried.
        time.sleep(whole_s * (number % moments + chance.random()) / moments)
        number += 1
        os.kill(child, signal.SIGKILL)
        killed += nursery.ended(child) == -signal.SIGKILL
        layer = Catalog.open(SEEDS, workspace).vector("mine")
        assert len(layer.features) == 1
        now = {one.version for one in history(workspace, "mine").versions}
        assert known <= now
        assert len(now - known) <= 1
    assert killed
    assert {first.version, second} <= now
    last = bring(parcel(tmp_path / "last.txt", "DKX", 30))
    assert current_versions(workspace)["mine"][0].version == last.version
    left = [one.name for one in layer_folder(workspace, "mine").glob(".*")]
    assert left == [LOCK]


def test_killed(
    bring: Bring, workspace: Path, nursery: Nursery, tmp_path: Path
) -> None:
    kill_at_random(bring, workspace, nursery, tmp_path, 12)


@pytest.mark.slow
def test_killed_at_fifty_moments(
    bring: Bring, workspace: Path, nursery: Nursery, tmp_path: Path
) -> None:
    kill_at_random(bring, workspace, nursery, tmp_path, 50)


def test_two_at_once(workspace: Path, nursery: Nursery, tmp_path: Path) -> None:
    """Both versions are kept; the one in use is one of them."""
    paths = [parcel(tmp_path / f"{i}.txt", f"DK{i}", 20 + i) for i in range(2)]
    children = [nursery.start(path, workspace) for path in paths]
    assert [nursery.ended(child) for child in children] == [0, 0]
    versions = history(workspace, "mine").versions
    assert len(versions) == 2
    assert sum(one.current for one in versions) == 1


def test_same_content_is_the_same_version(
    bring: Bring, workspace: Path, tmp_path: Path
) -> None:
    path = parcel(tmp_path / "a.txt", "DK1", 20)
    first, again = bring(path), bring(path)
    assert first.version == again.version
    assert (first.unchanged, again.unchanged) == (False, True)
    assert len(history(workspace, "mine").versions) == 1


def left_over(workspace: Path) -> Path:
    """What a publisher leaves that was killed while it wrote."""
    incoming = layer_folder(workspace, "mine") / ".incoming-abc"
    incoming.mkdir()
    (incoming / "features.parquet").write_bytes(b"half")
    return incoming


def test_sweep_removes_what_the_dead_left(
    bring: Bring, workspace: Path, tmp_path: Path
) -> None:
    kept = bring(parcel(tmp_path / "a.txt", "DK1", 20))
    incoming = left_over(workspace)
    assert sweep(workspace) == ["mine"]
    assert not incoming.exists()
    assert current_versions(workspace)["mine"][0].version == kept.version
    assert sweep(workspace) == []
    assert sweep(tmp_path / "none") == []


def test_sweep_leaves_what_somebody_works_on(
    bring: Bring, workspace: Path, tmp_path: Path
) -> None:
    bring(parcel(tmp_path / "a.txt", "DK1", 20))
    incoming = left_over(workspace)
    with locked(layer_folder(workspace, "mine")):
        assert sweep(workspace) == []
        assert incoming.exists()
    assert sweep(workspace) == ["mine"]


def test_look_keeps_nothing(bring: Bring, workspace: Path, tmp_path: Path) -> None:
    path = parcel(tmp_path / "a.txt", "DK1", 20)
    seen = bring(path, look=True)
    assert not workspace.exists()
    made = bring(path)
    assert (seen.published, made.published) == (False, True)
    same = {"imported", "published"}
    assert seen.model_dump(exclude=same) == made.model_dump(exclude=same)
    assert bring(path, look=True).unchanged
