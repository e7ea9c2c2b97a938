import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layers.key_file import FILE, KeyRecord, read_keys, write_keys
from service.callers import Caller
from service.errors import RequestError
from service.keys import KeyRing, add_key, revoke_key


def test_key_opens_what_it_was_made_for(tmp_path: Path) -> None:
    key, record = add_key(tmp_path, "desk", ["restricted"])
    assert re.fullmatch(r"eco_[0-9a-f]{8}_[\w-]{43}", key)
    caller = KeyRing(tmp_path).caller(key)
    assert caller == Caller(record.id, frozenset({"restricted"}))
    assert caller.may("restricted")
    assert not caller.may("write")


def test_key_cannot_be_read_back(tmp_path: Path) -> None:
    key, _ = add_key(tmp_path, "desk", ["write"])
    # The secret may hold "_" itself: only the first two divide.
    secret = key.split("_", 2)[2]
    kept = (tmp_path / FILE).read_text()
    assert key not in kept
    assert secret not in kept


def test_keys_differ(tmp_path: Path) -> None:
    keys = {add_key(tmp_path, "same", [])[0] for _ in range(20)}
    assert len(keys) == 20
    assert len(read_keys(tmp_path)) == 20


@pytest.mark.parametrize("spoil", [str.upper, lambda key: key[:-1], lambda _: ""])
def test_other_keys_open_nothing(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    key, _ = add_key(tmp_path, "desk", [])
    assert KeyRing(tmp_path).caller(spoil(key)) is None


def test_secret_of_another_key_does_not_fit(tmp_path: Path) -> None:
    one, _ = add_key(tmp_path, "one", [])
    other, _ = add_key(tmp_path, "other", [])
    mixed = one[:13] + other[13:]
    assert KeyRing(tmp_path).caller(mixed) is None
    assert KeyRing(None).caller(one) is None


def test_expired_key_is_closed(tmp_path: Path) -> None:
    key, record = add_key(tmp_path, "guest", [], days=1)
    assert KeyRing(tmp_path).caller(key) is not None
    past = datetime.now(UTC) - timedelta(seconds=1)
    write_keys(tmp_path, [record.model_copy(update={"expires": past})])
    assert KeyRing(tmp_path).caller(key) is None


def test_revoked_key_is_closed_and_stays_listed(tmp_path: Path) -> None:
    key, record = add_key(tmp_path, "desk", [])
    ring = KeyRing(tmp_path)
    assert ring.caller(key) is not None
    revoked = revoke_key(tmp_path, record.id)
    assert revoked.revoked is not None
    assert ring.caller(key) is None
    assert revoke_key(tmp_path, record.id) == revoked
    assert [one.id for one in read_keys(tmp_path)] == [record.id]


def test_unknown_key_cannot_be_revoked(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        revoke_key(tmp_path, "nothing")
    assert caught.value.code == "key_not_found"


def test_file_that_is_taken_away_closes_all(tmp_path: Path) -> None:
    key, _ = add_key(tmp_path, "desk", [])
    ring = KeyRing(tmp_path)
    assert ring.caller(key) is not None
    (tmp_path / FILE).unlink()
    assert ring.caller(key) is None


def test_record_has_no_field_for_a_secret() -> None:
    assert {name for name in KeyRecord.model_fields if "secret" in name} == {
        "secret_sha256"
    }
