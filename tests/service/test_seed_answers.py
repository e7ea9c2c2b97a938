"""The whole path on the seed layers: command line, analysis, geo, catalogue, files."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli import main

Answer = dict[str, Any]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> Answer:
        code = main([*arguments, "--json"])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        answer: Answer = json.loads(printed.out)
        return answer

    return run


OVERLAPS = [("banners", "redline"), ("leagues", "sandy_lands"), ("basins", "banners")]
ZONALS = [("leagues", "land_cover"), ("redline", "climate_zone")]


@pytest.mark.parametrize(("left", "right"), OVERLAPS)
def test_overlap_and_remainder_make_the_feature(
    ask: Any, left: str, right: str
) -> None:
    answer = ask("overlap", left, right)
    areas = {row["id"]: row["area_m2"] for row in ask("area", left)["rows"]}
    rest = {
        row["left_id"]: row["area_m2"]
        for row in answer["rows"]
        if row["kind"] == "remainder" and row["left_id"] is not None
    }
    assert rest.keys() == areas.keys()
    for feature in answer["left_features"]:
        whole = areas[feature["id"]]
        parts = feature["overlap_dissolved_m2"] + rest[feature["id"]]
        assert parts == pytest.approx(whole, rel=1e-9)
    totals = answer["totals"]
    parts = totals["overlap_dissolved_m2"] + totals["left_remainder_m2"]
    assert parts == pytest.approx(totals["left_dissolved_m2"], rel=1e-9)


@pytest.mark.parametrize(("zones", "raster"), ZONALS)
def test_zonal_rows_make_the_zone(ask: Any, zones: str, raster: str) -> None:
    answer = ask("zonal", zones, raster)
    areas = {row["id"]: row["area_m2"] for row in ask("area", zones)["rows"]}
    sums = dict.fromkeys(areas, 0.0)
    for row in answer["rows"]:
        # The seed rasters cover the region: nothing may have to be called outside.
        assert row["value"] != "outside"
        sums[row["zone_id"]] += row["area_m2"]
    assert sums == pytest.approx(areas, rel=1e-7)


def test_region_is_1145881_km2(ask: Any) -> None:
    total = ask("area", "banners")["total_m2"]
    assert total / 1e6 == pytest.approx(1_145_881, abs=1)


def test_key_function_banners_are_76_percent_of_the_map(ask: Any) -> None:
    total = ask("area", "banners")["total_m2"]
    share = ask("area", "key_function_banners")["total_m2"] / total
    assert 100 * share == pytest.approx(76.0, abs=0.05)


def test_redline_is_50_46_percent_of_the_map(ask: Any) -> None:
    total = ask("area", "province")["total_m2"]
    answer = ask("overlap", "province", "redline")
    share = answer["totals"]["overlap_dissolved_m2"] / total
    assert 100 * share == pytest.approx(50.46, abs=0.05)


def test_a_modelled_layer_says_so_in_every_answer(ask: Any) -> None:
    answer = ask("overlap", "leagues", "redline")
    assert answer["right"]["status"] == "modelled"
    notes = [note for note in answer["notes"] if note["code"] == "layer_caution"]
    assert any("not the statutory red line" in note["en"] for note in notes)
    assert any("非法定" in note["zh"] for note in notes)


def test_same_question_same_result_id(ask: Any) -> None:
    first, second = (ask("overlap", "leagues", "lakes") for _ in range(2))
    other = ask("overlap", "lakes", "leagues")
    assert first == second
    assert first["result_id"] != other["result_id"]


def test_all_layers_say_what_they_are(ask: Any) -> None:
    layers = ask("layers")["layers"]
    kinds = [layer["kind"] for layer in layers]
    assert kinds.count("vector") >= 11
    assert kinds.count("raster") >= 5
    for layer in layers:
        assert layer["status"]
        assert layer["licence"]
        assert layer["provenance"]["source"]
        assert layer["title"]["zh"]
        assert layer["title"]["en"]


def test_crosstab_closes_and_agrees_with_zonal(ask: Any) -> None:
    answer = ask("crosstab", "leagues", "land_cover", "climate_zone")
    single = ask("zonal", "leagues", "climate_zone")
    sums: dict[tuple[str, Any], float] = {}
    for row in answer["rows"]:
        key = (row["zone_id"], row["value_b"])
        sums[key] = sums.get(key, 0.0) + row["area_m2"]
        assert row["label_a"]
        assert row["label_b_en"]
    wanted = {(row["zone_id"], row["value"]): row["area_m2"] for row in single["rows"]}
    assert sums == pytest.approx(wanted, rel=1e-9)
    assert sum(sums.values()) == pytest.approx(answer["zones_m2"], rel=1e-9)


def test_percentiles_of_a_continuous_raster(ask: Any) -> None:
    answer = ask("zonal", "leagues", "elevation", "--percentiles", "0,50,100")
    for row in answer["statistics"]:
        percentiles = row["percentiles"]
        assert percentiles["0"] == row["min"]
        assert percentiles["100"] == row["max"]
        assert row["min"] < percentiles["50"] < row["max"]
        assert row["min"] < row["mean"] < row["max"]


def test_engines_agree(ask: Any) -> None:
    kernel, geos = (
        ask("overlap", "banners", "redline", "--engine", engine)
        for engine in ("kernel", "geos")
    )
    assert kernel["result_id"] != geos["result_id"]
    rows = [
        {
            (row["left_id"], row["right_id"]): row["area_m2"]
            for row in answer["rows"]
            if row["area_m2"] > 1
        }
        for answer in (kernel, geos)
    ]
    assert rows[0] == pytest.approx(rows[1], rel=1e-9, abs=1e-3)
    for key, value in geos["totals"].items():
        assert kernel["totals"][key] == pytest.approx(value, rel=1e-9, abs=1.0e3)


def test_shared_polygons_carry_status_and_area(ask: Any, tmp_path: Path) -> None:
    output = tmp_path / "pieces.geojson"
    answer = ask("overlap", "leagues", "redline", "--geometry", str(output))
    pieces = json.loads(output.read_text(encoding="utf-8"))["features"]
    total = sum(piece["properties"]["area_m2"] for piece in pieces)
    assert total == pytest.approx(answer["totals"]["overlap_sum_m2"], rel=1e-9)
    assert {piece["properties"]["right_status"] for piece in pieces} == {"modelled"}
    assert all("非法定" in piece["properties"]["right_caution"] for piece in pieces)
