"""One process leads a run, and only the same run goes on."""

from pathlib import Path

import pytest

from layers.run_folder import described, led


def test_one_at_a_time_leads(tmp_path: Path) -> None:
    with led(tmp_path) as first:
        assert first
        with led(tmp_path) as second:
            assert not second
    with led(tmp_path) as again:
        assert again


def test_what_a_run_is_stays_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    about = {"files": {"地块": "1"}, "sides": ("a", "b"), "chunk": 5}
    assert described(path, about).differing() == []
    assert described(path, about).differing() == []
    before = path.read_bytes()
    assert "地块" in before.decode()
    other = described(path, {"files": {"地块": "2"}, "sides": ["a", "b"], "new": None})
    assert other.differing() == ["files", "chunk"]
    assert other.kept["files"] == {"地块": "1"}
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["{", "[1]", '"text"', ""])
def test_a_damaged_description_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"Expecting|run\.json"):
        described(path, {})
