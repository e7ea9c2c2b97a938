"""History, difference, going back, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.errors import CatalogError, LayerNotFoundError
from layers.importing.report import ImportReport
from layers.importing.versions import diff, history, prune, use

Bring = Callable[..., ImportReport]

HEAD = "4,0,{name},{title},面,,,,@\n"
RING = """J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,363730{size}.0000
J3,1,4466025.0000,363730{size}.0000
J4,1,4466025.0000,36373000.0000
"""


def parcels(path: Path, *rows: tuple[str, str, int]) -> Path:
    texts = [HEAD.format(name=a, title=b) + RING.format(size=c) for a, b, c in rows]
    path.write_text("[地块坐标]\n" + "".join(texts), encoding="utf-8")
    return path


@pytest.fixture
def three(bring: Bring, tmp_path: Path) -> list[str]:
    rows = (
        (("A", "甲", 20), ("B", "乙", 20)),
        (("A", "甲", 40), ("B", "丙", 20), ("C", "丁", 20)),
        (("A", "甲", 40),),
    )
    return [bring(parcels(tmp_path / "a.txt", *one)).version for one in rows]


def test_history(workspace: Path, three: list[str]) -> None:
    found = history(workspace, "mine").versions
    assert [one.version for one in found] == three
    assert [one.current for one in found] == [False, False, True]
    assert [one.rows for one in found] == [2, 3, 1]


def test_diff(workspace: Path, three: list[str]) -> None:
    report = diff(workspace, "mine", three[0], three[1][:6])
    changes = {one.feature: one for one in report.changes}
    assert report.counts == {"added": 1, "geometry": 1, "attributes": 1, "same": 0}
    assert changes["A"].before_m2 == pytest.approx(499.8017, abs=1e-3)
    assert changes["A"].after_m2 == pytest.approx(2 * 499.8017, abs=2e-3)
    assert changes["B"].fields == ("DKMC",)
    assert changes["C"].change == "added"
    back = diff(workspace, "mine", three[1], three[2])
    assert back.counts == {"removed": 2, "same": 1}


def test_use_goes_back(workspace: Path, three: list[str]) -> None:
    assert use(workspace, "mine", three[0]) == three[0]
    catalog = Catalog.open(Path("seeds"), workspace)
    assert catalog.spec("mine").version == three[0]
    assert len(catalog.vector("mine").features) == 2


@pytest.mark.parametrize("version", ["", "zzz", "../.."])
def test_unknown_version(workspace: Path, three: list[str], version: str) -> None:
    with pytest.raises(CatalogError) as refused:
        use(workspace, "mine", version)
    assert refused.value.code == "version_not_found"
    assert three[0] in str(refused.value)


def test_unknown_layer(workspace: Path, three: list[str]) -> None:
    assert three
    with pytest.raises(LayerNotFoundError):
        history(workspace, "other")


def test_prune_keeps_newest_and_current(workspace: Path, three: list[str]) -> None:
    use(workspace, "mine", three[0])
    assert prune(workspace, "mine", 1, kept_s=0.0) == [three[1]]
    assert [one.version for one in history(workspace, "mine").versions] == [
        three[0],
        three[2],
    ]


def test_restricted_carries_its_marks(
    bring: Bring, workspace: Path, tmp_path: Path
) -> None:
    path = parcels(tmp_path / "a.txt", ("A", "甲", 20))
    report = bring(path, secrecy="内部", scope="仅限本单位", caution="以批复为准。")
    spec = Catalog.open(Path("seeds"), workspace).spec("mine")
    assert report.restricted
    assert spec.restricted
    assert (spec.secrecy, spec.scope) == ("内部", "仅限本单位")
    assert spec.caution is not None
    assert all(one in spec.caution.zh for one in ("内部", "仅限本单位", "以批复为准"))
