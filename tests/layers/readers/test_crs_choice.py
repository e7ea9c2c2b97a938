"""When two definitions mean the same coordinates."""

import pytest
from pyproj import CRS

from layers.readers.crs_choice import same_crs

ESRI_4524 = CRS.from_epsg(4524).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("EPSG:4490", "EPSG:4490", True),
        ("EPSG:4326", "OGC:CRS84", True),
        ("EPSG:4490", "EPSG:4326", False),
        ("EPSG:4490", "EPSG:4610", False),
        ("EPSG:4610", "EPSG:4214", False),
        ("EPSG:4490", "EPSG:4524", False),
        (ESRI_4524, "EPSG:4524", True),
        (ESRI_4524, "EPSG:4525", False),
        (ESRI_4524, "EPSG:4545", False),
        ("EPSG:2360", "EPSG:4524", False),
        ("EPSG:32648", "EPSG:32649", False),
    ],
)
def test_same(left: str, right: str, same: bool) -> None:
    assert same_crs(CRS(left), CRS(right)) == same
    assert same_crs(CRS(right), CRS(left)) == same
