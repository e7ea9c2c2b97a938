from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import MAX_ITEMS_LIMIT, Settings


def test_usual_settings_are_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "WORKSPACE", "SEEDS", "MAX_ITEMS"):
        monkeypatch.delenv(f"ECOBARRIER_{name}", raising=False)
    settings = Settings()
    assert settings.host == "127.0.0.1"
    assert settings.workspace is None
    assert (settings.seeds / "catalog.toml").is_file()


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOBARRIER_PORT", "8123")
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", "here/and/there")
    settings = Settings()
    assert settings.port == 8123
    assert settings.workspace == Path("here/and/there")


def test_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", "")
    monkeypatch.setenv("ECOBARRIER_SEEDS", "")
    settings = Settings()
    assert settings.workspace is None
    assert settings.seeds.name == "seeds"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [0, -1, MAX_ITEMS_LIMIT + 1])
def test_page_size_has_a_bound(wrong: int) -> None:
    with pytest.raises(ValidationError, match="max_items"):
        Settings(max_items=wrong)


def test_every_setting_is_documented() -> None:
    root = Path(__file__).parents[2]
    readme = "".join(
        (root / file).read_text(encoding="utf-8")
        for file in ("README.md", "docs/service.md")
    )
    missing = [
        name
        for name in Settings.model_fields
        if f"`ECOBARRIER_{name.upper()}`" not in readme
    ]
    assert missing == []
