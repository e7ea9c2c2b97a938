import geopandas as gpd
import pandas as pd
import shapely

from service.map_search import MOST_OF_A_LAYER, findings


def table(zh: list[str | None], en: list[str | None]) -> gpd.GeoDataFrame:
    size = len(zh)
    shapes = [
        shapely.box(105 + i * 0.01, 40, 105.005 + i * 0.015, 40.1) for i in range(size)
    ]
    names = pd.DataFrame({"name_zh": zh, "name_en": en}, dtype=object)
    return gpd.GeoDataFrame(names, geometry=shapes, crs=4490)


def test_names_have_pinyin_and_initials() -> None:
    features = table(["额济纳旗"], ["Ejin Banner"])
    (one,) = findings(features, features.geometry.to_numpy())
    assert one[:4] == ("额济纳旗", "Ejin Banner", "ejinaqi", "ejnq")
    assert shapely.Point(one.at).within(features.geometry.iloc[0])
    assert one.bounds == (105, 40, 105.005, 40.1)


def test_one_name_is_found_once_and_covers_all_its_parts() -> None:
    features = table(["黑河", "黑河", "岱海（湖）"], ["Hei River", "Hei River", None])
    large, small = findings(features, features.geometry.to_numpy())
    assert {large.zh, small.zh} == {"黑河", "岱海"}
    river = large if large.zh == "黑河" else small
    assert river.bounds == (105, 40, 105.02, 40.1)


def test_what_has_no_name_cannot_be_found() -> None:
    features = table([None, None, "未命名"], ["Only English", None, "unnamed 3"])
    (one,) = findings(features, features.geometry.to_numpy())
    assert (one.zh, one.en, one.pinyin) == ("", "Only English", "")
    assert findings(features.iloc[1:2], features.geometry.to_numpy()[1:2]) == []


def test_a_layer_of_parcels_does_not_fill_the_file() -> None:
    count = MOST_OF_A_LAYER + 5
    features = table([f"地块{i}" for i in range(count)], [None] * count)
    assert len(findings(features, features.geometry.to_numpy())) == MOST_OF_A_LAYER
