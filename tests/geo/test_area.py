"""Areas against Karney's geodesics, the published parcel and reported polygons."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geo import area as module
from geo import gauss_krueger
from geo.area import (
    area,
    line_lengths,
    lonlat_area,
    official_ring_areas,
    official_series,
    plane_area,
)
from geo.authalic import CGCS2000, AreaForm
from geo.errors import CoordinateError, CRSError
from geo.rings import Rings, from_geometry
from geo.testing import layer, moved, scattered_layer, star
from geo.types import EdgeRule, FloatArray

GEOD = Geod(a=CGCS2000.a, rf=CGCS2000.inverse_flattening)
RULES: tuple[EdgeRule, ...] = ("lonlat", "official", "geodesic")
REGION_BOX = shapely.box(97, 37.5, 126, 53.3)
QGIS_40888 = shapely.Polygon(
    [
        (20.13293641, 59.95688345),
        (26.94617837, 60.47397663),
        (29.74782155, 62.56499443),
        (27.45254202, 68.70650340),
        (23.75771765, 68.24937206),
        (25.42698984, 65.27444593),
        (21.51545237, 63.10353609),
        (21.40562760, 61.12318104),
        (19.41123592, 60.40477513),
    ]
)
HOLED = shapely.Polygon(
    [(112, 40), (117, 41), (116, 45), (111.3, 44.2)],
    [[(113, 41.5), (114, 41.5), (113.6, 42.9)]],
)


def parcel(x0: float, y0: float, x1: float, y1: float) -> gpd.GeoSeries:
    """A rectangle in 3-degree zone 36, east,north."""
    return gpd.GeoSeries([shapely.box(x0, y0, x1, y1)], crs="EPSG:4524")


ZONE = CRS.from_epsg(4524)
WORKED = parcel(36415000, 4466000, 36416000, 4466500)


def ring_by_karney(ring: shapely.LinearRing, points: int) -> float:
    """Area of a ring whose edges, straight in lon/lat, are cut into many geodesics."""
    vertices = shapely.get_coordinates(ring)
    edges = len(vertices) - 1
    where = np.arange(points // edges * edges + 1) / (points // edges)
    lon, lat = (np.interp(where, np.arange(edges + 1), v) for v in vertices.T)
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0])


def densified(polygon: shapely.Geometry, points: int) -> float:
    """Area by geodesics between densified vertices, holes taken off."""
    total = 0.0
    for part in shapely.get_parts(polygon):
        total += ring_by_karney(shapely.get_exterior_ring(part), points)
        total -= sum(ring_by_karney(ring, points) for ring in part.interiors)
    return total


def karney(polygon: shapely.Geometry, points: int = 100_000) -> float:
    """What the geodesic sums of half as many and of all points tend to.

    A chord errs by the square of its length: 1e5 points alone leave 2e-11 of the
    region's bounding box.
    """
    return (4 * densified(polygon, points) - densified(polygon, points // 2)) / 3


@pytest.mark.parametrize(
    "polygon",
    [
        REGION_BOX,
        QGIS_40888,
        HOLED,
        shapely.box(112, 42, 112.1, 42.1),
        shapely.Polygon([(97, 37.5), (126, 53.3), (120, 38)]),
        shapely.Polygon([(100, -60), (140, 75), (20, 10)]),
        shapely.MultiPolygon([HOLED, shapely.box(120, 48, 123, 50)]),
    ],
    ids=["region", "qgis_40888", "holed", "small", "long_edges", "globe", "parts"],
)
def test_lonlat_edges_agree_with_densified_karney(polygon: shapely.Geometry) -> None:
    (got,) = area(layer([polygon]))
    assert got == pytest.approx(karney(polygon), rel=1e-11)


@pytest.mark.parametrize("seed", range(6))
def test_lonlat_edges_agree_with_densified_karney_for_stars(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.uniform((98, 38), (126, 53))
    polygon = star(rng, centre, float(10.0 ** rng.uniform(-0.5, 0.5)))
    (got,) = area(layer([polygon]))
    assert got == pytest.approx(karney(polygon), rel=1e-11)


@pytest.mark.parametrize("seed", range(6))
def test_parcels_agree_with_karney(seed: int) -> None:
    """A kilometre of few points: of many, PROJ's own rounding is all that is seen."""
    rng = np.random.default_rng(seed)
    polygon = star(rng, rng.uniform((98, 38), (126, 53)), 0.01)
    (got,) = area(layer([polygon]))
    assert got == pytest.approx(karney(polygon, 200), rel=1e-9)


