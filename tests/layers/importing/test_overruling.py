"""What a person says of rings, units and the prefix."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo.errors import CRSError
from layers.importing.report import ImportReport

Bring = Callable[..., ImportReport]

OUTER = shapely.box(107, 40, 107.3, 40.3)
INNER = shapely.box(107.1, 40.1, 107.2, 40.2)
HOLED = shapely.difference(OUTER, INNER)
LOOSE = shapely.MultiPolygon([OUTER, INNER])
"""As programs write it that number rings and do not say their role."""

PARCEL = """[地块坐标]
4,0.05,DK1,管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,36373020.0000
J3,1,4466025.0000,36373020.0000
J4,1,4466025.0000,36373000.0000
"""


def layer(path: Path, shape: shapely.Geometry) -> Path:
    gpd.GeoDataFrame({"id": ["A"]}, geometry=[shape], crs=4490).to_file(path)
    return path


def decided(report: ImportReport, what: str) -> dict[str, Any]:
    (one,) = (one for one in report.decisions if one["what"] == what)
    return one


def test_rings_by_containment(bring: Bring, tmp_path: Path) -> None:
    plain = bring(layer(tmp_path / "a.gpkg", HOLED))
    loose = bring(layer(tmp_path / "b.gpkg", LOOSE), rings="containment")
    assert loose.area_m2 == pytest.approx(plain.area_m2, rel=1e-12)
    assert decided(loose, "rings")["code"] == "ring_roles_stated"
    assert decided(loose, "rings")["value"] == "containment"


def test_no_ring_is_a_hole(bring: Bring, tmp_path: Path) -> None:
    whole = bring(layer(tmp_path / "a.gpkg", OUTER))
    filled = bring(layer(tmp_path / "b.gpkg", HOLED), rings="filled")
    assert filled.area_m2 == pytest.approx(whole.area_m2, rel=1e-12)
    assert "1 " in decided(filled, "rings")["reason"]["en"]


def test_rings_of_others_stay(bring: Bring, tmp_path: Path) -> None:
    shape = shapely.union(HOLED, shapely.box(108, 40, 108.1, 40.1))
    plain = bring(layer(tmp_path / "a.gpkg", shape))
    stated = bring(layer(tmp_path / "a.gpkg", shape), rings="containment")
    assert stated.area_m2 == pytest.approx(plain.area_m2, rel=1e-12)
    assert "0 " in decided(stated, "rings")["reason"]["en"]


@pytest.mark.parametrize(("unit", "fits"), [("ha", True), ("m2", False), ("mu", False)])
def test_units(bring: Bring, tmp_path: Path, unit: str, fits: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text(PARCEL, encoding="utf-8")
    report = bring(path, units=unit)
    assert decided(report, "units")["value"] == unit
    assert decided(report, "units")["code"] == "txt_area_unit_stated"
    off = [one for one in report.notes if one["code"] == "txt_area_differs"]
    assert [one["features"] for one in off] == ([] if fits else ["DK1"])


@pytest.mark.parametrize("stated", ["with", "without"])
@pytest.mark.parametrize("carried", [True, False])
def test_prefix(bring: Bring, tmp_path: Path, stated: str, carried: bool) -> None:
    path = tmp_path / "a.txt"
    text = PARCEL if carried else PARCEL.replace(",36373", ",373")
    path.write_text(text, encoding="utf-8")
    options = {"prefix": stated, **({} if carried else {"zone": 36})}
    if (stated == "with") == carried:
        assert bring(path, **options).rows == 1
        return
    with pytest.raises(CRSError) as refused:
        bring(path, **options)
    assert refused.value.code == "import_prefix_contradicted"
