"""Expressions over a small catalogue, against areas and lengths known otherwise."""

from typing import Any

import pytest
from pydantic import TypeAdapter
from pyproj import Geod

from geo.errors import EcobarrierError
from geo.figures import Quantity, published
from layers.catalog import Catalog
from layers.figures.computing import Measurer
from layers.figures.expressions import Expression, layers_of, written

READ = TypeAdapter[Expression](Expression)
GEOD = Geod(ellps="GRS80")

REGION: dict[str, Any] = {"layer": "region"}
LEAGUES: dict[str, Any] = {"layer": "leagues"}
WEST = {"layer": "leagues", "where": {"part": "west"}}
SANDS: dict[str, Any] = {"layer": "sands"}


def box_km2(west: float, south: float, east: float, north: float) -> float:
    """Area of a box of degrees, its parallels cut into steps short as geodesics."""
    steps = 4000
    lons = [west + (east - west) * i / steps for i in range(steps + 1)]
    ring = [(lon, south) for lon in lons] + [(lon, north) for lon in reversed(lons)]
    x, y = zip(*ring, strict=True)
    area, _ = GEOD.polygon_area_perimeter(x, y)
    return abs(area) / 1e6


def value(catalog: Catalog, expression: dict[str, Any], **stated: Quantity) -> Quantity:
    return Measurer(catalog, stated).quantity(READ.validate_python(expression))


@pytest.mark.parametrize(
    ("expression", "km2"),
    [
        ({"kind": "area", **REGION}, box_km2(108, 40, 112, 42)),
        ({"kind": "area", **WEST}, box_km2(108, 40, 110, 42)),
        (
            {"kind": "area", "layer": "leagues", "where": {"code": [1, 2]}},
            box_km2(108, 40, 112, 42),
        ),
        (
            {"kind": "area", **SANDS, "within": WEST},
            box_km2(109, 40.5, 110, 41.5),
        ),
        (
            {"kind": "area", **SANDS, "where": {"inside": False}, "within": REGION},
            box_km2(111.5, 41.5, 112, 42),
        ),
        (
            {
                "kind": "zonal_area",
                **REGION,
                "raster": "cover",
                "classes": [2],
            },
            box_km2(110, 40, 112, 42),
        ),
        (
            {"kind": "zonal_area", **WEST, "raster": "cover", "at_least": 1},
            box_km2(108, 40, 110, 42),
        ),
        ({"kind": "denominator", "layer": "region", "id": "official"}, 100_000.0),
    ],
)
def test_areas(small: Catalog, expression: dict[str, Any], km2: float) -> None:
    found = value(small, expression)
    assert found.value / 1e6 == pytest.approx(km2, rel=1e-7)
    assert found.low == found.value == found.high


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ({"kind": "count", **LEAGUES}, 2),
        ({"kind": "count", **LEAGUES, "where": {"id": "f1"}}, 1),
        ({"kind": "count", **LEAGUES, "touching": SANDS}, 2),
        (
            {
                "kind": "count",
                **LEAGUES,
                "touching": {"layer": "sands", "where": {"kind": "sandy"}},
            },
            1,
        ),
        ({"kind": "count", **LEAGUES, "touching": {"layer": "river"}}, 1),
        ({"kind": "count", **LEAGUES, "touching": {"layer": "strip"}}, 1),
        # The leagues share a border: no ground.
        ({"kind": "count", **WEST, "touching": LEAGUES}, 1),
    ],
)
def test_counts(small: Catalog, expression: dict[str, Any], count: int) -> None:
    assert value(small, expression) == Quantity.exact(count)


def test_lengths(small: Catalog) -> None:
    """The line runs 2 degrees along a parallel and 2 up a meridian."""
    whole = value(small, {"kind": "length", "layer": "river"}).value
    _, _, along = GEOD.inv(107, 41, 109, 41)
    _, _, up = GEOD.inv(109, 41, 109, 43)
    assert whole == pytest.approx(along + up, rel=1e-9)
    inside = value(small, {"kind": "length", "layer": "river", "within": WEST}).value
    _, _, along = GEOD.inv(108, 41, 109, 41)
    _, _, up = GEOD.inv(109, 41, 109, 42)
    assert inside == pytest.approx(along + up, rel=1e-9)


