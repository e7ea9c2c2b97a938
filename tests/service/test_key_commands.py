import json
from pathlib import Path

import pytest

from service.cli import main
from service.keys import KeyRing


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "new"))
    return tmp_path / "new"


def test_life_of_a_key(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "desk", "--scope", "restricted", "--days", "30"]) == 0
    said = capsys.readouterr()
    key = said.out.strip()
    assert "shown again" in said.err
    caller = KeyRing(workspace).caller(key)
    assert caller is not None
    assert caller.may("restricted")

    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert caller.key_id in listed
    assert "active" in listed
    assert key not in listed

    assert main(["keys", "revoke", caller.key_id]) == 0
    assert "revoked" in capsys.readouterr().out
    assert KeyRing(workspace).caller(key) is None


def test_json_for_programs(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "robot", "--scope", "write", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert KeyRing(workspace).caller(made["key"]) is not None
    assert made["scopes"] == ["write"]
    assert main(["keys", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["keys"]
    assert listed["name"] == "robot"
    assert "secret_sha256" not in listed


def test_refusals(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["keys", "revoke", "nothing"]) == 1
    assert "no key 'nothing'" in capsys.readouterr().err
    assert not workspace.exists()
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", "")
    assert main(["keys", "list"]) == 1
    assert "ECOBARRIER_WORKSPACE" in capsys.readouterr().err
