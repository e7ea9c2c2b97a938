"""The ledger of a run: nothing finished is lost, nothing foreign is taken."""

from pathlib import Path

import pytest

from layers import parts
from layers.errors import LayerWriteError, PartsError

ABOUT: dict[str, object] = {"inputs": ["a", "b"], "partitions": [[0, 10], [10, 20]]}


def interrupted(output: Path, about: dict[str, object], *, half: bool = False) -> None:
    """Leave a run with partition 1 finished, or half of partition 0 besides."""
    with parts.opened(output, about, ".x") as ledger:
        keep(ledger, 1, "one")
        if half:
            left = ledger.folder / ".000000.x.abcd"
            left.mkdir()
            (left / "000000.x").write_text("half")
        with ledger.writing(0) as path:
            path.write_text("half")
            raise KeyboardInterrupt


def keep(ledger: parts.Parts, number: int, content: str) -> None:
    with ledger.writing(number) as path:
        path.write_text(content)


def test_a_run_goes_on_where_it_ended(tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    with pytest.raises(KeyboardInterrupt):
        interrupted(output, ABOUT)
    with parts.opened(output, ABOUT, ".x") as ledger:
        assert ledger.finished() == {1}
        assert not ledger.has(0)
        assert ledger.path(1).read_text() == "one"
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    with pytest.raises(KeyboardInterrupt):
        interrupted(output, ABOUT, half=True)
    with parts.opened(output, ABOUT, ".x") as ledger:
        assert ledger.finished() == {1}
        assert not (ledger.folder / ".000000.x.abcd").exists()


def test_parts_of_another_run_are_refused_and_kept(tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    with pytest.raises(KeyboardInterrupt):
        interrupted(output, ABOUT)
    other = {**ABOUT, "inputs": ["a", "c"]}
    with (
        pytest.raises(PartsError) as refused,
        parts.opened(output, other, ".x"),
    ):
        raise AssertionError
    assert refused.value.code == "parts_other_run"
    assert refused.value.details["what"] == "inputs"
    assert (parts.folder_of(output) / "000001.x").read_text() == "one"


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    with (
        parts.opened(output, ABOUT, ".x"),
        pytest.raises(PartsError) as refused,
        parts.opened(output, ABOUT, ".x"),
    ):
        raise AssertionError
    assert refused.value.code == "parts_busy"


def test_a_damaged_ledger_is_refused(tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    folder = parts.folder_of(output)
    folder.mkdir()
    (folder / parts.ABOUT).write_text("{")
    with pytest.raises(PartsError) as refused, parts.opened(output, ABOUT, ".x"):
        raise AssertionError
    assert refused.value.code == "parts_damaged"


def test_no_folder_to_write_to(tmp_path: Path) -> None:
    with (
        pytest.raises(LayerWriteError),
        parts.opened(tmp_path / "none" / "rows.parquet", ABOUT, ".x"),
    ):
        raise AssertionError


def keep_two_and_fail(ledger: parts.Parts) -> None:
    with ledger.keeping() as lent:
        for number in (3, 4):
            with lent(number) as path:
                path.write_text(str(number))
                assert not ledger.has(number)
        with lent(5) as path:
            (path / "none").write_text("no folder")


def test_partitions_kept_together_count_one_by_one(tmp_path: Path) -> None:
    with parts.opened(tmp_path / "rows.parquet", ABOUT, ".x") as ledger:
        with pytest.raises(LayerWriteError) as refused:
            keep_two_and_fail(ledger)
        assert refused.value.details["file"] == "000005.x"
        assert ledger.finished() == {3, 4}
        assert ledger.path(4).read_text() == "4"
        assert [one for one in ledger.folder.iterdir() if one.is_dir()] == []


def test_what_cannot_be_brought_to_disk_is_said(tmp_path: Path) -> None:
    with parts.opened(tmp_path / "rows.parquet", ABOUT, ".x") as ledger:
        with pytest.raises(LayerWriteError), ledger.keeping() as lent, lent(7):
            """Nothing is written."""
        assert not ledger.finished()
