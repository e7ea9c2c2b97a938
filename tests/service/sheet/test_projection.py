import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from geo.types import BBox
from service.sheet.projection import ALBERS, PAPERS, frame_for, map_size, nice

REGION = (97.17, 37.41, 126.08, 53.33)
SITE = (108.3, 40.2, 109.0, 40.7)


def test_region_is_drawn_in_an_equal_area_cone() -> None:
    frame = frame_for(REGION, PAPERS["A4"])
    assert frame.crs == CRS.from_proj4(ALBERS)
    assert frame.name == ""
    assert frame.denominator == 12_000_000
    assert frame_for(REGION, PAPERS["A3"]).denominator == 8_000_000


def test_squares_of_equal_area_stay_equal_on_paper() -> None:
    """The point of the projection: the north is not larger than the south."""
    frame = frame_for(REGION, PAPERS["A4"])
    geod = Geod(ellps="GRS80")
    sizes = []
    for lon, lat in ((105.0, 38.0), (122.0, 52.5)):
        ring = [(lon, lat), (lon + 0.5, lat), (lon + 0.5, lat + 0.5), (lon, lat + 0.5)]
        real = abs(geod.geometry_area_perimeter(shapely.Polygon(ring))[0])
        x, y = frame.place(np.array(ring)).T
        paper = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
        sizes.append(paper * 1e-6 * frame.denominator**2 / real)
    assert sizes == pytest.approx([1, 1], rel=2e-3)


def test_site_is_drawn_in_its_zone() -> None:
    frame = frame_for(SITE, PAPERS["A4"])
    assert frame.name == "EPSG:4545"
    assert "CM 108E" in CRS.from_epsg(4545).name
    assert frame.meridian == 108
    step = Transformer.from_crs("EPSG:4490", "EPSG:4545", always_xy=True)
    ends = np.array([[108.4, 40.4], [108.8, 40.4]])
    metres = np.hypot(*np.diff(np.column_stack(step.transform(*ends.T)), axis=0)[0])
    millimetres = np.hypot(*np.diff(frame.place(ends), axis=0)[0])
    assert millimetres * frame.denominator / 1000 == pytest.approx(metres, rel=1e-9)


@pytest.mark.parametrize("bbox", [REGION, SITE])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_all_of_the_box_is_inside_the_frame(bbox: BBox, paper: str) -> None:
    frame = frame_for(bbox, PAPERS[paper])
    west, south, east, north = bbox
    corners = np.array([[x, y] for x in (west, east) for y in (south, north)])
    placed = frame.place(corners)
    width, height = map_size(PAPERS[paper])
    assert (placed > -1e-6).all()
    assert (placed < np.array([width, height]) + 1e-6).all()
    assert frame.lonlat(placed) == pytest.approx(corners, abs=1e-8)


def test_nice_never_shrinks() -> None:
    for number in np.logspace(3, 8, 60):
        assert nice(float(number)) >= number * (1 - 1e-9)
        assert nice(float(number)) <= number * 1.5
