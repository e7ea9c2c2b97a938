from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.models import LayerSpec
from service.map_labels import MOST_LABELS, labels, neighbours

MakeSpec = Callable[..., LayerSpec]
SMALL, LARGE = shapely.box(110, 40, 111, 41), shapely.box(112, 40, 116, 44)


def named(zh: list[Any], en: list[Any], geometry: list[Any], **more: Any) -> Any:
    columns = {"name_zh": zh, "name_en": en, **more}
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4490")


def made(spec: LayerSpec, table: Any, language: Any = "zh") -> Any:
    return labels(spec, table, table.geometry.to_numpy(), language)


def test_names_stand_inside_their_features(make_spec: MakeSpec) -> None:
    crescent = shapely.Point(110, 45).buffer(2) - shapely.Point(110.8, 45).buffer(1.9)
    (label,) = made(make_spec("leagues"), named(["月"], ["Moon"], [crescent]))
    assert (label.text, label.second, label.kind) == ("月", "Moon", "league")
    assert crescent.contains(shapely.Point(label.places[0]))
    assert not crescent.contains(crescent.centroid), "a harder case than the centroid"


def test_readers_language_first_and_the_other_where_it_is_missing(
    make_spec: MakeSpec,
) -> None:
    table = named(["甲", "乙"], ["A", None], [LARGE, SMALL])
    texts = [(one.text, one.second) for one in made(make_spec("leagues"), table, "en")]
    assert texts == [("A", "甲"), ("乙", None)]


def test_each_name_stands_once_on_its_largest_feature(make_spec: MakeSpec) -> None:
    table = named(["湖", "湖"], ["Lake", "Lake"], [SMALL, LARGE])
    (label,) = made(make_spec("lakes", theme="water"), table)
    assert LARGE.contains(shapely.Point(label.places[0]))


@pytest.mark.parametrize("name", [None, "未命名湖泊(111.15 E)", "未定名湖泊"])
def test_features_without_a_name_have_no_label(make_spec: MakeSpec, name: Any) -> None:
    table = named([name], [None], [LARGE])
    assert made(make_spec("lakes", theme="water"), table) == []


def test_remarks_in_brackets_do_not_stand_on_the_map(make_spec: MakeSpec) -> None:
    names = ["Yellow River (other bank)", "Heilong (Amur) River"]
    table = named(["黄河（另一岸）", "黑龙江"], names, [LARGE, SMALL])
    texts = [one.text for one in made(make_spec("rivers", theme="water"), table, "en")]
    assert texts == ["Yellow River", "Heilong (Amur) River"]
    zh = [one.text for one in made(make_spec("rivers", theme="water"), table)]
    assert zh == ["黄河", "黑龙江"]


def test_parts_outside_the_region_have_no_label(make_spec: MakeSpec) -> None:
    spec = make_spec("sandy_lands", theme="sand")
    table = named(["内", "外"], ["In", "Out"], [SMALL, LARGE], in_region=[True, False])
    assert [one.text for one in made(spec, table)] == ["内"]


def test_rivers_offer_several_places_along_the_line(make_spec: MakeSpec) -> None:
    line = shapely.LineString([(110, 40), (114, 40)])
    spec = make_spec("rivers", theme="water", geometry="line")
    (label,) = made(spec, named(["河"], ["River"], [line]))
    assert label.places[0] == (112, 40)
    assert len(set(label.places)) == 5
    assert all(line.distance(shapely.Point(place)) < 1e-9 for place in label.places)


def test_important_layers_and_large_features_come_first(make_spec: MakeSpec) -> None:
    table = named(["大", "小"], ["Large", "Small"], [LARGE, SMALL])
    league = made(make_spec("leagues"), table)
    banner = made(make_spec("banners"), table)
    ranks = [one.rank for one in [*league, *banner]]
    assert ranks == sorted(ranks, reverse=True)


def test_capital_is_named_before_larger_leagues(make_spec: MakeSpec) -> None:
    table = named(["大", "呼和浩特市"], ["Large", "Hohhot"], [LARGE, SMALL])
    table.index = ["152900", "150100"]
    first, second = made(make_spec("leagues"), table)
    assert (first.text, second.text) == ("呼和浩特市", "大")
    assert first.rank > second.rank


def test_small_features_wait_for_a_closer_look(make_spec: MakeSpec) -> None:
    tiny = shapely.box(110, 40, 110.01, 40.01)
    table = named(["大", "小"], ["Large", "Small"], [LARGE, tiny])
    large, small = made(make_spec("lakes", theme="water"), table)
    assert small.zooms[0] > large.zooms[0]


def test_layers_of_areas_without_names_of_their_own(make_spec: MakeSpec) -> None:
    table = named(["一"], ["One"], [LARGE])
    assert made(make_spec("redline", theme="redline"), table) == []


def test_points_and_many_names(make_spec: MakeSpec) -> None:
    places = [shapely.Point(lon, 45) for lon in np.linspace(100, 120, 400)]
    names = [f"井{i}" for i in range(400)]
    spec = make_spec("wells", theme="user", geometry="point")
    answered = made(spec, named(names, names, places))
    assert len(answered) == MOST_LABELS
    assert answered[0].second is None, "the same words are not said twice"


def test_neighbours_are_named_in_both_languages() -> None:
    zh = {one.text: one.second for one in neighbours("zh")}
    en = {one.text: one.second for one in neighbours("en")}
    assert zh["蒙古国"] == "MONGOLIA"
    assert en == {second: text for text, second in zh.items()}