def test_one_metre_parcel_keeps_its_digits() -> None:
    """Coordinates carry 2 nm, so 1 m2 can be known to about 1e-8."""
    polygon = shapely.box(112, 42, 112 + 1.2e-5, 42 + 0.9e-5)
    (got,) = area(layer([polygon]))
    west, south, east, north = polygon.bounds
    sine = np.sin(np.radians((south + north) / 2))
    narrow = CGCS2000.b**2 / (1 - CGCS2000.e2 * sine**2) ** 2
    cosine = np.cos(np.radians((south + north) / 2))
    wanted = narrow * cosine * np.radians(east - west) * np.radians(north - south)
    assert got == pytest.approx(wanted, rel=1e-10)


def test_long_edges_qgis_40888() -> None:
    """The rule for an edge moves the region by 1.1 %; each rule has its number."""
    box = gpd.GeoSeries([REGION_BOX], crs="EPSG:4490")
    assert area(box)[0] / 1e6 == pytest.approx(3_974_209.69, abs=0.005)
    assert area(box, edges="geodesic")[0] / 1e6 == pytest.approx(3_929_949, abs=0.5)


def test_geodesic_polygon_qgis_40888() -> None:
    polygon = gpd.GeoSeries([QGIS_40888], crs="EPSG:4326")
    (got,) = area(polygon, edges="geodesic")
    assert got == pytest.approx(251_199_344_354.43, abs=0.01)


def test_web_mercator_shapely_726() -> None:
    """Sizes on the web map are 1.84 times too large at 42-43 N."""
    box = gpd.GeoSeries([shapely.box(113, 42, 114, 43)], crs="EPSG:4490")
    web = box.set_crs("EPSG:4326", allow_override=True).to_crs("EPSG:3857")
    assert area(web, edges="plane")[0] / area(box)[0] == pytest.approx(1.84, abs=0.01)
    assert area(web)[0] == pytest.approx(area(box)[0], rel=1e-9)


@pytest.mark.parametrize(
    ("edges", "wanted"),
    [("official", "499912.1521"), ("plane", "500000.0000")],
)
def test_worked_parcel(edges: EdgeRule, wanted: str) -> None:
    (got,) = area(WORKED, edges=edges)
    assert f"{got:.4f}" == wanted


def test_worked_parcel_by_geodesics() -> None:
    assert f"{area(WORKED, edges='geodesic')[0]:.4f}" == "499912.1530"


def test_worked_parcel_with_straight_plane_edges() -> None:
    assert f"{area(WORKED)[0]:.4f}" == "499912.1528"


def test_worked_parcel_with_its_hole() -> None:
    hole = shapely.box(36415200, 4466100, 36415300, 4466200)
    holed = gpd.GeoSeries([WORKED[0].difference(hole)], crs="EPSG:4524")
    (got,) = area(holed, edges="official")
    assert f"{got:.4f}" == "489913.9192"
    assert area(holed, edges="plane")[0] == 490_000


@pytest.mark.parametrize(
    ("decimals", "wanted"), [(12, "499912.1518"), (6, "499912.1451")]
)
def test_worked_parcel_with_four_vertices(decimals: int, wanted: str) -> None:
    """Without densifying; the rule's rounding of the seconds alone moves 0.007 m2."""
    rings = from_geometry(WORKED.to_numpy())
    plane = gauss_krueger.projection(ZONE)
    assert plane is not None
    seconds = gauss_krueger.official_inverse(rings.coordinates, plane) * 3600
    rounded = rings.with_coordinates(np.round(seconds, decimals) / 3600)
    (got,) = official_ring_areas(rounded, CGCS2000)
    assert f"{got:.4f}" == wanted


@pytest.mark.parametrize(
    ("edges", "wanted", "within"),
    [
        ("official", 399_944_308.47, 0.005),
        ("lonlat", 399_944_308.50, 0.01),
        ("geodesic", 399_944_636.4, 0.05),
        ("plane", 400_000_000, 1e-6),
    ],
)
def test_square_of_20_km(edges: EdgeRule, wanted: float, within: float) -> None:
    square = parcel(36415000, 4466000, 36435000, 4486000)
    assert area(square, edges=edges)[0] == pytest.approx(wanted, abs=within)


def test_official_series_is_that_of_the_rule() -> None:
    wanted = (
        1.0033640898341927,
        0.0011241893819271,
        1.69945947352e-6,
        2.717857846e-9,
        4.358419e-12,
    )
    assert official_series(CGCS2000.e2) == pytest.approx(wanted, rel=1e-6)
    assert official_series(CGCS2000.e2)[0] == pytest.approx(wanted[0], rel=1e-12)


