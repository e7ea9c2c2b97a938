"""Killed at any moment, an import leaves the old version whole and nothing to see."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.importing.report import ImportReport
from layers.importing.versions import history
from layers.workspace import current_versions, layer_folder

Bring = Callable[..., ImportReport]

TEXT = """[地块坐标]
4,0.05,{name},管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,363730{size}.0000
J3,1,4466025.0000,363730{size}.0000
J4,1,4466025.0000,36373000.0000
"""

# Says when it is about to work, so that kills fall into the work and not the start.
CHILD = """
import sys
from pathlib import Path
from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
import layers.workspace
region = Region(Catalog.open(Path(sys.argv[3])))
print("ready", flush=True)
sys.stdin.readline()
import_files([Path(sys.argv[1])], ImportOptions(id="mine"), Path(sys.argv[2]), region)
"""


def parcel(path: Path, name: str, size: int) -> Path:
    path.write_text(TEXT.format(name=name, size=size), encoding="utf-8")
    return path


def start(path: Path, workspace: Path) -> subprocess.Popen[bytes]:
    seeds = Path(__file__).parents[3] / "seeds"
    command = [sys.executable, "-c", CHILD, str(path), str(workspace), str(seeds)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def go(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.write(b"\n")
    child.stdin.flush()


def finish(child: subprocess.Popen[bytes]) -> int:
    code = child.wait(timeout=120)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
    return code


def kill_at_random(bring: Bring, workspace: Path, tmp_path: Path, moments: int) -> None:
    first = bring(parcel(tmp_path / "old.txt", "DK1", 20))
    began = time.perf_counter()
    child = start(parcel(tmp_path / "new.txt", "DK2", 40), workspace)
    go(child)
    began = time.perf_counter()
    assert finish(child) == 0
    whole_s = time.perf_counter() - began
    second = current_versions(workspace)["mine"][0].version
    chance = random.Random(7)  # noqa: S311
    killed = 0
    for number in range(moments):
        known = {one.version for one in history(workspace, "mine").versions}
        path = parcel(tmp_path / f"next{number}.txt", f"DK{number}", 50 + number % 40)
        child = start(path, workspace)
        go(child)
        time.sleep(chance.uniform(0, whole_s))
        child.send_signal(signal.SIGKILL)
        killed += finish(child) == -signal.SIGKILL
        layer = Catalog.open(Path("seeds"), workspace).vector("mine")
        assert len(layer.features) == 1
        now = {one.version for one in history(workspace, "mine").versions}
        assert known <= now
        assert len(now - known) <= 1
    assert killed
    assert {first.version, second} <= now
    last = bring(parcel(tmp_path / "last.txt", "DKX", 30))
    assert current_versions(workspace)["mine"][0].version == last.version
    left = [one.name for one in layer_folder(workspace, "mine").glob(".*")]
    assert left == [".lock"]


def test_killed(bring: Bring, workspace: Path, tmp_path: Path) -> None:
    kill_at_random(bring, workspace, tmp_path, 2)


@pytest.mark.slow
def test_killed_at_fifty_moments(bring: Bring, workspace: Path, tmp_path: Path) -> None:
    kill_at_random(bring, workspace, tmp_path, 50)


def test_two_at_once(workspace: Path, tmp_path: Path) -> None:
    """Both versions are kept; the one in use is one of them."""
    paths = [parcel(tmp_path / f"{i}.txt", f"DK{i}", 20 + i) for i in range(2)]
    children = [start(path, workspace) for path in paths]
    for child in children:
        go(child)
    assert [finish(child) for child in children] == [0, 0]
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
