"""Programmes by league and banner: what is published by name, and where that ends."""

import csv
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

if TYPE_CHECKING:
    import shapely

SEEDS = Path(__file__).parents[2] / "seeds"
PROGRAMMES = gpd.read_parquet(SEEDS / "tianditu/programmes.parquet")
LISTS = tomllib.loads((SEEDS / "build/programmes.toml").read_text(encoding="utf-8"))
TABLES = sorted((SEEDS / "build").glob("*.csv"))


def members(programme: str) -> gpd.GeoDataFrame:
    return PROGRAMMES[PROGRAMMES["programme"] == programme]


def test_the_layer_is_the_list() -> None:
    listed = {
        (programme["id"], batch["year"], code)
        for programme in LISTS["programme"]
        for batch in programme["batch"]
        for code in [*batch["members"], *(s["within"] for s in batch.get("sites", []))]
    }
    columns = [PROGRAMMES[name] for name in ("programme", "since", "unit_adcode")]
    assert set(zip(*columns, strict=True)) == listed


def test_borders_are_those_of_the_leagues_and_banners() -> None:
    units: dict[str, shapely.Geometry] = {}
    for name in ("leagues", "banners"):
        frame = gpd.read_parquet(SEEDS / f"tianditu/{name}.parquet")
        units |= dict(zip(frame["adcode"], frame.geometry, strict=True))
    codes = PROGRAMMES["unit_adcode"]
    for code, shape in zip(codes, PROGRAMMES.geometry, strict=True):
        assert shape.equals_exact(units[code], 0)


@pytest.mark.parametrize(
    ("programme", "names"),
    [
        ("hexi", {"阿拉善盟"}),
        ("port", {"二连浩特市"}),
        ("model_site", {"磴口模式"}),
        (
            "jiziwan",
            {
                *("呼和浩特市", "包头市", "乌海市", "鄂尔多斯市"),
                *("巴彦淖尔市", "乌兰察布市", "阿拉善盟"),
            },
        ),
    ],
)
def test_who_belongs(programme: str, names: set[str]) -> None:
    assert set(members(programme)["name_zh"]) == names


def test_air_control_names_the_banners_of_the_plan() -> None:
    """呼包鄂 and around: 20 banners by name and the three districts of Wuhai."""
    air = members("air_control")
    assert len(air) == 23
    assert (air["unit_adcode"].str[:4] == "1503").sum() == 3
    assert set(air["unit"]) == {"banner"}


def test_alxa_is_in_two_battles() -> None:
    alxa = PROGRAMMES[PROGRAMMES["unit_adcode"] == "152900"]
    assert set(alxa["programme"]) == {"jiziwan", "hexi"}


def test_a_published_number_alone_gives_no_sure_name() -> None:
    assert set(members("jiziwan")["sureness"]) == {"C"}
    assert members("jiziwan")["gap_en"].str.contains("no list of the 35").all()


def test_a_site_without_an_outline_says_so() -> None:
    sites = PROGRAMMES[PROGRAMMES["place"] == "within"]
    assert (sites["name_zh"] != sites["unit_zh"]).all()
    wholes = PROGRAMMES[PROGRAMMES["place"] == "whole"]
    assert (wholes["name_zh"] == wholes["unit_zh"]).all()


def test_the_three_lakes_carry_their_programme() -> None:
    lakes = gpd.read_parquet(SEEDS / "lgpl3/lakes.parquet")
    named = lakes[lakes["programme_zh"] == "一湖两海"]
    assert set(named["name_zh"]) == {"呼伦湖", "乌梁素海", "岱海"}


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.name)
def test_no_comma_shifts_a_row(table: Path) -> None:
    """An unquoted comma of a remark once pushed the English one out of its column."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert {len(row) for row in rows} == {len(rows[0])}
