"""Repairs lose nothing in silence, and a second repair finds nothing to do."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.area import area
from geo.errors import CoordinateError, CRSError, GeometryError
from geo.messages import Note
from geo.testing import layer
from geo.types import FloatArray
from geo.validity import Repaired, polygons_of, repair, require_valid

BOX = shapely.box(110, 40, 111, 41)
SPIKE = shapely.Polygon(
    [(110, 40), (111, 40), (111, 41), (111, 43), (111, 41), (110, 41)]
)
FLAT = shapely.Polygon([(110, 40), (111, 41), (112, 42)])
HOLE_OUTSIDE = shapely.Polygon(BOX.exterior, [shapely.box(114, 40, 115, 41).exterior])
HOLE_OVER_EDGE = shapely.Polygon(
    BOX.exterior, [shapely.box(110.5, 40.2, 112, 40.8).exterior]
)


def note_of(repaired: Repaired, code: str) -> Note:
    (note,) = [note for note in repaired.notes if note.code == code]
    return note


def test_bowtie_keeps_both_wings(bowtie_shapely_462: gpd.GeoSeries) -> None:
    repaired = repair(bowtie_shapely_462, "x.shp")
    wings = [
        shapely.Polygon([(110, 40), (111, 41), (110, 42)]),
        shapely.Polygon([(112, 42), (112, 40), (111, 41)]),
    ]
    whole = area(layer(wings)).sum()
    assert area(repaired.geometry)["f0"] == pytest.approx(whole, rel=1e-12)
    note = note_of(repaired, "repair_invalid")
    assert note.details["feature"] == "f0"
    assert note.details["before_m2"] == pytest.approx(0, abs=0.02 * whole)
    assert note.details["after_m2"] == pytest.approx(whole, rel=1e-12)
    assert "f0" in note.text.zh
    assert "x.shp" in note.text.zh


def test_parts_that_overlap_count_once(
    overlapping_parts_exactextract_163: gpd.GeoSeries,
) -> None:
    repaired = repair(overlapping_parts_exactextract_163, "x")
    union = layer([shapely.box(110, 40, 113, 42)])
    assert area(repaired.geometry)["f0"] == pytest.approx(area(union)["f0"], rel=1e-12)
    lost = area(layer([shapely.box(111, 40, 112, 42)]))["f0"]
    assert repaired.change_m2["f0"] == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize(
    ("geometry", "wanted"),
    [
        (SPIKE, BOX),
        (HOLE_OUTSIDE, shapely.MultiPolygon([BOX, shapely.box(114, 40, 115, 41)])),
        (HOLE_OVER_EDGE, BOX.difference(shapely.box(110.5, 40.2, 112, 40.8))),
        (shapely.Polygon(list(BOX.exterior.coords) * 2), BOX),
        (shapely.MultiPolygon([BOX, BOX]), BOX),
    ],
    ids=["spike", "hole_outside", "hole_over_edge", "drawn_twice", "repeated_part"],
)
def test_invalid_shapes(geometry: shapely.Geometry, wanted: shapely.Geometry) -> None:
    repaired = repair(layer([geometry]), "x")
    assert repaired.geometry["f0"].equals(wanted)
    note = note_of(repaired, "repair_invalid")
    gap = abs(
        float(str(note.details["after_m2"])) - float(str(note.details["before_m2"]))
    )
    assert repaired.change_m2["f0"] == gap


def test_nothing_left_is_noted() -> None:
    repaired = repair(layer([FLAT, BOX]), "x")
    assert list(repaired.geometry.index) == ["f1"]
    assert note_of(repaired, "repair_nothing_left").details["features"] == "f0"
    assert list(repaired.change_m2.index) == ["f1"]


def test_mixed_layer(nothing_and_collections_geopandas_overlay: gpd.GeoSeries) -> None:
    before = nothing_and_collections_geopandas_overlay
    repaired = repair(before, "x")
    assert list(repaired.geometry.index) == ["f2", "f3", "f4", "f5"]
    assert note_of(repaired, "repair_empty").details["features"] == "f0, f1"
    assert note_of(repaired, "repair_collection").details["features"] == "f4"
    assert repaired.geometry["f4"].geom_type == "MultiPolygon"
    assert area(repaired.geometry)["f4"] == pytest.approx(area(before)["f4"])
    assert not repaired.change_m2.any()


def test_collection_without_polygons_keeps_its_lines_or_points() -> None:
    point, line = shapely.Point(110, 40), shapely.LineString([(110, 40), (111, 41)])
    inner = shapely.GeometryCollection([line])
    collections = [
        shapely.GeometryCollection([point, line]),
        shapely.GeometryCollection([point, line, inner]),
        shapely.GeometryCollection([point]),
        shapely.GeometryCollection([point, shapely.Point(111, 41)]),
    ]
    repaired = repair(layer(collections), "x")
    assert note_of(repaired, "repair_collection").details["count"] == 4
    assert [one.wkt for one in repaired.geometry] == [
        line.wkt,
        shapely.MultiLineString([line, line]).wkt,
        point.wkt,
        shapely.MultiPoint([point, shapely.Point(111, 41)]).wkt,
    ]


def test_heights_are_dropped_with_a_note(
    nan_heights_shapely_1524: gpd.GeoSeries,
) -> None:
    repaired = repair(nan_heights_shapely_1524, "x")
    assert set(shapely.get_coordinate_dimension(repaired.geometry.to_numpy())) == {2}
    assert note_of(repaired, "repair_flattened").details["count"] == 4


def test_repeated_index() -> None:
    repaired = repair(layer([BOX, None, FLAT, SPIKE], ["a", "a", "b", "a"]), "x")
    assert list(repaired.geometry.index) == list(repaired.change_m2.index) == ["a", "a"]


def test_valid_layer_is_left_alone() -> None:
    before = layer([BOX, shapely.Point(110, 40), shapely.LineString([(0, 0), (1, 1)])])
    repaired = repair(before, "x")
    assert repaired.notes == ()
    assert repaired.geometry.to_wkb().equals(before.to_wkb())
    assert repaired.geometry.crs == before.crs


@pytest.mark.parametrize("geometry", [[], [None], [None, shapely.Polygon()]])
def test_nothing(geometry: list[shapely.Geometry | None]) -> None:
    repaired = repair(layer(geometry), "x")
    assert len(repaired.geometry) == len(repaired.change_m2) == 0
    assert len(repaired.notes) == bool(geometry)


def test_plane_in_feet_is_noted_in_square_metres() -> None:
    feet = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=us-ft"
    one_m = 39.37 / 12
    double = shapely.MultiPolygon([shapely.box(1e6, 0, 1e6 + one_m, one_m)] * 2)
    repaired = repair(gpd.GeoSeries([double], crs=feet), "x")
    note = note_of(repaired, "repair_invalid")
    assert note.details["before_m2"] == pytest.approx(2, rel=1e-6)
    assert note.details["after_m2"] == pytest.approx(1, rel=1e-6)


def test_refusals() -> None:
    with pytest.raises(CRSError):
        repair(gpd.GeoSeries([BOX]), "x")
    with np.errstate(invalid="ignore"):
        lost = shapely.Polygon([(110, 40), (111, 40), (111, np.nan)])
    with pytest.raises(CoordinateError) as caught:
        repair(layer([BOX, lost]), "x.shp")
    assert caught.value.details["feature"] == "f1"


def scribble(seed: int) -> shapely.Geometry:
    """A polygon of random corners on a coarse grid: crossings, spikes, holes astray."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        shell, hole = rng.integers(0, 6, (2, int(rng.integers(3, 9)), 2)) / 8 + [
            110,
            40,
        ]
        parts.append(shapely.Polygon(shell, [hole] if rng.integers(2) else []))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