def test_official_rule_far_outside_its_zone() -> None:
    """The rule's own inverse is off by metres at 15 degrees from the meridian."""
    boxes = [shapely.box(108, 41, 108.1, 41.1), shapely.box(122.9, 48, 123, 48.1)]
    far = layer(boxes).to_crs("EPSG:4524")
    assert list(area(far, edges="official")) == pytest.approx(area(far), rel=1e-8)


def test_official_rule_on_lonlat_densifies_in_lonlat() -> None:
    box = layer([shapely.box(112, 42, 113, 43)])
    assert area(box, edges="official")["f0"] == pytest.approx(area(box)["f0"], rel=1e-9)


def test_mixed_winding_pyproj_1082(mixed_winding_pyproj_1082: gpd.GeoSeries) -> None:
    whole = karney(shapely.box(110, 40, 111, 41), 1000)
    hole = karney(shapely.box(110.25, 40.25, 110.5, 40.5), 1000)
    wanted = [whole, whole - hole, whole - hole, 2 * whole]
    for edges in RULES:
        got = area(mixed_winding_pyproj_1082, edges=edges)
        assert list(got) == pytest.approx(wanted, rel=2e-5)


def test_nothing_and_collections(
    nothing_and_collections_geopandas_overlay: gpd.GeoSeries,
) -> None:
    series = nothing_and_collections_geopandas_overlay
    for edges in RULES:
        got = area(series, edges=edges)
        assert got.index.equals(series.index)
        assert got.name == "area_m2"
        assert np.isnan(got["f0"])
        assert list(got[["f1", "f2", "f3"]]) == [0, 0, 0]
        assert got["f4"] == pytest.approx(2 * got["f5"], rel=1e-12)


@pytest.mark.parametrize("edges", [*RULES, "plane"])
def test_no_features(edges: EdgeRule) -> None:
    got = area(gpd.GeoSeries([], crs="EPSG:4524"), edges=edges)
    assert got.dtype == float
    assert len(got) == 0


def test_repeated_index_is_kept() -> None:
    box = shapely.box(110, 40, 111, 41)
    assert list(area(layer([box, box], ["a", "a"])).index) == ["a", "a"]


def test_heights_are_ignored(nan_heights_shapely_1524: gpd.GeoSeries) -> None:
    flat = layer([shapely.Polygon([(110, 40), (111, 40), (111, 41)])])
    for edges in RULES:
        got = area(nan_heights_shapely_1524, edges=edges)
        assert list(got) == [area(flat, edges=edges)["f0"]] * 4


def test_input_is_not_changed() -> None:
    series = parcel(36415000, 4466000, 36416000, 4466500)
    before = series.to_wkb()
    for edges in (*RULES, "plane"):
        area(series, edges=edges)
    assert series.to_wkb().equals(before)


def test_feet_are_not_metres() -> None:
    feet = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=us-ft"
    metres = feet.replace("us-ft", "m")
    box = shapely.segmentize(shapely.box(110, 40, 111, 41), 0.01)
    sizes = []
    for crs in (feet, metres):
        series = gpd.GeoSeries([moved(box, "EPSG:4490", crs)], crs=crs)
        sizes.append([area(series, edges=e)[0] for e in (*RULES, "plane")])
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-8)
    # Albers keeps areas, so its plane is an oracle for the ellipsoid.
    assert sizes[0][3] == pytest.approx(area(layer([box]))["f0"], rel=1e-6)


@pytest.mark.parametrize("crs", ["EPSG:4524+5737", "EPSG:4524"])
def test_height_in_the_crs_changes_nothing(crs: str) -> None:
    series = WORKED.set_crs(crs, allow_override=True)
    assert f"{area(series, edges='official')[0]:.4f}" == "499912.1521"


def test_towgs84_of_zero_changes_nothing() -> None:
    text = "+proj=tmerc +lon_0=108 +x_0=36500000 +ellps=GRS80 +towgs84=0,0,0 +units=m"
    series = WORKED.set_crs(text, allow_override=True)
    assert f"{area(series, edges='official')[0]:.4f}" == "499912.1521"


