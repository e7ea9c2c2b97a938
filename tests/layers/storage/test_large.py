"""Files that are sent in parts, without a condition: their keys are their contents'."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import CatalogError
from layers.importing import versions
from layers.models import LayerSpec
from layers.storage import open_store, publishing
from layers.storage.files import present
from layers.storage.mirror import refresh
from layers.workspace import current_version, publish, put, staging

Make = Callable[[str], tuple[LayerSpec, Path]]
Mirrored = Callable[[str], Path]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large."""
    monkeypatch.setattr(publishing, "LARGEST_CREATED", -1)


def test_different_contents_never_share_a_key(
    machine: Mirrored, address: str, make: Make
) -> None:
    """Nor do those that begin alike, are of one length, or come from two machines."""
    texts = ("a", "b", "aa", "a ", "", "long" * 1000, "long" * 999 + "lang")
    said = {}
    for number, text in enumerate(texts):
        spec, made = make(text)
        publish(machine(f"machine-{number % 2}"), spec, made)
        said[f"layers/a/{spec.version}/a.geojson"] = text
    assert len(said) == len(texts)
    store = open_store(address)
    found = {key for key in store.heads() if key.endswith(".geojson")}
    assert found == {*said}
    assert {key: store.read(key).decode() for key in found} == said


def test_the_same_content_has_one(machine: Mirrored, address: str, make: Make) -> None:
    spec, made = make("same")
    publish(machine("one"), spec, made)
    publish(machine("other"), spec, made)
    keys = [one for one in open_store(address).heads() if one.endswith(".geojson")]
    assert keys == [f"layers/a/{spec.version}/a.geojson"]


@pytest.mark.parametrize("looked", [True, False])
def test_two_contents_of_one_name_are_refused(
    machine: Mirrored, make: Make, looked: bool
) -> None:
    """Hashes that begin alike: nobody has found such contents, so one is stated."""
    one, other = machine("one"), machine("other")
    spec, made = make("first")
    publish(one, spec, made)
    if looked:
        refresh(other, now=True)
    stranger, made = make("second")
    twin = stranger.model_copy(update={"sha256": spec.sha256[:12] + "0" * 52})
    assert twin.version == spec.version
    with staging(other, "a") as incoming:
        (incoming / "a.geojson").write_bytes(made.read_bytes())
        with pytest.raises(CatalogError) as refused:
            put(incoming, twin)
    assert refused.value.code == "catalog_version_exists"
    refresh(one, now=True)
    assert current_version(one, "a") == spec.version
    kept = versions.folder(one, "a", spec.version) / "a.geojson"
    assert present(kept).read_text() == "first"
