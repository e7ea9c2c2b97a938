"""Files of all importable formats behind a question; decisions told, never guessed."""

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalog import Catalog
from layers.errors import DecisionNeededError, LayerLimitError
from layers.readers.limits import ReadLimits
from layers.reading import ReadingCatalog

CORNERS = ((4466000, 415000), (4466500, 415000), (4466500, 416000), (4466000, 416000))
"""North, east of a parcel of 500 m by 1000 m in 3-degree zone 36."""
SQUARE = "106.5,40.3 106.6,40.3 106.6,40.4 106.5,40.4 106.5,40.3"


def parcels(prefix: str = "36", sheet: str = "", name: str = "光伏治沙一期") -> bytes:
    """Write a file of one parcel as the ministry's programs do."""
    head = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "[地块坐标]"]
    ring = [*CORNERS, CORNERS[0]]
    lines = [f"J{i % 4 + 1},1,{n:.3f},{prefix}{e:.3f}" for i, (n, e) in enumerate(ring)]
    record = f"5,50.0000,DK1,{name},面,{sheet},光伏,0404,@"
    return "\r\n".join([*head, record, *lines, ""]).encode("gbk")


def kml() -> bytes:
    polygon = f"<LinearRing><coordinates>{SQUARE}</coordinates></LinearRing>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml'
        '/2.2"><Placemark><name>地块</name><Polygon><outerBoundaryIs>'
        f"{polygon}</outerBoundaryIs></Polygon></Placemark></kml>"
    ).encode()


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_dot_", "."), content)
    return made.getvalue()


@pytest.fixture
def catalog(seeds: Path) -> ReadingCatalog:
    return ReadingCatalog(ReadingCatalog.open(seeds).entries)


def kept(folder: Path, name: str, content: bytes) -> str:
    file = folder / name
    file.write_bytes(content)
    return str(file)


def test_parcels_are_where_the_plane_says(
    catalog: ReadingCatalog, tmp_path: Path
) -> None:
    layer = catalog.vector(kept(tmp_path, "地块.txt", parcels()))
    assert layer.features["name_zh"].tolist() == ["光伏治沙一期"]
    assert layer.spec.crs == "EPSG:4524"
    places = [shapely.Point(36_000_000 + e, n) for n, e in CORNERS]
    expected = gpd.GeoSeries(places, crs=4524).to_crs(4490).get_coordinates()
    found = layer.features.geometry.get_coordinates().to_numpy()
    for corner in expected.to_numpy():
        assert np.abs(found - corner).max(axis=1).min() < 1e-10
    decided = {
        note.details["decided"]: note.details["chosen"]
        for note in layer.notes
        if "decided" in note.details
    }
    assert decided["crs"] == "EPSG:4524"
    assert decided["zone"] == "36"
    assert decided["axis_order"] == "yx"
    assert decided["encoding"] in ("gbk", "gb18030")


def test_ambiguous_zone_is_asked_and_then_taken(
    catalog: ReadingCatalog, tmp_path: Path
) -> None:
    name = kept(tmp_path, "a.txt", parcels(prefix=""))
    with pytest.raises(DecisionNeededError) as refused:
        catalog.vector(name)
    choices = refused.value.details["choices"]
    assert isinstance(choices, list)
    offered = {one["crs"]: one["bounds"][0] for one in choices}
    assert {"EPSG:4544", "EPSG:4545"} <= set(offered)
    layer = catalog.vector(name, crs="EPSG:4545")
    assert layer.features.total_bounds[0] == pytest.approx(offered["EPSG:4545"])
    assert layer.spec.crs == "EPSG:4545"


def test_metres_without_a_system_are_asked_too(
    catalog: ReadingCatalog, tmp_path: Path
) -> None:
    """The same question for a shapefile whose .prj was left behind."""
    square = gpd.GeoDataFrame(geometry=[shapely.box(415000, 4466000, 416000, 4466500)])
    square.set_crs(4545).to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(DecisionNeededError) as refused:
        catalog.vector(str(tmp_path / "a.shp"))
    assert "EPSG:4545" in str(refused.value.details["candidates"])


@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "a.zip"])
def test_kml_bare_and_packed(
    catalog: ReadingCatalog, tmp_path: Path, name: str
) -> None:
    content = kml() if name == "a.kml" else packed(doc_dot_kml=kml())
    layer = catalog.vector(kept(tmp_path, name, content))
    assert layer.features["name_zh"].tolist() == ["地块"]
    bounds = layer.features.total_bounds
    assert bounds == pytest.approx([106.5, 40.3, 106.6, 40.4], abs=1e-9)


def test_parcel_files_in_an_archive_are_one_layer(
    catalog: ReadingCatalog, tmp_path: Path
) -> None:
    both = packed(a_dot_txt=parcels(name="甲"), b_dot_txt=parcels(name="乙"))
    layer = catalog.vector(kept(tmp_path, "two.zip", both))
    assert layer.features["name_zh"].tolist() == ["甲", "乙"]
    assert layer.features.index.is_unique


def test_archives_of_other_names_are_limited_as_well(
    files: Catalog, tmp_path: Path
) -> None:
    limits = ReadLimits(max_features=5, max_vertices=100, max_unpacked_bytes=1000)
    catalog = ReadingCatalog(files.entries, limits)
    name = kept(tmp_path, "a.kmz", packed(doc_dot_kml=kml() + b" " * 1000))
    with pytest.raises(LayerLimitError):
        catalog.vector(name)