@pytest.mark.parametrize(
    ("series", "error", "code"),
    [
        (gpd.GeoSeries([HOLED]), CRSError, "crs_missing"),
        (gpd.GeoSeries([HOLED], crs="EPSG:4610"), CRSError, "crs_datum_unsafe"),
        (gpd.GeoSeries([HOLED], crs="EPSG:4479"), CRSError, "crs_not_horizontal"),
        (
            WORKED.set_crs("EPSG:4490", allow_override=True),
            CoordinateError,
            "coordinates_metres",
        ),
        (
            gpd.GeoSeries([shapely.box(40, 110, 41, 111)], crs="EPSG:4490"),
            CoordinateError,
            "coordinates_swapped",
        ),
        (
            WORKED.set_crs("EPSG:4545", allow_override=True),
            CoordinateError,
            "coordinates_wrong_zone",
        ),
    ],
)
def test_refusals(series: gpd.GeoSeries, error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        area(series)
    assert getattr(caught.value, "code") == code  # noqa: B009


def test_numbers_without_a_place() -> None:
    """Small enough for a plane of the Earth, but off this one: no infinite area."""
    albers = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80"
    series = gpd.GeoSeries([shapely.box(4e7, 4e7, 5e7, 5e7)], ["p1"], crs=albers)
    for edges in RULES:
        with pytest.raises(CoordinateError, match="p1") as caught:
            area(series, edges=edges)
        assert caught.value.code == "coordinates_beyond_crs"


def test_plane_needs_a_plane() -> None:
    with pytest.raises(CRSError, match="EPSG:4490") as caught:
        area(layer([HOLED]), edges="plane")
    assert caught.value.code == "crs_not_projected"


def rewound(polygon: shapely.Geometry, rng: np.random.Generator) -> shapely.Geometry:
    """The same place with rings turned, started elsewhere, parts and holes shuffled."""

    def ring(coordinates: FloatArray) -> FloatArray:
        open_ring = np.roll(coordinates[:-1], int(rng.integers(20)), axis=0)
        return open_ring[::-1] if rng.integers(2) else open_ring

    parts = []
    for part in rng.permutation(np.asarray(shapely.get_parts(polygon))):
        holes = [ring(shapely.get_coordinates(hole)) for hole in part.interiors]
        parts.append(
            shapely.Polygon(ring(shapely.get_coordinates(part.exterior)), holes)
        )
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(1e-4, 3.0))
def test_area_does_not_depend_on_how_rings_are_written(seed: int, size: float) -> None:
    before = scattered_layer(5, seed, (101, 41, 123, 49), size=size)
    rng = np.random.default_rng(seed)
    after = layer([rewound(polygon, rng) for polygon in before])
    for edges in RULES if size < 0.05 else ("lonlat", "geodesic"):
        first, second = area(before, edges=edges), area(after, edges=edges)
        assert (first >= 0).all()
        np.testing.assert_allclose(second, first, rtol=1e-10)


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_hole_as_large_as_its_shell_is_not_below_zero(seed: int) -> None:
    shell = star(np.random.default_rng(seed), np.array([112.0, 42.0]), 1.0)
    ring = shapely.get_coordinates(shell.exterior)
    thin = shapely.Polygon(ring, [np.roll(ring[:-1], 3, axis=0)[::-1]])
    (got,) = lonlat_area(np.array([thin], dtype=object), CGCS2000)
    assert 0 <= got <= 1e-4


def test_line_lengths_agree_with_geodesics() -> None:
    line = shapely.LineString(
        [
            (110, 40),
            (
                111,
                41,
            ),
            (113, 41),
        ]
    )
    two = shapely.MultiLineString([line, [(120, 50), (121, 50)]])
    point = shapely.Point(110, 40)
    nested = shapely.GeometryCollection([two, point, shapely.box(0, 0, 1, 1)])
    ring = shapely.LinearRing([(110, 40), (111, 40), (111, 41)])
    many = np.array([line, two, nested, None, point, shapely.LineString(), ring])
    wanted = [GEOD.geometry_length(line), GEOD.geometry_length(two)]
    wanted += [wanted[1], 0, 0, 0, GEOD.geometry_length(ring)]
    assert list(line_lengths(many, CGCS2000)) == pytest.approx(wanted, rel=1e-12)


def test_line_lengths_of_nothing() -> None:
    assert list(line_lengths(np.array([None, None]), CGCS2000)) == [0, 0]
    assert list(line_lengths(np.zeros(0, dtype=object), CGCS2000)) == []


def test_plane_area_is_the_shoelace() -> None:
    polygons = scattered_layer(20, 3, (415000, 4466000, 416000, 4467000), size=300)
    got = plane_area(polygons.to_numpy(), ZONE)
    np.testing.assert_allclose(got, shapely.area(polygons.to_numpy()), rtol=1e-9)


def test_no_python_loop_over_polygons(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call for all rings, however many polygons."""
    calls = []
    real = module.ring_areas

    def counted(rings: Rings, form: AreaForm) -> FloatArray:
        calls.append(len(rings.feature))
        return real(rings, form)

    monkeypatch.setattr(module, "ring_areas", counted)
    area(scattered_layer(200, 1))
    assert len(calls) == 1
    assert calls[0] > 200
