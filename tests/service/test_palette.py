from collections.abc import Callable
from typing import get_args

import pytest

from layers.models import LayerSpec, Status, Theme
from service import palette
from service.palette import (
    BADGES,
    CAUTIONED,
    order_of,
    ramp_of,
    symbol_of,
    variant_column,
    variants_of,
)

MakeSpec = Callable[..., LayerSpec]
CAUTION = {"zh": "注意", "en": "careful"}
STATUSES = get_args(Status)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("status", STATUSES)
def test_badges_can_be_read(status: Status) -> None:
    badge = BADGES[status]
    assert badge.zh
    assert badge.en
    grounds = [badge.ground, badge.stripe or badge.ground]
    assert min(contrast(badge.text, ground) for ground in grounds) >= 4.5


def test_badges_differ_in_words_and_looks() -> None:
    assert len({badge.zh for badge in BADGES.values()}) == len(STATUSES)
    assert len({badge[2:] for badge in BADGES.values()}) == len(STATUSES)


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("status", STATUSES)
def test_status_is_drawn(make_spec: MakeSpec, theme: Theme, status: Status) -> None:
    symbol = symbol_of(make_spec(theme=theme, status=status, caution=CAUTION))
    patterns = {"modelled": "hatch", "schematic": "dots_sparse"}
    assert symbol.pattern == patterns.get(status, "none")
    assert bool(symbol.dash) == (status in CAUTIONED)


def test_styles_give_colours_but_never_the_drawing_of_the_status(
    make_spec: MakeSpec,
) -> None:
    style = {"fill": "#112233", "line": "#445566", "fill_opacity": 0.9}
    about = {"theme": "redline", "style": style, "caution": CAUTION}
    statutory = symbol_of(make_spec(status="statutory", **about))
    modelled = symbol_of(make_spec(status="modelled", **about))
    assert (statutory.fill, statutory.line) == ("#112233", "#445566")
    assert statutory.fill_opacity == 0.9
    assert statutory.pattern == "none"
    assert modelled.pattern == "hatch"
    assert modelled.ink == "#445566"
    assert modelled.fill_opacity < 0.1


def test_lines_are_not_filled(make_spec: MakeSpec) -> None:
    assert symbol_of(make_spec(theme="water", geometry="line")).fill is None
    assert symbol_of(make_spec(theme="water")).fill is not None


def test_deserts_and_river_ranks_have_symbols_of_their_own(make_spec: MakeSpec) -> None:
    sand = make_spec("sandy_lands", theme="sand", status="schematic", caution=CAUTION)
    symbol = symbol_of(sand)
    assert variant_column(sand) == "kind"
    assert variants_of(sand, symbol)["desert"].pattern == "dots_dense"
    rivers = make_spec("rivers", theme="water", geometry="line")
    ranks = variants_of(rivers, symbol_of(rivers))
    assert variant_column(rivers) == "rank"
    assert ranks["1"].width > ranks["2"].width > ranks["4"].width
    assert variants_of(make_spec(theme="forest"), symbol) == {}


def test_borders_and_water_lie_over_themes() -> None:
    themes = ["relief", "land_cover", "forest", "sand", "redline", "veil"]
    above = ["lakes", "rivers", "leagues", "yellow_river", "province"]
    ranks = [order_of(name) for name in [*themes, *above]]
    assert ranks == sorted(ranks)
    assert order_of("my_parcels", "user") < order_of("redline")
    assert order_of("x", "no such theme") == order_of("user")


def test_ramps_ascend_and_a_layers_own_wins(make_spec: MakeSpec) -> None:
    raster = {"kind": "raster", "geometry": None, "rows": None}
    for theme in get_args(Theme):
        values = [value for value, _ in ramp_of(make_spec(theme=theme, **raster))]
        assert values == sorted(set(values))
    own = ((0.0, "#000000"), (1.0, "#FFFFFF"))
    spec = make_spec(theme="vegetation", style={"ramp": own}, **raster)
    assert ramp_of(spec) == own


def test_relief_is_almost_paper() -> None:
    assert all(luminance(colour) > 0.7 for _, colour in palette.RELIEF_TINT)
