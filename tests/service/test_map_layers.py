import json
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geo.area import area
from layers.catalog import Catalog
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from service import map_layers
from service.analysis import area_report
from service.map_layers import (
    VectorSketch,
    drawing,
    pattern_name,
    patterns,
    swatches,
)

MakeSpec = Callable[..., LayerSpec]
CAUTION = {"zh": "注意", "en": "careful"}


def vector_parts(
    layers: list[VectorLayer], room: int = 10**7
) -> list[map_layers.VectorPart]:
    return VectorSketch.of(layers).parts(room)


def part_of(layer: VectorLayer, room: int = 10**7) -> map_layers.VectorPart:
    (part,) = vector_parts([layer], room)
    return part


def facts(part: map_layers.VectorPart) -> list[dict[str, object]]:
    features = json.loads(part.features)["features"]
    return [feature["properties"] for feature in features]


def test_popups_know_names_codes_and_areas(catalog: Catalog) -> None:
    layer = catalog.vector("leagues")
    first, *_ = facts(part_of(layer))
    assert (first["zh"], first["en"], first["a"]) == ("西盟", "West League", "150100")
    assert "m" not in first


def test_areas_are_those_of_the_command_line_to_the_last_digit(
    catalog: Catalog,
) -> None:
    report = area_report(catalog, "leagues")
    shown = {one["zh"]: one["m2"] for one in facts(part_of(catalog.vector("leagues")))}
    assert shown == {row.name: row.area_m2 for row in report.rows}


def test_lines_have_a_length_instead(catalog: Catalog) -> None:
    (river,) = facts(part_of(catalog.vector("yellow_river")))
    assert "m2" not in river
    # 4 degrees of longitude at 39.5 N.
    assert river["m"] == pytest.approx(345e3, abs=3e3)


def circle_layer(catalog: Catalog) -> VectorLayer:
    layer = catalog.vector("leagues")
    circle = gpd.GeoSeries([shapely.Point(110, 41).buffer(1, quad_segs=500)], crs=4490)
    features = layer.features.iloc[:1].set_geometry(circle.to_numpy(), crs=4490)
    return replace(layer, features=features)


def test_areas_come_from_the_full_geometry(catalog: Catalog) -> None:
    layer = circle_layer(catalog)
    full = area(layer.features.geometry).iloc[0]
    part = part_of(layer, 2_000)
    (only,) = facts(part)
    assert only["m2"] == full
    (shape,) = shapely.get_parts(shapely.from_geojson(part.features))
    assert shapely.get_num_coordinates(shape) <= 100
    drawn = area(gpd.GeoSeries([shape], crs=4490)).iloc[0]
    assert drawn != pytest.approx(full, rel=1e-4)
    # The note states the change: it can be measured on what the file draws.
    (note,) = part.notes
    assert note.code == "map_simplified"
    assert note.details["percent"] == pytest.approx(100 * abs(drawn - full) / full)
    assert note.details["feature"] == "西盟"
    assert note.details["before"] == 2001
    assert note.details["after"] == shapely.get_num_coordinates(shape)


def test_what_was_left_out_is_said(catalog: Catalog) -> None:
    layer = catalog.vector("leagues")
    assert part_of(layer).notes == []
    *_, note = part_of(layer, 300).notes
    assert note.code == "map_dropped"
    assert "the 2 smallest are not drawn" in note.text.en
    assert "Layer leagues" in note.text.en
    assert "图层leagues" in note.text.zh


def test_bounds_are_those_of_the_layer(catalog: Catalog) -> None:
    assert part_of(catalog.vector("leagues")).bounds == (108, 39, 112, 42)


def test_kinds_have_symbols_of_their_own(catalog: Catalog) -> None:
    part = part_of(catalog.vector("sandy_lands"))
    assert [one.get("k") for one in facts(part)] == ["desert", None]
    described = drawing(part)
    assert described.keys() == {"", "desert"}
    for kind in ("", "desert"):
        name = pattern_name(part.spec, kind)
        assert f'id="{name}"' in "".join(patterns(part))
        symbol = described[kind]
        assert isinstance(symbol, dict)
        assert symbol["fill"] == f"url(#{name})"
    assert [kind for kind, _ in swatches(part)] == ["", "desert"]


def test_pattern_names_on_a_page_are_unique(catalog: Catalog) -> None:
    names = ["sandy_lands", "redline"]
    parts = vector_parts([catalog.vector(name) for name in names])
    drawn = [one for part in parts for one in patterns(part)]
    drawn += [svg for part in parts for _, svg in swatches(part)]
    ids = [text.split('"')[0] for one in drawn for text in one.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) == 6


def test_a_second_modelled_layer_is_hatched_the_other_way(
    catalog: Catalog, make_spec: MakeSpec
) -> None:
    first = catalog.vector("redline")
    spec = make_spec("second", status="modelled", caution=CAUTION)
    parts = vector_parts([first, replace(first, spec=spec)])
    assert [part.symbol.angle for part in parts] == [45, 135]
