"""Machine code kept on disk must not outlive a source that went into it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo import jit


def test_code_older_than_a_source_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, other = (
        tmp_path / name for name in ("m.f-1.nbi", "m.f-2.nbi", "m.g-1.nbi")
    )
    for path, date in ((old, 100), (new, 300), (other, 100)):
        path.touch()
        os.utime(path, (date, date))
    monkeypatch.setattr(jit, "_NEWEST_SOURCE", 200.0)
    jit._forget_outdated(tmp_path, "f")
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.name, other.name]


def test_code_that_another_process_drops_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "_NEWEST_SOURCE", 200.0)
    old = tmp_path / "module.f-12.py311.nbi"
    old.touch()
    os.utime(old, (100, 100))
    # The folder lists it, and it is not there: as between two processes.
    (tmp_path / "module.f-11.py311.nbi").symlink_to(tmp_path / "gone")
    jit._forget_outdated(tmp_path, "f")
    assert not old.exists()


@pytest.mark.parametrize(("size", "pieces"), [(0, 4), (3, 8), (10, 3), (8, 1)])
def test_spans_cover_everything_once(size: int, pieces: int) -> None:
    spans = jit.spans(size, pieces)
    assert [k for a, b in spans for k in range(a, b)] == list(range(size))
    assert len(spans) <= pieces


KERNEL = """
from geo.jit import compiled
@compiled
def double(number):
    return 2 * number
"""
ASK = """
from geo.engine.kernel import double
print(double(3), sum(double.stats.cache_hits.values()), double(0.5))
"""


def test_code_made_at_the_installation_is_read_by_who_may_write_nowhere(
    tmp_path: Path,
) -> None:
    """As the service's user in a container; numba itself would not even start."""
    kernels = tmp_path / "geo" / "engine"
    kernels.mkdir(parents=True)
    shutil.copy2(str(jit.__file__), kernels.parent)
    for package in (kernels.parent, kernels):
        (package / "__init__.py").touch()
    (kernels / "kernel.py").write_text(KERNEL, encoding="utf-8")
    # Root writes wherever it wants, unless it gives that up.
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if os.geteuid() == 0 and shutil.which(drop[0]) is None:
        pytest.skip("setpriv is not here")
    command = [*(drop if os.geteuid() == 0 else []), sys.executable, "-c"]
    nowhere = {"HOME": f"{tmp_path}/none", "PYTHONPATH": str(tmp_path)}

    def run(words: list[str]) -> str:
        done = subprocess.run(
            words, env=nowhere, check=True, capture_output=True, text=True, cwd=tmp_path
        )
        return done.stdout

    run([*command, "from geo.engine.kernel import double; double(3)"])
    kept = sorted(kernels.rglob("*"))
    assert any(one.suffix == ".nbc" for one in kept)
    for folder in [one for one in (tmp_path, *tmp_path.rglob("*")) if one.is_dir()]:
        folder.chmod(0o555)
    assert run([*command, ASK]).split() == ["6", "1", "1.0"]
    assert sorted(kernels.rglob("*")) == kept
