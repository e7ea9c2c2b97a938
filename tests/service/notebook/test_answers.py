"""The Python door gives the command line's answers, to the last bit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal
from pyproj import Geod

from geo.errors import CRSError, EcobarrierError, GeoError
from layers.errors import LayerReadError
from service.cli import main
from service.notebook import NotebookCatalog, in_unit, matrix, open_catalog, to_xlsx

Answer = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def catalog() -> NotebookCatalog:
    return open_catalog()


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Answer:
    def run(*words: str) -> dict[str, Any]:
        assert main([*words, "--json"]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return run


def parcels() -> gpd.GeoDataFrame:
    shapes = [shapely.box(111, 41, 111.2, 41.1), shapely.box(112.5, 43.5, 112.6, 43.7)]
    return gpd.GeoDataFrame(
        {"name": ["甲", "乙"]},
        index=pd.Index([7, 9], name="parcel"),
        geometry=shapes,
        crs="EPSG:4490",
    )


def column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]


def test_area_is_the_command_lines(catalog: NotebookCatalog, command: Answer) -> None:
    said = command("area", "leagues")
    table = catalog.area("leagues")
    assert list(table.index) == column(said["rows"], "id")
    for name in ("area_m2", "area_geodesic_m2", "area_official_m2"):
        assert table[name].tolist() == column(said["rows"], name)
    assert table.attrs["result_id"] == said["result_id"]
    assert table.attrs["totals"]["total_m2"] == said["total_m2"]


def test_overlap_is_the_command_lines(
    catalog: NotebookCatalog, command: Answer
) -> None:
    said = command("overlap", "leagues", "redline")
    pairs = catalog.overlap("leagues", "redline")
    rows = [row for row in said["rows"] if row["kind"] == "overlap"]
    assert pairs.to_dict("records") == [
        {key: value for key, value in row.items() if key != "kind"} for row in rows
    ]
    by_league = catalog.overlap("leagues", "redline", by="left")
    for name in ("area_m2", "overlap_sum_m2", "overlap_dissolved_m2", "remainder_m2"):
        assert by_league[name].tolist() == column(said["left_features"], name)
    assert pairs.attrs["totals"] == said["totals"]
    assert pairs.attrs["result_id"] == by_league.attrs["result_id"] == said["result_id"]
    assert [one["status"] for one in pairs.attrs["layers"]] == ["official", "modelled"]
    assert len(pairs.attrs["notes"]) == len(said["notes"])


def test_zonal_is_the_command_lines(catalog: NotebookCatalog, command: Answer) -> None:
    said = command("zonal", "forest_regions", "ndvi_max", "--percentiles", "5,50")
    table = catalog.zonal("forest_regions", "ndvi_max")
    assert table.to_dict("records") == said["rows"]
    spread = catalog.statistics("forest_regions", "ndvi_max", percentiles=(5, 50))
    for number, row in enumerate(said["statistics"]):
        assert spread["mean"].iloc[number] == row["mean"]
        assert spread["percentile_50"].iloc[number] == row["percentiles"]["50"]
    assert spread.attrs["result_id"] == said["result_id"]
    assert spread.attrs["unit"] == "1"


def test_crosstab_is_the_command_lines(
    catalog: NotebookCatalog, command: Answer
) -> None:
    said = command("crosstab", "forest_regions", "land_cover", "climate_zone")
    table = catalog.crosstab("forest_regions", "land_cover", "climate_zone")
    assert table.to_dict("records") == said["rows"]


def test_attributes_outlive_parquet(catalog: NotebookCatalog, tmp_path: Path) -> None:
    table = catalog.overlap("leagues", "redline")
    table.to_parquet(tmp_path / "t.parquet")
    again = pd.read_parquet(tmp_path / "t.parquet")
    assert again.attrs == json.loads(json.dumps(table.attrs))
    assert_frame_equal(again, table, check_dtype=False)


def test_rows_of_a_layer_keep_what_it_is(catalog: NotebookCatalog) -> None:
    banners = catalog["banners"]
    ordos = banners[banners["league_en"] == "Ordos"]
    part = catalog.overlap(ordos, "redline", by="left")
    whole = catalog.overlap("banners", "redline", by="left")
    assert_frame_equal(part, whole.loc[ordos.index], check_exact=True)
    assert part.attrs["layers"][0]["status"] == "official"
    assert part.attrs["layers"][0]["accuracy_m"] == 300
    assert part.attrs["result_id"] != whole.attrs["result_id"]
    assert catalog.overlap(ordos, "redline")["uncertainty_m2"].notna().all()


def test_all_rows_of_a_layer_are_the_layer(catalog: NotebookCatalog) -> None:
    with_column = catalog["leagues"].assign(extra=1)
    one, other = catalog.area(with_column), catalog.area("leagues")
    assert_frame_equal(one, other, check_exact=True)
    assert one.attrs == other.attrs


def test_changed_shapes_lose_the_status(catalog: NotebookCatalog) -> None:
    leagues = catalog["leagues"].head(2)
    moved = leagues.set_geometry(leagues.geometry.translate(0.001))
    said = catalog.area(moved).attrs["layers"][0]
    assert (said["status"], said["accuracy_m"]) == ("user", None)


def test_a_frames_own_index_comes_back(catalog: NotebookCatalog) -> None:
    mine = parcels()
    by_parcel = catalog.overlap(mine, "redline", by="left")
    joined = mine.join(by_parcel["share"])
    assert joined["share"].notna().all()
    pairs = catalog.overlap(mine, "leagues")
    assert pairs["left_id"].tolist() == [7, 9]
    assert pairs["left_name"].tolist() == ["甲", "乙"]
    assert catalog.zonal(mine, "land_cover")["zone_id"].isin([7, 9]).all()
    assert catalog.statistics(mine, "elevation").index.tolist() == [7, 9]


def test_frames_and_files_give_the_same_numbers(
    catalog: NotebookCatalog, tmp_path: Path
) -> None:
    mine = parcels().to_crs("EPSG:4526")
    file = tmp_path / "parcels.gpkg"
    mine.reset_index().rename(columns={"parcel": "id"}).to_file(file)
    from_file = catalog.area(str(file))
    from_frame = catalog.area(mine)
    assert from_file["area_official_m2"].tolist() == (
        from_frame["area_official_m2"].tolist()
    )
    # What was read from a file keeps the plane of its source.
    assert_frame_equal(catalog.area(catalog[str(file)]), from_file, check_exact=True)


def test_result_id_rests_on_content_only(catalog: NotebookCatalog) -> None:
    one, other = (catalog.overlap(parcels(), "redline") for _ in range(2))
    assert one.attrs["result_id"] == other.attrs["result_id"]
    renamed = parcels().assign(name="丙")
    changed = catalog.overlap(renamed, "redline").attrs["result_id"]
    assert changed != one.attrs["result_id"]


def test_accuracy_of_a_frame_gives_a_spread(catalog: NotebookCatalog) -> None:
    unknown = catalog.overlap(parcels(), "leagues")["uncertainty_m2"]
    stated = catalog.overlap(parcels().assign(accuracy_m=5.0), "leagues")
    assert unknown.isna().all()
    assert stated["uncertainty_m2"].notna().all()


def test_nothing_in_common_is_an_empty_table_with_all_columns(
    catalog: NotebookCatalog,
) -> None:
    yellow_sea = parcels().set_geometry(parcels().geometry.translate(5, -5))
    pairs = catalog.overlap(yellow_sea, "leagues")
    assert pairs.empty
    assert pairs["area_m2"].sum() == 0.0
    assert pairs.attrs["totals"]["overlap_dissolved_m2"] == 0.0


@pytest.mark.parametrize(
    ("frame", "error", "code"),
    [
        (
            gpd.GeoDataFrame(geometry=[shapely.box(111, 41, 112, 42)]),
            CRSError,
            "crs_missing_candidates",
        ),
        (parcels().iloc[:0], LayerReadError, "frame_no_rows"),
    ],
)
def test_frames_that_cannot_be_measured(
    catalog: NotebookCatalog,
    frame: gpd.GeoDataFrame,
    error: type[EcobarrierError],
    code: str,
) -> None:
    with pytest.raises(error) as refused:
        catalog.area(frame)
    assert refused.value.code == code


def test_statistics_of_classes_are_refused(catalog: NotebookCatalog) -> None:
    with pytest.raises(GeoError) as refused:
        catalog.statistics("leagues", "land_cover")
    assert refused.value.code == "statistics_of_classes"


def test_catalog_is_a_mapping_of_ids(catalog: NotebookCatalog) -> None:
    assert list(catalog) == list(catalog.layers.index)
    assert "redline" in catalog
    assert "parcels" not in catalog
    assert len(catalog) == len(catalog.entries) >= 16
    assert catalog.layers.loc["redline", "status"] == "modelled"
    assert "redline" in catalog._repr_html_()


def test_frames_are_the_callers_to_change(catalog: NotebookCatalog) -> None:
    mine = catalog["leagues"]
    mine["name_zh"] = "?"
    mine.attrs["layers"].clear()
    mine.attrs.clear()
    assert "?" not in set(catalog["leagues"]["name_zh"])
    assert catalog["leagues"].attrs["layers"]


def test_length_of_a_line_is_the_geodesic_one(catalog: NotebookCatalog) -> None:
    frame = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(110, 40), (111, 40), (111, 41)])],
        index=["a"],
        crs="EPSG:4490",
    )
    expected = Geod(ellps="GRS80").geometry_length(frame.geometry.iloc[0])
    assert catalog.length(frame).loc["a", "length_m"] == pytest.approx(expected, 1e-12)


def test_matrix_has_rows_columns_and_names(catalog: NotebookCatalog) -> None:
    pairs = catalog.overlap("sandy_lands", "leagues")
    wide = matrix(pairs, names="zh")
    assert wide.loc["库布其沙漠", "鄂尔多斯市"] == (
        pairs.query("left_id == 'kubuqi' and right_id == '150600'")["area_m2"].item()
    )
    assert wide.to_numpy().sum() == pytest.approx(pairs["area_m2"].sum(), rel=1e-12)
    assert wide.attrs["result_id"] == pairs.attrs["result_id"]
    classes = matrix(catalog.zonal("leagues", "land_cover"), "share")
    assert classes.sum(axis=1).to_numpy() == pytest.approx(np.ones(12), rel=1e-9)


def test_matrix_tells_features_of_one_name_apart(catalog: NotebookCatalog) -> None:
    twins = parcels().assign(name="甲")
    assert list(matrix(catalog.overlap(twins, "leagues")).index) == ["甲 (7)", "甲 (9)"]


def test_units_are_in_the_names(catalog: NotebookCatalog) -> None:
    table = catalog.area("leagues")
    in_mu = in_unit(table, "mu")
    assert "area_mu" in in_mu
    assert "area_m2" not in in_mu
    # A mu is 2000/3 m2.
    assert in_mu["area_mu"].iloc[0] == pytest.approx(table["area_m2"].iloc[0] * 0.0015)
    assert in_mu.attrs == table.attrs
    with pytest.raises(GeoError, match="acre"):
        in_unit(table, "acre")  # type: ignore[arg-type]


def test_workbook_has_tables_and_what_they_rest_on(
    catalog: NotebookCatalog, tmp_path: Path
) -> None:
    table = catalog.overlap(parcels(), "redline", by="left")
    file = tmp_path / "out.xlsx"
    to_xlsx(file, parcels=table, areas=catalog.area(parcels()))
    sheets = pd.read_excel(file, sheet_name=None, header=None)
    assert list(sheets) == ["parcels", "areas", "来源 Provenance"]
    first = pd.read_excel(file, sheet_name="parcels", index_col=0)
    # The format holds 16 digits.
    assert first["area_m2"].to_numpy() == pytest.approx(table["area_m2"], rel=1e-15)
    text = "\n".join(map(str, sheets["来源 Provenance"][0]))
    assert table.attrs["result_id"] in text
    assert "modelled" in text
