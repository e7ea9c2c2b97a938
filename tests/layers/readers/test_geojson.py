"""GeoJSON: what is closed, listed, refused, and that nothing else ever comes out."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.area import area
from geo.errors import CoordinateError, CRSError, EcobarrierError
from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.loaded import VectorLayer
from layers.readers.geojson import read_geojson

Make = Callable[..., Path]
RING = [[107, 40], [108, 40], [108, 41], [107, 41], [107, 40]]


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def codes(layer: VectorLayer) -> list[str]:
    return [note.code for note in layer.notes]


def detail(layer: VectorLayer, code: str, name: str) -> object:
    return next(note.details[name] for note in layer.notes if note.code == code)


def test_plain_polygon_is_wgs84_by_the_standard(files: Catalog, geojson: Make) -> None:
    layer = files.vector(str(geojson(polygon(RING))))
    assert layer.spec.crs == "OGC:CRS84"
    assert codes(layer) == ["crs_assumed_equal"]
    assert layer.features.index.tolist() == ["1"]
    assert layer.features.crs == "EPSG:4490"
    assert layer.features.geometry.iloc[0].equals(shapely.box(107, 40, 108, 41))


def test_values_agree_with_gdal(geojson: Make) -> None:
    path = geojson(
        polygon(RING),
        {"type": "MultiPoint", "coordinates": [[110, 41], [111, 42, 9]]},
        {"type": "MultiLineString", "coordinates": [[[110, 41], [111, 42]]]},
        {
            "type": "MultiPolygon",
            "coordinates": [[RING], [[[1, 1], [2, 1], [2, 2], [1, 1]]]],
        },
        properties={"n": 3, "名称": "甲", "list": [1, 2]},
    )
    ours = read_geojson(path).frame
    other = gpd.read_file(path)
    pairs = zip(ours.geometry, other.geometry.force_2d(), strict=True)
    assert all(left.equals(right) for left, right in pairs)
    assert ours["n"].tolist() == other["n"].tolist()
    assert ours["名称"].tolist() == other["名称"].tolist()
    assert ours["list"].tolist() == ["[1, 2]"] * 4


def test_crs_member_is_followed_geojsonlint_8(files: Catalog, geojson: Make) -> None:
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}
    ring = [[38417148, 4652120], [38427148, 4652120], [38427148, 4662120]]
    layer = files.vector(str(geojson(polygon([*ring, ring[0]]), crs=member)))
    assert layer.spec.crs == "EPSG:4526"
    assert layer.source_geometry.crs == "EPSG:4526"
    assert "geojson_crs_member" in codes(layer)
    west, south, _, _ = layer.features.total_bounds
    assert (west, south) == pytest.approx((113, 42), abs=1e-4)


def test_source_geometry_is_not_densified(files: Catalog, geojson: Make) -> None:
    ring = [[38417148, 4652120], [38427148, 4652120], [38427148, 4662120]]
    layer = files.vector(str(geojson(polygon([*ring, ring[0]]))), crs="EPSG:4526")
    assert shapely.get_num_coordinates(layer.source_geometry.iloc[0]) == 4
    assert shapely.get_num_coordinates(layer.features.geometry.iloc[0]) > 400
    plane = area(layer.source_geometry, edges="plane").iloc[0]
    assert area(layer.features.geometry).iloc[0] == pytest.approx(plane, rel=1e-3)


@pytest.mark.parametrize(
    "member",
    [
        "EPSG:4490",
        {"type": "link", "properties": {"href": "http://example.org/crs"}},
        {"type": "name", "properties": {"name": "EPSG:999999"}},
        {"type": "name", "properties": {"name": 4490}},
        {"type": "name"},
    ],
)
def test_crs_member_that_says_nothing(
    files: Catalog, geojson: Make, member: object
) -> None:
    with pytest.raises(CRSError) as refused:
        files.vector(str(geojson(polygon(RING), crs=member)))
    assert refused.value.code == "crs_unknown"


def test_crs_member_null_is_the_standards(files: Catalog, geojson: Make) -> None:
    assert files.vector(str(geojson(polygon(RING), crs=None))).spec.crs == "OGC:CRS84"


def test_stated_crs_against_a_member(files: Catalog, geojson: Make) -> None:
    member = {"type": "name", "properties": {"name": "EPSG:4490"}}
    path = str(geojson(polygon(RING), crs=member))
    with pytest.raises(CRSError) as refused:
        files.vector(path, crs="EPSG:4526")
    assert refused.value.code == "crs_conflict"
    assert "EPSG:4490" in str(refused.value)
    assert "EPSG:4526" in str(refused.value)
    assert files.vector(path, crs="EPSG:4490").spec.crs == "EPSG:4490"


def test_open_ring_is_closed_geojsonlint_17(files: Catalog, geojson: Make) -> None:
    layer = files.vector(str(geojson(polygon(RING[:-1]), properties={"id": "甲"})))
    assert detail(layer, "geojson_rings_closed", "features") == "甲"
    assert layer.features.geometry.iloc[0].equals(shapely.box(107, 40, 108, 41))


@pytest.mark.parametrize(
    "ring",
    [
        [],
        RING[:1],
        RING[:2],
        [*RING[:2], RING[0]],
        [RING[0]] * 4,
        [*RING[:2], *RING[:2]],
    ],
)
def test_ring_of_too_few_positions_mapshaper_125(
    files: Catalog, geojson: Make, ring: object
) -> None:
    path = geojson(polygon(RING), polygon(RING, ring), properties={"id": 7})
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "geojson_ring_short"
    assert refused.value.details["path"] == "$.features[1].geometry.coordinates[1]"
    assert refused.value.details["feature"] == "7"


def test_open_triangle_has_enough_positions(files: Catalog, geojson: Make) -> None:
    layer = files.vector(str(geojson(polygon(RING[:3]))))
    assert area(layer.features.geometry).iloc[0] > 0


def test_distinct_positions_far_into_the_ring(files: Catalog, geojson: Make) -> None:
    ring = [*[[107, 40], [108, 40]] * 10, [108, 41], [107, 40]]
    assert len(files.vector(str(geojson(polygon(ring)))).features) == 1


def test_swapped_axes(files: Catalog, geojson: Make) -> None:
    ring = [[y, x] for x, y in RING]
    with pytest.raises(CoordinateError) as refused:
        files.vector(str(geojson(polygon(ring), properties={"id": "DK001"})))
    assert refused.value.code == "coordinates_swapped"
    assert "DK001" in str(refused.value)


def test_metres_without_crs(files: Catalog, geojson: Make) -> None:
    ring = [[12_200_000 + x, 4_800_000 + y] for x, y in RING]
    with pytest.raises(CoordinateError) as refused:
        files.vector(str(geojson(polygon(ring))))
    assert refused.value.code == "coordinates_metres"


def test_bowtie_keeps_both_wings_shapely_462(files: Catalog, geojson: Make) -> None:
    bow = [[110, 41], [112, 43], [112, 41], [110, 43], [110, 41]]
    layer = files.vector(str(geojson(polygon(bow))))
    assert "repair_invalid" in codes(layer)
    assert layer.features.geometry.iloc[0].area == pytest.approx(2.0)
    assert layer.change_m2.iloc[0] > 1e10
    assert layer.features.geometry.is_valid.all()


@pytest.mark.parametrize(
    "empty",
    [
        None,
        polygon(),
        polygon([]),
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [[[]]]},
        {"type": "Point", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection", "geometries": [polygon()]},
    ],
)
def test_feature_without_geometry_is_listed(
    files: Catalog, geojson: Make, empty: object
) -> None:
    layer = files.vector(str(geojson(empty, polygon(RING))))
    assert layer.features.index.tolist() == ["2"]
    assert detail(layer, "repair_empty", "features") == "1"
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(geojson(empty)))
    assert refused.value.code == "layer_no_features"


def test_no_features_at_all(files: Catalog, geojson: Make) -> None:
    with pytest.raises(LayerReadError, match="no usable feature"):
        files.vector(str(geojson()))


def test_polygon_of_a_collection_counts(files: Catalog, geojson: Make) -> None:
    point = {"type": "Point", "coordinates": [100, 40]}
    both = {"type": "GeometryCollection", "geometries": [point, polygon(RING)]}
    layer = files.vector(str(geojson(both, point)))
    assert layer.spec.geometry == "mixed"
    assert layer.features.geom_type.tolist() == ["Polygon", "Point"]
    assert detail(layer, "repair_collection", "features") == "1"


def test_z_with_nan_is_left_out_shapely_1524(files: Catalog, geojson: Make) -> None:
    heights = [math.nan, 5, None, 7, math.nan]
    ring = [[*xy, z] for xy, z in zip(RING, heights, strict=True)]
    layer = files.vector(str(geojson(polygon(ring))))
    assert not layer.features.has_z.any()
    assert "repair_flattened" in codes(layer)
    assert layer.features.geometry.iloc[0].equals(shapely.box(107, 40, 108, 41))


def test_plain_z_is_left_out(files: Catalog, geojson: Make) -> None:
    ring = [[*xy, 1100] for xy in RING]
    layer = files.vector(str(geojson(polygon(ring))))
    assert detail(layer, "repair_flattened", "features") == "1"
    assert shapely.get_coordinate_dimension(layer.source_geometry.iloc[0]) == 2


def test_uneven_positions(files: Catalog, geojson: Make) -> None:
    ring = [[107, 40, 1], *RING[1:]]
    layer = files.vector(str(geojson(polygon(ring))))
    assert layer.features.geometry.iloc[0].equals(shapely.box(107, 40, 108, 41))


def test_mixed_winding_does_not_cancel_pyproj_580(
    files: Catalog, geojson: Make
) -> None:
    far = [[x + 5, y] for x, y in RING]
    both = {"type": "MultiPolygon", "coordinates": [[RING], [far[::-1]]]}
    layer = files.vector(str(geojson(both, polygon(RING))))
    twice, once = area(layer.features.geometry)
    assert twice == pytest.approx(2 * once)


@pytest.mark.parametrize("number", [math.nan, math.inf, 10**400, 1e308 * 10])
def test_coordinates_that_are_no_numbers(
    files: Catalog, geojson: Make, number: float
) -> None:
    ring = [RING[0], [number, 41], *RING[1:]]
    with pytest.raises(CoordinateError) as refused:
        files.vector(str(geojson(polygon(ring), properties={"adcode": 150100})))
    assert refused.value.code == "coordinates_not_finite"
    assert refused.value.details["feature"] == "150100"


@pytest.mark.parametrize(
    ("position", "place"),
    [
        (["107", "40"], "[0][1]"),
        ([107], "[0][1]"),
        ([True, False], "[0][1]"),
        ([None, 40], "[0][1]"),
        ({"x": 1}, "[0][1]"),
        (107, "[0][1]"),
        ([[107, 40]], "[0][1]"),
    ],
)
def test_position_that_is_none(
    files: Catalog, geojson: Make, position: object, place: str
) -> None:
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(geojson(polygon([RING[0], position, *RING[1:]]))))
    assert refused.value.code == "geojson_position"
    assert refused.value.details["path"] == (
        f"$.features[0].geometry.coordinates{place}"
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ([1, 2], "geojson_type"),
        ("null", "geojson_type"),
        ({"type": "Topology", "objects": {}}, "geojson_type"),
        ({"type": ["Feature"]}, "geojson_type"),
        ({"type": "FeatureCollection"}, "geojson_no_array"),
        ({"type": "FeatureCollection", "features": None}, "geojson_no_array"),
        ({"type": "FeatureCollection", "features": [None]}, "geojson_type"),
        ({"type": "FeatureCollection", "features": [polygon(RING)]}, "geojson_type"),
        ({"type": "Feature", "geometry": {"type": "Feature"}}, "geojson_type"),
        ({"type": "Feature", "geometry": {"type": "polygon"}}, "geojson_type"),
        ({"type": "Feature", "geometry": [1]}, "geojson_type"),
        ({"type": "Polygon", "coordinates": RING}, "geojson_position"),
        ({"type": "Polygon", "coordinates": [1, 2]}, "geojson_no_array"),
        ({"type": "Polygon"}, "geojson_no_array"),
        ({"type": "MultiPolygon", "coordinates": [1]}, "geojson_no_array"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "geojson_line_short"),
        ({"type": "GeometryCollection"}, "geojson_no_array"),
        ("", "layer_empty_file"),
        ("   ", "geojson_syntax"),
        ('{"type": "Feature",\n "geometry": nul}', "geojson_syntax"),
        ("[" * 100_000, "geojson_too_deep"),
        ("9" * 5000, "layer_unreadable"),
    ],
)
def test_what_is_no_geojson(
    files: Catalog, geojson: Make, raw: object, code: str
) -> None:
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(geojson(raw=raw)))
    assert refused.value.code == code
    assert "地块.geojson" in str(refused.value)


def test_syntax_error_names_line_and_column(files: Catalog, geojson: Make) -> None:
    whole = geojson(polygon(RING)).read_text(encoding="utf-8")
    with pytest.raises(LayerReadError, match="line 3, column 1 "):
        files.vector(str(geojson(raw="\n\n" + "}" + whole)))
    with pytest.raises(LayerReadError, match="line 1, column"):
        files.vector(str(geojson(raw=whole[: len(whole) // 2])))


@pytest.mark.parametrize(
    "raw", [polygon(RING), {"type": "Feature", "geometry": polygon(RING)}]
)
def test_bare_geometry_and_bare_feature(
    files: Catalog, geojson: Make, raw: object
) -> None:
    assert len(files.vector(str(geojson(raw=raw))).features) == 1


def test_ids_and_names(files: Catalog, geojson: Make) -> None:
    features = [
        {
            "type": "Feature",
            "id": 5,
            "geometry": polygon(RING),
            "properties": {"name": "甲"},
        },
        {"type": "Feature", "id": "5", "geometry": polygon(RING), "properties": None},
        {"type": "Feature", "geometry": polygon(RING), "properties": {"NAME_EN": "C"}},
    ]
    raw = {"type": "FeatureCollection", "features": features}
    layer = files.vector(str(geojson(raw=raw)))
    assert layer.features.index.tolist() == ["5", "5-2", "3"]
    assert layer.features["name_zh"].tolist() == ["甲", None, None]
    assert layer.features["name_en"].tolist() == [None, None, "C"]
    assert detail(layer, "feature_ids_repeated", "features") == "5"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings(files: Catalog, tmp_path: Path, encoding: str) -> None:
    feature = {
        "type": "Feature",
        "geometry": polygon(RING),
        "properties": {"name": "红线"},
    }
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(feature, ensure_ascii=False).encode(encoding))
    layer = files.vector(str(path))
    assert layer.features["name_zh"].tolist() == ["红线"]
    assert ("text_encoding" in codes(layer)) == (encoding != "utf-8-sig")


def test_lone_surrogate_is_marked(files: Catalog, geojson: Make) -> None:
    raw = (
        '{"type":"Feature","properties":{"name":"\\ud800 \\ud83d\\ude00"},'
        '"geometry":{"type":"Point","coordinates":[107,40]}}'
    )
    name = files.vector(str(geojson(raw=raw))).features["name_zh"].iloc[0]
    assert name == "\ufffd 😀"
    assert name.encode("utf-8")


def test_numbers_among_blanks_stay_whole(files: Catalog, geojson: Make) -> None:
    features = [
        {"type": "Feature", "geometry": polygon(RING), "properties": {"adcode": code}}
        for code in (150100, None, 2**63 + 1)
    ]
    raw = {"type": "FeatureCollection", "features": features}
    layer = files.vector(str(geojson(raw=raw)))
    assert layer.features.index.tolist() == ["150100", "2", str(2**63 + 1)]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=8)
)
WORDS = st.sampled_from(
    [
        "Point",
        "LineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
        "FeatureCollection",
        "EPSG:4326",
    ]
)
MEMBERS = st.sampled_from(
    ["type", "coordinates", "geometries", "geometry", "features", "id"]
)
ANYTHING = st.recursive(
    SCALARS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(MEMBERS | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)
POSITION = st.lists(
    st.integers(95, 128) | st.floats(35, 55) | SCALARS, min_size=1, max_size=4
)
NESTED = st.recursive(
    POSITION, lambda inner: st.lists(inner, max_size=5), max_leaves=30
)
GEOMETRY = st.fixed_dictionaries({"type": WORDS, "coordinates": NESTED | ANYTHING})
FEATURE = st.fixed_dictionaries(
    {"type": st.just("Feature"), "geometry": GEOMETRY | ANYTHING},
    optional={"id": ANYTHING, "properties": st.dictionaries(MEMBERS, ANYTHING)},
)
COLLECTION = st.fixed_dictionaries(
    {"type": st.just("FeatureCollection"), "features": st.lists(FEATURE, max_size=4)},
    optional={
        "crs": ANYTHING
        | st.fixed_dictionaries(
            {
                "type": st.just("name"),
                "properties": st.fixed_dictionaries({"name": st.text() | WORDS}),
            }
        )
    },
)


@settings(
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=ANYTHING | GEOMETRY | FEATURE | COLLECTION)
def test_any_json_is_a_layer_or_a_refusal(
    files: Catalog, tmp_path: Path, document: Any
) -> None:
    path = tmp_path / "any.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        layer = files.vector(str(path))
    except EcobarrierError:
        return
    assert layer.features.index.is_unique
    assert layer.features.geometry.is_valid.all()
    assert all(note.text.zh for note in layer.notes)


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(files: Catalog, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.json"
    path.write_bytes(content)
    with pytest.raises(EcobarrierError):
        files.vector(str(path))
