"""Downloads by HTTP: every format of every layer, parts, refusals, nothing left."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pyogrio
import pytest
import rasterio
from starlette.testclient import TestClient

from geo.area import area
from layers.catalog import Catalog
from layers.downloads import FORMATS
from service.app import create_app
from service.settings import Settings

VECTOR = [name for name, form in FORMATS.items() if "vector" in form.kinds]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def client(small_seeds: Path, folder: Path) -> Iterator[TestClient]:
    settings = Settings(seeds=small_seeds, jobs=folder)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_left_behind(folder: Path) -> Iterator[None]:
    yield
    assert list(folder.glob("spool/*/*")) == []


@pytest.mark.parametrize("form", VECTOR)
def test_every_format_arrives_as_a_file(
    client: TestClient, catalog: Catalog, form: str
) -> None:
    plain = {"accept-encoding": "identity"}
    answer = client.get(f"/collections/redline/download?f={form}", headers=plain)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FORMATS[form].media_type
    version = catalog.spec("redline").version
    name = f"redline-{version}{FORMATS[form].suffix}"
    if form == "pmtiles":
        name = "redline.pmtiles"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    assert 'rel="describedby"' in answer.headers["link"]
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("form", ["geojson", "gpkg", "geoparquet", "fgb", "shp"])
def test_areas_are_equal_after_import(
    client: TestClient, catalog: Catalog, tmp_path: Path, form: str
) -> None:
    content = client.get(f"/collections/sandy_lands/download?f={form}").content
    path = tmp_path / f"sands{FORMATS[form].suffix}"
    path.write_bytes(content)
    again = Catalog(MappingProxyType({})).vector(str(path)).features
    expected = catalog.vector("sandy_lands").features
    assert again.index.tolist() == expected.index.tolist()
    assert area(again.geometry).tolist() == pytest.approx(
        area(expected.geometry).tolist(), rel=1e-14
    )


def test_part_within_a_box(client: TestClient, tmp_path: Path) -> None:
    query = "f=gpkg&bbox=108.5,40.5,109,41"
    answer = client.get(f"/collections/leagues/download?{query}")
    assert "-part.gpkg" in answer.headers["content-disposition"]
    path = tmp_path / "part.gpkg"
    path.write_bytes(answer.content)
    part = Catalog(MappingProxyType({})).vector(str(path)).features
    assert part.index.tolist() == ["a"]


def test_part_is_what_items_answer(client: TestClient, tmp_path: Path) -> None:
    query = "filter=id <> 'b'&sortby=-id&properties=name_zh"
    items = client.get(f"/collections/leagues/items?{query}").json()["features"]
    content = client.get(f"/collections/leagues/download?f=gpkg&{query}").content
    path = tmp_path / "part.gpkg"
    path.write_bytes(content)
    part = pyogrio.read_dataframe(path)
    assert len(items) == 2
    assert part["id"].tolist() == [one["id"] for one in items]
    assert set(part.columns) == {"id", "name_zh", "geometry"}


def test_vector_tiles_as_one_file(client: TestClient) -> None:
    answer = client.get("/collections/leagues/download?f=pmtiles")
    assert answer.content.startswith(b"PMTiles\x03")
    assert answer.content == client.get("/collections/leagues/pmtiles").content
    assert 'rel="describedby"' in answer.headers["link"]


def test_part_says_so(client: TestClient) -> None:
    query = "f=geojson&bbox=108.5,40.5,109,41"
    text = client.get(f"/collections/leagues/download?{query}").json()["provenance"]
    assert "1 feature(s), whole, not clipped, that match bbox=108.5,40.5,109,41" in text


def test_box_beside_the_layer_gives_an_empty_file(client: TestClient) -> None:
    for form in ("geojson", "gpkg", "fgb", "geoparquet", "shp", "kml", "csv", "xlsx"):
        query = f"f={form}&bbox=0,0,1,1"
        answer = client.get(f"/collections/leagues/download?{query}")
        assert answer.status_code == 200, answer.text


def test_gbk_shapefile(client: TestClient) -> None:
    content = client.get("/collections/leagues/download?f=shp&encoding=gbk").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (label,) = [name for name in archive.namelist() if name.endswith(".cpg")]
        assert archive.read(label) == b"GBK"
        table = archive.read(label.replace(".cpg", ".dbf"))
    assert "西盟".encode("gbk") in table


def test_workbook_opens(client: TestClient) -> None:
    content = client.get("/collections/leagues/download?f=xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.title == "图层leagues"
    assert sheet["A2"].value == "a"


def test_window_of_a_raster(client: TestClient) -> None:
    answer = client.get(
        "/collections/elevation/download?bbox=108.25,41.05,108.75,41.55"
    )
    assert answer.headers["content-type"].startswith("image/tiff")
    with rasterio.open(io.BytesIO(answer.content)) as window:
        assert window.read(1).tolist() == [
            [1000 + 30 * column + 10 * row for column in range(2, 8)]
            for row in range(4, 10)
        ]


@pytest.mark.parametrize("layer", ["leagues", "land_cover"])
def test_original_is_the_file_itself(
    client: TestClient, small_seeds: Path, layer: str
) -> None:
    content = client.get(f"/collections/{layer}/download?f=original").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name, about = archive.namelist()
        assert archive.read(name) == (small_seeds / name).read_bytes()
        assert about == "PROVENANCE.txt"


def test_provenance_alone(client: TestClient) -> None:
    answer = client.get("/collections/redline/download?f=txt")
    for said in (
        "modelled",
        "a model for tests only",
        "CC0-1.0",
        "2026-01-15",
        "± 100",
    ):
        assert said in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nothing/download", 404, "layer_not_found"),
        ("leagues/download?f=cog", 400, "download_kind"),
        ("land_cover/download?f=shp", 400, "download_kind"),
        ("leagues/download?f=doc", 400, "parameter_not_listed"),
        ("leagues/download?encoding=big5", 400, "parameter_not_listed"),
        ("leagues/download?bbox=1,2", 400, "bbox_numbers"),
        ("leagues/download?bbox=39,108,42,112", 400, "bbox_off_globe"),
        ("land_cover/download?bbox=0,0,1,1", 422, "bbox_without_cells"),
        ("leagues/download?boox=1,2,3,4", 400, "parameter_unknown"),
        ("leagues/download?filter=size%3D1", 400, "property_unknown"),
        ("leagues/download?filter=name_zh%3D", 400, "filter_syntax"),
        ("leagues/download?f=original&bbox=1,2,3,4", 400, "download_whole_only"),
        ("leagues/download?f=pmtiles&filter=a", 400, "download_whole_only"),
        ("land_cover/download?filter=a", 400, "condition_needs_features"),
        ("land_cover/download?bbox=111,40,-170,41", 400, "bbox_crosses_180"),
    ],
)
def test_refusals(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(f"/collections/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("form", [*VECTOR, "cog", None])
def test_restricted_layer_never_leaves(client: TestClient, form: str | None) -> None:
    query = "" if form is None else f"?f={form}"
    answer = client.get(f"/collections/secret/download{query}")
    assert (answer.status_code, answer.json()["code"]) == (403, "layer_restricted")


def test_full_disk(small_seeds: Path, tmp_path: Path) -> None:
    settings = Settings(seeds=small_seeds, jobs=tmp_path, max_file_bytes=2048)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = client.get("/collections/leagues/download?f=gpkg")
        assert answer.status_code == 507, answer.text
        assert answer.json()["code"] == "layer_write_failed"
        assert client.get("/collections/leagues/download?f=txt").status_code == 200
        assert list(tmp_path.glob("spool/*/*")) == []
