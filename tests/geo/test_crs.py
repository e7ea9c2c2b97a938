"""The door: what is accepted, what is refused, what is said."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geo import crs as module
from geo.area import area
from geo.authalic import CGCS2000
from geo.errors import CoordinateError, CRSError, GeoError
from geo.testing import layer, moved

BOX = shapely.box(110, 40, 111, 41)
ESRI_LONLAT = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["{datum}",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
ESRI_ZONE = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",{lonlat},PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",36500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
DATUM_NAMES = [
    "D_China_2000",
    "D_China_Geodetic_Coordinate_System_2000",
    "China_2000",
    "CGCS2000",
    "CGCS_2000",
]
NOT_HORIZONTAL = [
    "EPSG:4978",
    "EPSG:4479",
    "EPSG:5773",
    'ENGCRS["site",EDATUM["x"],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],'
    'LENGTHUNIT["metre",1]]',
    'LOCAL_CS["x",UNIT["metre",1]]',
    "+proj=ob_tran +o_proj=longlat +o_lat_p=40 +lon_0=10 +ellps=WGS84",
    ESRI_LONLAT.format(datum="D_China_2000").replace(
        'UNIT["Degree",0.0174532925199433]', 'UNIT["Grad",0.015707963267948967]'
    ),
]


def refused(error: type[GeoError], code: str) -> "pytest.RaisesExc[GeoError]":
    return pytest.raises(error, check=lambda e: e.code == code)


@pytest.mark.parametrize("text", ["EPSG:4490", "epsg:4524", "OGC:CRS84", "ESRI:102025"])
def test_parse_knows(text: str) -> None:
    assert module.parse(text).equals(CRS.from_user_input(text))


@pytest.mark.parametrize("text", ["EPSG:999999", "", "zone 36", "EPSG:", "{}"])
def test_parse_refuses(text: str) -> None:
    with refused(CRSError, "crs_unknown"):
        module.parse(text)


def test_names() -> None:
    assert module.name(CRS.from_epsg(4524)) == "EPSG:4524"
    assert module.name(CRS.from_user_input("EPSG:4490+5737")).startswith("China")


def test_require_names_the_layer() -> None:
    with refused(CRSError, "crs_missing") as caught:
        module.require(gpd.GeoSeries([BOX]), "parcels.shp")
    assert all("parcels.shp" in sentence for sentence in caught.value.text)


@pytest.mark.parametrize("text", NOT_HORIZONTAL)
def test_require_refuses_what_has_no_plane_or_lonlat(text: str) -> None:
    with refused(CRSError, "crs_not_horizontal"):
        module.require(gpd.GeoSeries([BOX], crs=text), "x")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("EPSG:4490+5737", "EPSG:4490"),
        ("EPSG:4524+5737", "EPSG:4524"),
        ("EPSG:4326+5773", "EPSG:4326"),
    ],
)
def test_horizontal_leaves_heights_off(text: str, wanted: str) -> None:
    assert module.horizontal(CRS.from_user_input(text), "x").equals(CRS(wanted))


@pytest.mark.parametrize("axis", [0, 1])
def test_axis_whose_unit_a_damaged_definition_lost(axis: int) -> None:
    """PROJ reads it, and fails only when it is to be used."""
    definition = CRS.from_epsg(4490).to_json_dict()
    del definition["coordinate_system"]["axis"][axis]["unit"]
    with refused(CRSError, "crs_not_horizontal"):
        module.horizontal(CRS.from_json_dict(definition), "a.parquet")


@pytest.mark.parametrize("other", ["EPSG:4326", "EPSG:4524", "EPSG:4547"])
def test_different_systems_are_refused(other: str) -> None:
    with refused(CRSError, "crs_differ"):
        module.require_same(CRS.from_epsg(4490), CRS(other))


def test_axis_order_is_no_difference() -> None:
    module.require_same(CRS.from_epsg(4326), CRS.from_user_input("OGC:CRS84"))


def test_lonlat_is_required() -> None:
    module.require_lonlat(CRS.from_epsg(4490))
    with refused(CRSError, "crs_not_lonlat"):
        module.require_lonlat(CRS.from_epsg(4524))


@pytest.mark.parametrize("datum", DATUM_NAMES)
@pytest.mark.parametrize("template", ["{lonlat}", ESRI_ZONE], ids=["lonlat", "zone"])
def test_esri_names_of_cgcs2000(datum: str, template: str) -> None:
    crs = CRS.from_wkt(template.format(lonlat=ESRI_LONLAT.format(datum=datum)))
    assert module.datum(crs) == "cgcs2000"
    assert module.require_safe_datum(crs, "x") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("EPSG:4490", "cgcs2000"),
        ("EPSG:4480", "cgcs2000"),
        ("EPSG:4526", "cgcs2000"),
        ("EPSG:4326", "close"),
        ("EPSG:3857", "close"),
        ("EPSG:32649", "close"),
        ("OGC:CRS84", "close"),
        ("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80", "close"),
        ("+proj=longlat +ellps=WGS84", "close"),
        ("EPSG:4610", "unsafe"),
        ("EPSG:2336", "unsafe"),
        ("EPSG:4214", "unsafe"),
        ("EPSG:2421", "unsafe"),
        ("EPSG:4322", "unsafe"),
        ("EPSG:4269", "unsafe"),
        ("+proj=longlat +ellps=krass", "unsafe"),
        ("+proj=longlat +R=6371000", "unsafe"),
        (ESRI_LONLAT.replace("298.257222101", "298.3").format(datum="x"), "unsafe"),
        (
            ESRI_LONLAT.replace("6378137.0", "6378245.0").format(datum="D_China_2000"),
            "unsafe",
        ),
    ],
)
def test_datum(text: str, kind: str) -> None:
    crs = CRS.from_user_input(text)
    assert module.datum(crs) == kind
    if kind == "unsafe":
        with refused(CRSError, "crs_datum_unsafe"):
            module.require_safe_datum(crs, "old.shp")
    else:
        codes = [note.code for note in module.require_safe_datum(crs, "old.shp")]
        assert codes == (["crs_assumed_equal"] if kind == "close" else [])


def test_every_xian_and_beijing_zone_is_refused() -> None:
    """PROJ goes from them to CGCS2000 without a word (pyproj#148, PROJ#4713)."""
    for epsg in [*range(2327, 2391), *range(2401, 2443)]:
        assert module.datum(CRS.from_epsg(epsg)) == "unsafe"


def test_ellipsoid() -> None:
    assert module.ellipsoid(CRS.from_epsg(4524)) == CGCS2000
    with refused(CRSError, "crs_unknown"):
        module.ellipsoid(CRS.from_user_input("+proj=longlat +R=6371000"))


def test_lonlat_is_taken_as_it_is() -> None:
    before = layer([BOX, None, shapely.Polygon()])
    after, notes = module.to_working(before, "x")
    assert notes == []
    assert after.crs == CRS.from_epsg(4490)
    assert after.to_wkb().equals(before.to_wkb())


def test_wgs84_is_noted_and_not_moved() -> None:
    before = gpd.GeoSeries([BOX], crs="EPSG:4326")
    after, (note,) = module.to_working(before, "gps.gpkg")
    assert note.code == "crs_assumed_equal"
    assert "gps.gpkg" in note.text.zh
    assert after[0].equals(BOX)
    assert before.crs == CRS.from_epsg(4326)


@pytest.mark.parametrize("epsg", [4524, 4545, 32649, 3857])
def test_plane_is_left_with_its_edges(epsg: int) -> None:
    """Points on the plane's straight edges stay within 0.1 mm of those in lon/lat."""
    corners = moved(BOX, "EPSG:4490", CRS.from_epsg(epsg))
    plane = gpd.GeoSeries([corners], ["a"], crs=epsg)
    after, notes = module.to_working(plane, "x")
    assert notes[-1].code == "crs_transformed"
    assert list(after.index) == ["a"]
    along = shapely.segmentize(corners, 313.0)
    points = module.to_degrees(shapely.get_coordinates(along), CRS.from_epsg(epsg))
    outline = shapely.boundary(after.to_numpy()[0])
    assert shapely.distance(shapely.points(points), outline).max() < 1e-9


def test_northing_first_delineate_anything_18() -> None:
    """EPSG declares north,east; the product's x is east nevertheless."""
    assert CRS.from_epsg(4524).axis_info[0].direction == "north"
    parcel = gpd.GeoSeries([shapely.Point(36415000, 4466000)], crs="EPSG:4524")
    point = shapely.get_coordinates(module.to_working(parcel, "x")[0].to_numpy())
    assert list(point[0]) == pytest.approx([106.9998757013, 40.3241319246], abs=1e-9)


def test_feet_are_densified_in_metres() -> None:
    text = "+proj=tmerc +lon_0=108 +ellps=GRS80 +units=us-ft"
    box = gpd.GeoSeries([shapely.box(0, 14_500_000, 3280, 14_503_280)], crs=text)
    after, _ = module.to_working(box, "x")
    sides = np.ceil(3280 * 12 / 39.37 / 70)
    assert shapely.get_num_coordinates(after[0]) == 4 * sides + 1
    assert area(after)[0] == pytest.approx(1e6, rel=1e-3)


@pytest.mark.parametrize("geometry", [[], [None], [shapely.Polygon(), None]])
def test_nothing_is_left_as_nothing(geometry: list[shapely.Geometry | None]) -> None:
    values = np.array(geometry, dtype=object)
    after, _ = module.to_working(gpd.GeoSeries(values, crs="EPSG:4524"), "x")
    assert shapely.get_num_coordinates(after.to_numpy()).sum() == 0
    assert len(after) == len(geometry)


@pytest.mark.parametrize(
    ("epsg", "box"),
    [
        (4545, shapely.box(36415000, 4466000, 36416000, 4466500)),
        (4524, shapely.box(415000, 4466000, 416000, 4466500)),
        (4545, shapely.box(0, 0, 1e6, 1e30)),
        (3857, shapely.box(0, 0, 1e12, 1e6)),
    ],
)
def test_numbers_beyond_the_plane(epsg: int, box: shapely.Geometry) -> None:
    """PROJ answers infinity or folds them back onto the globe."""
    with refused(CoordinateError, "coordinates_beyond_crs") as caught:
        module.to_working(gpd.GeoSeries([box], ["p7"], crs=epsg), "parcels.shp")
    for sentence in caught.value.text:
        assert "parcels.shp" in sentence
        assert "p7" in sentence
        assert f"EPSG:{epsg}" in sentence


def test_missing_crs_is_refused_before_anything_moves() -> None:
    with refused(CRSError, "crs_missing"):
        module.to_working(gpd.GeoSeries([BOX]), "x")