@settings(max_examples=80)
@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=5))
def test_repair_of_scribbles(seeds: list[int]) -> None:
    before = layer([scribble(seed) for seed in seeds])
    repaired = repair(before, "x")
    after = repaired.geometry
    assert shapely.is_valid(after.to_numpy()).all()
    assert not after.is_empty.any()
    # Every change of area is stated, feature by feature.
    difference = (area(after) - area(before)[after.index]).abs()
    np.testing.assert_allclose(repaired.change_m2, difference, rtol=1e-9, atol=1e-3)
    # Whatever is gone is named.
    gone = set(before.index) - set(after.index)
    notes = [n for n in repaired.notes if n.code == "repair_nothing_left"]
    named = {name for n in notes for name in str(n.details["features"]).split(", ")}
    assert named == gone
    again = repair(after, "x")
    assert again.notes == ()
    assert again.geometry.to_wkb().equals(after.to_wkb())


def winding_number(ring: FloatArray, point: FloatArray) -> int:
    """How many times a ring goes around a point."""
    angle = np.arctan2(*(ring - point).T[::-1])
    turn = (np.diff(angle) + np.pi) % (2 * np.pi) - np.pi
    return round(float(turn.sum()) / (2 * np.pi))


@settings(max_examples=80)
@given(st.integers(0, 2**32))
def test_repair_keeps_all_that_a_ring_goes_around(seed: int) -> None:
    """Faces of the noded outline, each by its winding number: no wing is lost."""
    rng = np.random.default_rng(seed)
    ring = rng.integers(0, 6, (int(rng.integers(4, 9)), 2)) / 8 + [110, 40]
    ring = np.vstack([ring, ring[:1]])
    edges = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
    noded = shapely.union_all(edges)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    places = shapely.point_on_surface(faces)
    assume(all(shapely.distance(places, noded) > 1e-9))
    points = shapely.get_coordinates(places)
    inside = [winding_number(ring, point) != 0 for point in points]
    wanted = shapely.union_all(faces[np.array(inside, dtype=bool)])
    repaired = repair(layer([shapely.Polygon(ring)]), "x").geometry
    kept = shapely.union_all(repaired.to_numpy())
    assert shapely.symmetric_difference(wanted, kept).area < 1e-12