def test_shares(small: Catalog) -> None:
    share = value(small, {"kind": "area_share", **SANDS, "of": WEST}).value
    part, whole = box_km2(109, 40.5, 110, 41.5), box_km2(108, 40, 110, 42)
    assert share == pytest.approx(part / whole, rel=1e-8)
    half = {"kind": "zonal_share", **REGION, "raster": "cover", "classes": [1]}
    assert value(small, half).value == pytest.approx(0.5, rel=1e-9)


def test_published_numbers_keep_their_rounding(small: Catalog) -> None:
    stated = {"red": published("59.69").scaled(1e10)}
    whole = {"kind": "number", "value": "118.3", "unit": "10k_km2", "source": "t"}
    ratio = {"kind": "ratio", "of": {"kind": "published", "id": "red"}, "to": whole}
    found = value(small, ratio, **stated)
    assert found.value == pytest.approx(59.69 / 118.3)
    assert found.low == pytest.approx(59.685 / 118.35)
    assert found.high == pytest.approx(59.695 / 118.25)
    three = {"kind": "sum", "terms": [ratio, ratio, ratio]}
    less = {"kind": "difference", "of": three, "minus": ratio}
    assert value(small, less, **stated).value == pytest.approx(2 * found.value)


@pytest.mark.parametrize(
    ("expression", "code", "named"),
    [
        ({"kind": "area", "layer": "nothing"}, "layer_not_found", "nothing"),
        (
            {"kind": "count", **LEAGUES, "where": {"colour": "red"}},
            "figure_column_unknown",
            "part",
        ),
        (
            {"kind": "count", **LEAGUES, "where": {"geometry": "x"}},
            "figure_column_unknown",
            "geometry",
        ),
        (
            {"kind": "count", **LEAGUES, "where": {"part": "north"}},
            "figure_value_unknown",
            "west",
        ),
        ({"kind": "length", **LEAGUES}, "figure_no_lines", "leagues"),
        ({"kind": "area", "layer": "river"}, "no_polygons", "river"),
        ({"kind": "area", "layer": "cover"}, "layer_not_vector", "cover"),
        (
            {"kind": "zonal_area", **REGION, "raster": "leagues", "classes": [1]},
            "layer_not_raster",
            "leagues",
        ),
        (
            {"kind": "denominator", "layer": "region", "id": "map"},
            "figure_denominator_unknown",
            "official",
        ),
        (
            {
                "kind": "ratio",
                "of": {"kind": "count", **LEAGUES},
                "to": {"kind": "number", "value": "0", "unit": "count", "source": "t"},
            },
            "figure_division",
            "count(leagues)",
        ),
    ],
)
def test_what_no_layer_can_answer_is_refused(
    small: Catalog, expression: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(EcobarrierError) as refusal:
        value(small, expression)
    assert refusal.value.code == code
    assert named in refusal.value.text.zh
    assert named in refusal.value.text.en


def test_each_layer_is_read_once(small: Catalog) -> None:
    measurer = Measurer(small, {})
    wholes = [{"kind": "area", **SANDS, "within": side} for side in (WEST, REGION)]
    for whole in wholes * 2:
        measurer.quantity(READ.validate_python(whole))
    assert len(measurer._layers) == 3
    assert len(measurer._done) == 2


def test_a_formula_for_people() -> None:
    whole = READ.validate_python(
        {
            "kind": "ratio",
            "of": {"kind": "area", **SANDS, "within": WEST},
            "to": {
                "kind": "sum",
                "terms": [
                    {"kind": "published", "id": "area"},
                    {"kind": "zonal_area", **REGION, "raster": "cover", "classes": [1]},
                    {"kind": "number", "value": "5", "unit": "km2", "source": "t"},
                ],
            },
        }
    )
    assert written(whole) == (
        "area(sands ∩ leagues[part = west]) ÷ (area + area(region ∩ cover[1]) + 5 km2)"
    )
    assert layers_of(whole) == ("sands", "leagues", "region", "cover")
