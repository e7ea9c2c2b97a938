"""Rasters as arrays: GDAL is the oracle for places and values."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from geo.authalic import CGCS2000
from geo.errors import GeometryError
from geo.profile import along
from service.notebook import NotebookCatalog, open_catalog

BOX = (110.0, 40.0, 111.0, 41.0)


@pytest.fixture(scope="module")
def catalog() -> NotebookCatalog:
    return open_catalog()


def test_cells_lie_where_gdal_says(catalog: NotebookCatalog) -> None:
    array = catalog.array("elevation", bounds=BOX)
    places = [(110.123, 40.456), (110.9, 40.05)]
    with rasterio.open(catalog.path("elevation")) as file:
        expected = [float(value[0]) for value in file.sample(places)]
    found = [float(array.sel(x=x, y=y, method="nearest")) for x, y in places]
    assert found == expected
    assert array.dims == ("y", "x")
    assert array.y[0] > array.y[-1]
    assert array.attrs["units"] == "m"
    assert CRS.from_wkt(array.spatial_ref.attrs["crs_wkt"]) == CRS("EPSG:4326")


def test_transform_of_the_window_is_gdals(catalog: NotebookCatalog) -> None:
    array = catalog.array("elevation", bounds=BOX)
    left, dx, _, top, _, dy = map(float, array.spatial_ref.GeoTransform.split())
    assert float(array.x[0]) == pytest.approx(left + dx / 2)
    assert float(array.y[0]) == pytest.approx(top + dy / 2)


def test_no_value_is_nan(catalog: NotebookCatalog) -> None:
    array = catalog.array("land_cover")
    with rasterio.open(catalog.path("land_cover")) as file:
        masked = file.read(1, masked=True)
    assert np.array_equal(np.isnan(array), np.ma.getmaskarray(masked))


def test_a_frame_gives_the_box(catalog: NotebookCatalog) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(*BOX)], crs="EPSG:4490")
    assert catalog.array("elevation", bounds=frame).equals(
        catalog.array("elevation", bounds=BOX)
    )


def test_profile_reads_the_cell_under_each_point(catalog: NotebookCatalog) -> None:
    table = catalog.profile(
        shapely.LineString([(110, 40), (112, 41)]), "elevation", step_m=7_000
    )
    places = table[["lon", "lat"]].to_numpy().tolist()
    with rasterio.open(catalog.path("elevation")) as file:
        expected = [float(value[0]) for value in file.sample(places)]
    assert table["value"].tolist() == expected
    assert table.attrs["unit"] == "m"


def test_profile_off_the_raster_has_no_value(catalog: NotebookCatalog) -> None:
    line = shapely.LineString([(96, 40), (98, 40)])
    values = catalog.profile(line, "elevation", step_m=10_000)["value"]
    assert np.isnan(values.iloc[0])
    assert not np.isnan(values.iloc[-1])
    beyond = shapely.LineString([(10, 40), (11, 40)])
    assert catalog.profile(beyond, "elevation")["value"].isna().all()


def test_points_are_equally_far_along_the_geodesic() -> None:
    line = shapely.LineString([(110, 40), (111, 42), (113, 42)])
    samples = along(line, 10_000.0, CGCS2000)
    geod = Geod(ellps="GRS80")
    lon, lat = samples.points.T
    # Across a vertex the straight way is shorter than the way along the line.
    _, _, step = geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert np.sort(np.abs(step - 10_000.0))[:-2] == pytest.approx(0.0, abs=1e-3)
    assert samples.distance_m[-1] == pytest.approx(geod.geometry_length(line), 1e-12)
    assert samples.points[-1] == pytest.approx([113, 42], abs=1e-9)


@pytest.mark.parametrize(
    ("line", "step", "code"),
    [
        (shapely.Point(1, 1), 1.0, "profile_needs_line"),
        (shapely.LineString(), 1.0, "profile_needs_line"),
        (shapely.LineString([(1, 1), (1, 1)]), 1.0, "profile_needs_line"),
        (shapely.LineString([(1, 1), (2, 1)]), 0.0, "profile_step"),
        (shapely.LineString([(1, 1), (2, 1)]), float("nan"), "profile_step"),
        (shapely.LineString([(1, 1), (2, 1)]), 0.001, "profile_step"),
    ],
)
def test_profiles_that_cannot_be(line: BaseGeometry, step: float, code: str) -> None:
    with pytest.raises(GeometryError) as refused:
        along(line, step, CGCS2000)
    assert refused.value.code == code