def test_polygons_of() -> None:
    point, line = shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])
    other = shapely.box(112, 40, 113, 41)
    nested = shapely.GeometryCollection(
        [point, shapely.GeometryCollection([BOX, other])]
    )
    many = np.array([BOX, None, point, nested, line, shapely.GeometryCollection([BOX])])
    got = polygons_of(many)
    assert list(got[[0, 5]]) == [BOX, BOX]
    assert shapely.is_empty(got[[1, 2, 4]]).all()
    assert got[3].equals(shapely.MultiPolygon([BOX, other]))
    assert len(polygons_of(np.zeros(0, dtype=object))) == 0


def test_require_valid_names_the_feature() -> None:
    require_valid(layer([None, BOX, shapely.Polygon()]), "x")
    with pytest.raises(GeometryError) as caught:
        require_valid(layer([None, BOX, SPIKE]), "x.shp")
    assert caught.value.code == "geometry_invalid"
    for sentence in caught.value.text:
        assert "f2" in sentence
        assert "x.shp" in sentence


def test_mixed_winding_is_turned_and_told(
    mixed_winding_pyproj_1082: gpd.GeoSeries,
) -> None:
    """The hole wound like its shell and the parts of mixed winding, nothing else."""
    repaired = repair(mixed_winding_pyproj_1082, "layer")
    (note,) = repaired.notes
    assert note.code == "repair_winding"
    labels = mixed_winding_pyproj_1082.index
    assert note.details["features"] == f"{labels[1]}, {labels[3]}"
    for geometry in repaired.geometry.iloc[[1, 3]]:
        for part in shapely.get_parts(geometry):
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)
    assert shapely.equals(repaired.geometry, mixed_winding_pyproj_1082).all()
