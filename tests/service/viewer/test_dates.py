"""Years that the time slider stops at: of data, columns and versions."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from service.viewer.dates import layer_dates, year_column


def test_seeds_know_their_years(real_catalog: Catalog) -> None:
    found = layer_dates(real_catalog, list(real_catalog.specs), None)
    listing = found["key_function_banners"]
    table = real_catalog.vector("key_function_banners").features
    assert listing.field == "listed_since"
    assert list(listing.years) == sorted(set(table["listed_since"]))
    assert found["land_cover"].valid_time == "2019"
    assert "rivers" not in found


def test_earlier_versions_of_another_time_are_told(
    small_seeds: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    region = Region(Catalog.open(small_seeds))
    for year, east in (("2018", 109.0), ("2024", 109.5)):
        file = tmp_path / f"plan{year}.geojson"
        gpd.GeoDataFrame(geometry=[shapely.box(108.5, 40, east, 41)], crs=4490).to_file(
            file
        )
        options = ImportOptions(id="plan", valid_time=year)
        import_files([file], options, workspace, region)
    catalog = Catalog.open(small_seeds, workspace)
    (plan,) = layer_dates(catalog, [catalog.spec("plan")], workspace).values()
    assert plan.valid_time == "2024"
    assert [one.valid_time for one in plan.older] == ["2018"]


@pytest.mark.parametrize(
    "columns",
    [
        {"area": [2001, 2002]},
        {"built_year": [2001, None]},
        {"built_year": [2001, 20020]},
        {"built_year": ["2001", "x"]},
        {"built_year": [2001.5, 2002]},
        {"built_year": [2001, 2001]},
    ],
)
def test_other_columns_are_no_dates(columns: dict[str, list[object]]) -> None:
    table = gpd.GeoDataFrame(columns, geometry=[shapely.Point(0, 0)] * 2)
    assert year_column(table) == (None, ())


def test_years_written_as_text_count() -> None:
    table = gpd.GeoDataFrame(
        {"列入年份": ["2010", "2016"]}, geometry=[shapely.Point(0, 0)] * 2
    )
    assert year_column(table) == ("列入年份", (2010, 2016))
