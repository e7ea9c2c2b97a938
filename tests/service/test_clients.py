"""The service as real clients see it: GDAL and OWSLib."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features
from pyproj import CRS

from layers import offline
from layers.catalog import Catalog
from service.settings import Settings


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The service over the seeds, in a process of its own.

    GDAL holds the interpreter while it waits for an answer, so a thread could not
    give one.
    """
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()


VECTORS = [
    one.id for one in Catalog.open(Settings().seeds).specs if one.kind == "vector"
]


@pytest.fixture
def _online() -> Iterator[None]:
    """A client's GDAL; ours may not call out, and both share this process."""
    names = [one for one in offline.OPTIONS if pyogrio.get_gdal_config_option(one)]
    pyogrio.set_gdal_config_options(dict.fromkeys(names))
    yield
    offline.cut_network()


def as_gdal_reads(address: str, layer: str, **options: str) -> gpd.GeoDataFrame:
    found = pyogrio.read_dataframe(f"OAPIF:{address}", layer=layer, **options)
    assert isinstance(found, gpd.GeoDataFrame)
    return found


@pytest.mark.usefixtures("_online")
def test_gdal_lists_every_vector_layer(address: str) -> None:
    found = pyogrio.list_layers(f"OAPIF:{address}")
    assert set(found[:, 0]) >= set(VECTORS)


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize("layer", VECTORS)
@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:4490"])
def test_gdal_reads_count_area_and_axis_order(
    address: str, real_catalog: Catalog, layer: str, crs: str | None
) -> None:
    expected = real_catalog.vector(layer).features
    found = as_gdal_reads(address, layer, **({} if crs is None else {"CRS": crs}))
    assert len(found) == len(expected)
    assert CRS(found.crs).is_geographic
    if crs != "EPSG:4326":
        assert CRS(found.crs).to_epsg() == 4490
    assert found.total_bounds == pytest.approx(expected.total_bounds, abs=1e-7)
    areas = shapely.area(found.geometry.to_numpy())
    wanted = shapely.area(expected.geometry.to_numpy())
    assert areas == pytest.approx(wanted, rel=1e-7)
    names = found["name_zh"].fillna("").tolist()
    assert names == expected["name_zh"].fillna("").tolist()


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize("code", [4525, 4547, 3857])
def test_hard_26_gdal_reads_planes(
    address: str, real_catalog: Catalog, code: int
) -> None:
    expected = real_catalog.vector("leagues").features.to_crs(code)
    found = as_gdal_reads(address, "leagues", CRS=f"EPSG:{code}")
    assert CRS(found.crs).to_epsg() == code
    assert found.total_bounds == pytest.approx(expected.total_bounds, abs=0.01)
    areas = shapely.area(found.geometry.to_numpy())
    wanted = shapely.area(expected.geometry.to_numpy())
    assert areas == pytest.approx(wanted, rel=1e-5)


@pytest.mark.usefixtures("_online")
def test_gdal_filters_by_box_and_by_attribute(
    address: str, real_catalog: Catalog
) -> None:
    box = (110.0, 40.0, 112.0, 42.0)
    expected = real_catalog.vector("banners").features
    touched = expected[expected.intersects(shapely.box(*box))]
    found = as_gdal_reads(address, "banners", bbox=box)  # type: ignore[arg-type]
    assert sorted(found["adcode"]) == sorted(touched["adcode"])
    named = as_gdal_reads(address, "banners", where="league_en = 'Ordos'")
    wanted = expected[expected["league_en"] == "Ordos"]
    assert len(wanted) > 5
    assert sorted(named["adcode"]) == sorted(wanted["adcode"])


def test_owslib_lists_and_filters(address: str, real_catalog: Catalog) -> None:
    service = Features(f"{address}/")
    assert any(one.endswith("/core") for one in service.conformance()["conformsTo"])
    assert service.feature_collections() == VECTORS
    assert service.api()["openapi"].startswith("3.0")
    described = service.collection("leagues")
    assert described["storageCrs"].endswith("/4490")
    assert {"name_zh", "geometry"} <= service.collection_queryables("leagues")[
        "properties"
    ].keys()
    leagues = real_catalog.vector("leagues").features
    box = (110.0, 40.0, 112.0, 42.0)
    touched = leagues.index[leagues.intersects(shapely.box(*box))]
    boxed = service.collection_items("leagues", bbox=list(box))
    assert [one["id"] for one in boxed["features"]] == list(touched)
    filtered = service.collection_items("leagues", filter="area_km2 > 100000")
    wanted = leagues.index[leagues["area_km2"] > 100_000]
    assert [one["id"] for one in filtered["features"]] == list(wanted)
    assert (
        service.collection_item("leagues", "150100")["properties"]["adcode"] == "150100"
    )


def paged_ids(address: str, path: str) -> list[str]:
    ids: list[str] = []
    following: str | None = address + path
    while following is not None:
        with urllib.request.urlopen(following) as answer:  # noqa: S310
            body = json.load(answer)
        ids += [one["id"] for one in body["features"]]
        links = {one["rel"]: one["href"] for one in body["links"]}
        following = links.get("next")
    return ids


@pytest.mark.parametrize("seed", range(3))
def test_pages_of_random_boxes_are_what_geos_says(
    address: str, real_catalog: Catalog, seed: int
) -> None:
    features = real_catalog.vector("banners").features
    random = np.random.default_rng(seed)
    west, south = random.uniform((100, 38), (120, 50))
    width, height = random.uniform(0.5, 8, 2)
    east, north = west + width, south + height
    expected = features.index[
        features.intersects(shapely.box(west, south, east, north))
    ]
    lon_lat = f"bbox={west},{south},{east},{north}&limit=4"
    lat_lon = f"bbox={south},{west},{north},{east}&bbox-crs=EPSG:4490&limit=9"
    items = "/collections/banners/items"
    assert paged_ids(address, f"{items}?{lon_lat}") == list(expected)
    assert paged_ids(address, f"{items}?{lat_lon}") == list(expected)
    triangle = shapely.Polygon([(west, south), (east, south), (east, north)])
    within = features.index[features.intersects(triangle)]
    text = quote(f"S_INTERSECTS(geometry, {shapely.to_wkt(triangle, -1)})")
    assert paged_ids(address, f"{items}?filter={text}&limit=5") == list(within)
