import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from service.bbox import bbox_areas, parse_bbox
from service.errors import ParameterError

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)


@given(west=LON, east=LON, latitudes=st.lists(LAT, min_size=2, max_size=2))
def test_four_numbers_come_back(
    west: float, east: float, latitudes: list[float]
) -> None:
    south, north = sorted(latitudes)
    text = f"{west!r},{south!r},{east!r},{north!r}"
    assert parse_bbox(text) == (west, south, east, north)


def test_heights_are_left_out() -> None:
    assert parse_bbox("110,40,-5,112,42,900") == (110, 40, 112, 42)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "1,2,inf,4", "1;2;3;4"]
)
def test_refuses_what_is_no_box(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_bbox(text)
    assert refused.value.code == "bbox_numbers"
    assert refused.value.details == {"parameter": "bbox", "value": text}


def test_refuses_south_above_north() -> None:
    with pytest.raises(ParameterError) as refused:
        parse_bbox("110,42,112,40")
    assert refused.value.code == "bbox_order"


@pytest.mark.parametrize("text", ["37,97,54,127", "37,-127,54,-97"])
def test_hard_25_swapped_axes_are_named(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_bbox(text)
    assert refused.value.code == "bbox_off_globe"
    assert "longitude first" in refused.value.text.en


def test_a_box_larger_than_the_globe_is_a_box() -> None:
    assert parse_bbox("-270,-135,270,135") == (-270, -135, 270, 135)


def test_box_across_the_180th_meridian_is_two() -> None:
    areas = bbox_areas((170, 10, -170, 20))
    assert [one.bounds for one in areas] == [(170, 10, 180, 20), (-180, 10, -170, 20)]
    assert [one.bounds for one in bbox_areas((1, 2, 3, 4))] == [(1, 2, 3, 4)]
    assert shapely.area(areas).sum() == pytest.approx(200)
