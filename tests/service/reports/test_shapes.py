"""The GeoPackage as another program reads it."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.area import area
from service.checking.check import CheckOutcome
from service.reports.shapes import result_shapes
from service.reports.writing import write_report

DAY = date(2026, 1, 15)


def read(path: Path, layer: str) -> gpd.GeoDataFrame:
    table: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=layer)
    return table


@pytest.fixture(scope="module")
def files(
    sample: CheckOutcome, many: CheckOutcome, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("gpkg")
    made = {"sample": folder / "样例.gpkg", "many": folder / "many.gpkg"}
    for name, outcome in (("sample", sample), ("many", many)):
        write_report(outcome, made[name], "zh", made_on=DAY)
    return made


@pytest.mark.parametrize("name", ["sample", "many"])
@pytest.mark.parametrize("layer", ["parcels", "overlaps", "remainders", "slivers"])
def test_areas_are_those_of_the_shapes(
    files: dict[str, Path], name: str, layer: str
) -> None:
    table = read(files[name], layer)
    assert table.crs == "EPSG:4490"
    measured = area(table.geometry).to_numpy()
    # 1e-9 degree is what coordinates of a cut polygon are known to: 0.1 mm.
    tolerance = 1e-4 * shapely.length(table.geometry.to_numpy()) * 1e5 + 1e-6
    assert (abs(measured - table["area_m2"].to_numpy(float)) <= tolerance).all()


@pytest.mark.parametrize("name", ["sample", "many"])
def test_parts_make_up_the_parcel(files: dict[str, Path], name: str) -> None:
    """Overlaps, slivers and remainder lie beside each other and fill the parcel."""
    parcels = read(files[name], "parcels").set_index("parcel").geometry
    parts = [read(files[name], one) for one in ("overlaps", "slivers", "remainders")]
    shapes: dict[tuple[str, str], list[shapely.Geometry]] = {}
    printed: dict[tuple[str, str], float] = {}
    for table in parts:
        for row in table.to_dict("records"):
            key = str(row["parcel"]), str(row["layer"])
            if not shapely.is_empty(row["geometry"]):
                shapes.setdefault(key, []).append(row["geometry"])
            printed[key] = printed.get(key, 0.0) + float(row["printed_ha"])
    totals = read(files[name], "parcels").set_index("parcel")["printed_ha"]
    for (parcel, layer), found in shapes.items():
        whole = shapely.union_all(found)
        off = shapely.symmetric_difference(whole, parcels[parcel])
        assert shapely.area(off) < 1e-13
        assert sum(map(shapely.area, found)) == pytest.approx(shapely.area(whole))
        assert printed[parcel, layer] == pytest.approx(totals[parcel], abs=1e-9)


def test_says_where_it_comes_from(files: dict[str, Path], sample: CheckOutcome) -> None:
    info = pyogrio.read_info(files["sample"], layer="parcels")
    about = info["dataset_metadata"]["provenance"]
    assert sample.report.result_id in about
    assert "非法定生态保护红线" in about
    table = pyogrio.read_dataframe(files["sample"], layer="layers")
    assert list(table["layer"]) == [one.id for one in sample.report.layers]
    assert set(table.loc[table["indicative"], "status"]) == {"modelled", "schematic"}


def test_restricted_layers_keep_their_shapes(many: CheckOutcome) -> None:
    shown = result_shapes(many, frozenset({"unit_03"}))
    for name in ("overlaps", "remainders", "slivers"):
        assert "unit_03" not in set(shown[name]["layer"])
    free = shown["parcels"].set_index("parcel_number")["free_area_m2"]
    touched = {
        one.number: any(r.layer == "unit_03" and r.touched for r in one.layers)
        for one in many.report.parcels
    }
    assert any(touched.values())
    assert {key for key in touched if touched[key]} == set(free.index[free.isna()])
