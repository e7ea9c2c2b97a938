import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.errors import CatalogError
from layers.key_file import FILE, KeyRecord, keys_stamp, read_keys, write_keys


def record(key_id: str = "0123abcd") -> KeyRecord:
    return KeyRecord(
        id=key_id,
        name="test",
        scopes=frozenset({"write"}),
        secret_sha256="0" * 64,
        created=datetime(2026, 1, 15, tzinfo=UTC),
    )


def test_records_come_back(tmp_path: Path) -> None:
    written = [record("a"), record("b")]
    write_keys(tmp_path / "new", written)
    assert read_keys(tmp_path / "new") == written


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    write_keys(tmp_path, [record()])
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_no_file_is_no_key(tmp_path: Path) -> None:
    assert read_keys(tmp_path) == []
    assert keys_stamp(tmp_path) is None


def test_stamp_follows_a_change(tmp_path: Path) -> None:
    write_keys(tmp_path, [record()])
    before = keys_stamp(tmp_path)
    write_keys(tmp_path, [record(), record("b")])
    assert keys_stamp(tmp_path) != before


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"id": "a"}]', "\x00"])
def test_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(CatalogError) as caught:
        read_keys(tmp_path)
    assert caught.value.code == "keys_unreadable"
