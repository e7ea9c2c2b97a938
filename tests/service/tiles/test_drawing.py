"""Pictures of vector tiles: colours, holes, hatch, dash, magnified tiles."""

from typing import Any

import numpy as np
import pytest
import shapely

from service.palette import Symbol, symbol_of
from service.tiles.drawing import TilePainter, dashed, pattern, whole_tile, width_at
from service.tiles.mvt import Feature


def feature(shape: Any, **properties: Any) -> Feature:
    rings = [shape.exterior, *shape.interiors]
    parts = tuple(shapely.get_coordinates(ring).astype(np.int64) for ring in rings)
    return Feature("polygon", parts, properties)


def painted(spec: Any, *features: Feature, ratio: int = 1, zoom: float = 6) -> Any:
    painter = TilePainter(spec, 256 * ratio, ratio, zoom)
    return np.asarray(painter.paint(features, whole_tile()))


@pytest.fixture
def forest(make_spec: Any) -> Any:
    return make_spec("forest", theme="forest")


@pytest.fixture
def red(make_spec: Any) -> Any:
    caution = {"zh": "模型", "en": "model"}
    return make_spec("red", theme="redline", status="modelled", caution=caution)


def test_fill_has_the_palettes_colour_and_opacity(forest: Any) -> None:
    made = painted(forest, feature(shapely.box(0, 0, 2048, 4096)))
    symbol = symbol_of(forest)
    assert symbol.fill is not None
    rgb = [int(symbol.fill[at : at + 2], 16) for at in (1, 3, 5)]
    np.testing.assert_allclose(made[128, 64, :3], rgb, atol=1)
    assert made[128, 64, 3] == round(255 * symbol.fill_opacity)
    assert made[128, 200, 3] == 0


def test_hole_is_empty_and_what_lies_in_it_is_drawn(forest: Any) -> None:
    hole = shapely.box(1000, 1000, 3000, 3000)
    ring = shapely.box(100, 100, 4000, 4000).difference(hole)
    island = shapely.box(1800, 1800, 2200, 2200)
    for order in ((ring, island), (island, ring)):
        made = painted(forest, *map(feature, order))
        assert made[30, 30, 3] > 0
        assert made[80, 80, 3] == 0
        assert made[125, 125, 3] > 0


def test_modelled_layer_is_hatched_and_dashed(red: Any) -> None:
    made = painted(red, feature(shapely.box(512, 512, 3584, 3584)))
    inside = made[60:200, 60:200, 3]
    pale, inked = inside.min(), inside.max()
    assert pale < 30
    assert inked > 100
    # Along the border dashes and gaps take turns.
    border = made[32, 40:216, 3].astype(int)
    assert np.count_nonzero(np.diff(border > 150)) > 10


def test_official_layer_has_no_hatch_and_a_whole_line(make_spec: Any) -> None:
    made = painted(
        make_spec("plain", theme="forest"), feature(shapely.box(512, 512, 3584, 3584))
    )
    assert np.ptp(made[60:200, 60:200, 3]) == 0
    assert np.ptp(made[32, 40:216, 3]) == 0


def test_hatch_joins_across_tiles(red: Any) -> None:
    made = painted(red, feature(shapely.box(-500, -500, 4600, 4600)))
    both = np.concatenate([made, made], axis=1)[..., 3].astype(int)
    step = np.abs(np.diff(both, axis=1))
    assert step[:, 255].max() <= step[:, :255].max()
    # Rising to the right: the same ink one pixel up and one to the right.
    np.testing.assert_array_equal(both[1:200, 0:199], both[0:199, 1:200])


def test_doubled_tile_shows_the_same_twice_as_fine(forest: Any) -> None:
    shape = feature(shapely.Point(2048, 2048).buffer(1500))
    small = painted(forest, shape)
    large = painted(forest, shape, ratio=2)
    assert large.shape == (512, 512, 4)
    halved = large[..., 3].reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.abs(halved - small[..., 3]).mean() < 2


def test_magnified_tile_shows_a_part(forest: Any) -> None:
    shape = feature(shapely.box(0, 0, 1024, 1024))
    painter = TilePainter(forest, 256, 1, 8)
    made = np.asarray(painter.paint([shape], (1024 - 256, 0.0, 512.0)))
    assert made[100, 60, 3] > 0
    assert made[100, 200, 3] == 0


def test_variants_of_a_layer(make_spec: Any) -> None:
    spec = make_spec("sandy_lands", theme="sand")
    west = feature(shapely.box(0, 0, 2000, 4096), kind="desert")
    east = feature(shapely.box(2100, 0, 4096, 4096), kind="sandy_land")
    made = painted(spec, west, east)
    assert made[100, 60, :3].tolist() != made[100, 200, :3].tolist()


def test_points_are_dots(make_spec: Any) -> None:
    spec = make_spec("wells", theme="water", geometry="point")
    made = painted(spec, Feature("point", (np.array([[2048, 2048]]),), {}))
    assert made[128, 128, 3] == 255
    assert np.count_nonzero(made[..., 3]) < 60


def test_nothing_is_transparent(forest: Any) -> None:
    assert not painted(forest).any()


def test_widths_grow_as_maplibre_grows_them() -> None:
    # interpolate exponential 1.4 between 4 and 9: (1.4**2.5 - 1) / (1.4**5 - 1).
    assert width_at((1.0, 2.0), 6.5) == pytest.approx(1.3013, abs=1e-4)
    assert width_at((1.0, 2.0), 20) == 2.0


def test_dashes_have_their_lengths() -> None:
    line = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 8.0]])
    pieces = dashed(line, [5.0, 2.0])
    lengths = [float(shapely.LineString(piece).length) for piece in pieces]
    assert lengths == pytest.approx([5.0, 5.0])
    assert pieces[1][0].tolist() == [6.0, 1.0]
    assert [len(one) for one in dashed(line, [])] == [3]
    assert dashed(line[:1], [1.0]) == []


def test_patterns_have_ink_and_ground() -> None:
    for name in ("hatch", "dots_sparse", "dots_dense"):
        symbol = Symbol("#FFFFFF", 0.1, "#000000", (1, 1), pattern=name)
        ink = pattern(symbol, 32, 2)
        assert ink.min() == 0
        assert 0.5 < ink.max() <= 1
    turned = Symbol("#FFFFFF", 0.1, "#000000", (1, 1), pattern="hatch", angle=135)
    straight = Symbol("#FFFFFF", 0.1, "#000000", (1, 1), pattern="hatch")
    np.testing.assert_allclose(
        pattern(turned, 16, 1), pattern(straight, 16, 1)[:, ::-1], atol=1e-6
    )
