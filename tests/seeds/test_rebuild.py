"""The recipe makes the committed files again, byte for byte."""

from pathlib import Path

import pytest

from seeds.build.__main__ import main

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.mark.network
def test_rebuilt_files_are_the_committed_ones(tmp_path: Path) -> None:
    assert main(["--output", str(tmp_path)]) == 0
    rebuilt = {path.relative_to(tmp_path) for path in tmp_path.rglob("*")}
    files = {path for path in rebuilt if (tmp_path / path).is_file()}
    assert len(files) > 16
    for path in sorted(files):
        assert (tmp_path / path).read_bytes() == (SEEDS / path).read_bytes(), path
