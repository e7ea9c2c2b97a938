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
from service.map_layers import drawing, pattern_name, patterns, swatches, vector_parts

MakeSpec = Callable[..., LayerSpec]
CAUTION = {"zh": "注意", "en": "careful"}


def part_of(layer: VectorLayer, language: str = "zh") -> map_layers.VectorPart:
    (part,) = vector_parts([layer], language)  # type: ignore[arg-type]
    return part


def facts(part: map_layers.VectorPart) -> list[dict[str, object]]:
    features = json.loads(part.features)["features"]
    return [feature["properties"] for feature in features]


def test_popups_know_names_codes_and_areas(catalog: Catalog) -> None:
    layer = catalog.vector("leagues")
    first, *_ = facts(part_of(layer, "en"))
    assert (first["n"], first["o"], first["a"]) == ("West League", "西盟", "150100")
    square = area(layer.features.geometry) / 1e6
    assert first["s"] == pytest.approx(square.iloc[0], abs=1e-3)
    assert "l" not in first


def test_lines_have_a_length_instead(catalog: Catalog) -> None:
    (river,) = facts(part_of(catalog.vector("yellow_river")))
    assert "s" not in river
    # 4 degrees of longitude at 39.5 N.
    assert river["l"] == pytest.approx(345, abs=3)


def test_areas_come_from_the_full_geometry(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = catalog.vector("leagues")
    circle = gpd.GeoSeries([shapely.Point(110, 41).buffer(1, quad_segs=500)], crs=4490)
    features = layer.features.iloc[:1].set_geometry(circle.to_numpy(), crs=4490)
    full = area(features.geometry).iloc[0] / 1e6
    monkeypatch.setattr(map_layers, "VERTEX_BUDGET", 100)
    part = part_of(replace(layer, features=features))
    (only,) = facts(part)
    assert only["s"] == pytest.approx(full, abs=1e-3)
    (shape,) = shapely.get_parts(shapely.from_geojson(part.features))
    assert shapely.get_num_coordinates(shape) <= 100
    drawn = area(gpd.GeoSeries([shape], crs=4490)).iloc[0] / 1e6
    assert drawn != pytest.approx(full, rel=1e-4)


def test_what_was_simplified_is_said(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = catalog.vector("leagues")
    assert part_of(layer).note is None
    monkeypatch.setattr(map_layers, "FEATURE_BUDGET", 1)
    note = part_of(layer, "en").note
    assert note is not None
    assert note.code == "map_simplified_dropped"
    assert "2 smallest features are not drawn" in note.text.en
    assert "Layer leagues" in note.text.en


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
    parts = vector_parts([catalog.vector(name) for name in names], "zh")
    drawn = [one for part in parts for one in patterns(part)]
    drawn += [svg for part in parts for _, svg in swatches(part)]
    ids = [text.split('"')[0] for one in drawn for text in one.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) == 6


def test_a_second_modelled_layer_is_hatched_the_other_way(
    catalog: Catalog, make_spec: MakeSpec
) -> None:
    first = catalog.vector("redline")
    spec = make_spec("second", status="modelled", caution=CAUTION)
    parts = vector_parts([first, replace(first, spec=spec)], "zh")
    assert [part.symbol.angle for part in parts] == [45, 135]
