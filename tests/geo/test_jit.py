"""Machine code kept on disk must not outlive a source that went into it."""

import os
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


@pytest.mark.parametrize(("size", "pieces"), [(0, 4), (3, 8), (10, 3), (8, 1)])
def test_spans_cover_everything_once(size: int, pieces: int) -> None:
    spans = jit.spans(size, pieces)
    assert [k for a, b in spans for k in range(a, b)] == list(range(size))
    assert len(spans) <= pieces
