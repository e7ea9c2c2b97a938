import base64
import io
import re
import zlib
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from starlette.testclient import TestClient

from layers.catalog import Catalog
from service.map_rasters import rgb
from service.pieces import site_pieces
from service.sheet.drawing import MapDrawing, grid_step
from service.sheet.furniture import (
    Box,
    legend_rows,
    placed_names,
    scale_bar,
    text_width,
)
from service.sheet.pdf import sheet_pdf
from service.sheet.projection import PAPERS, frame_for
from service.sheet.result import CheckedSite, result_table
from service.site import site_report

BOX = (108.5, 39.5, 111.5, 41.5)
DAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def pdf(catalog: Catalog) -> bytes:
    layers = ["land_cover", "sandy_lands", "redline", "yellow_river"]
    return sheet_pdf(catalog, layers, language="zh", bbox=BOX, made_on=DAY)


def test_one_page_of_the_paper(pdf: bytes) -> None:
    assert pdf.startswith(b"%PDF-1.")
    (box,) = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf) or [b""]
    width, height = [float(one) for one in box.split()][2:]
    assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx((297, 210), abs=0.1)


def test_the_font_is_in_the_file(pdf: bytes) -> None:
    """A sheet must look the same on a machine without Chinese fonts."""
    assert b"/FontFile" in pdf
    plain = pdf + b"".join(_streams(pdf))
    assert b"NotoSansCJK" in plain


def _streams(pdf: bytes) -> list[bytes]:
    made = []
    for raw in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            made.append(zlib.decompress(raw))
        except zlib.error:
            continue
    return made


def test_same_arguments_give_the_same_drawing(catalog: Catalog) -> None:
    frame = frame_for(BOX, PAPERS["A4"])
    drawn = []
    for _ in range(2):
        drawing = MapDrawing(frame)
        drawing.ground()
        drawing.layer(catalog.vector("sandy_lands"))
        drawn.append(drawing.svg())
    assert drawn[0] == drawn[1]
    assert "url(#p-sandy_lands-" in drawn[0]
    assert "stroke-dasharray" in drawn[0]


def test_scale_bar_has_the_length_it_says() -> None:
    for bbox in (BOX, (97.0, 37.4, 126.0, 53.3), (109.0, 40.0, 109.01, 40.01)):
        frame = frame_for(bbox, PAPERS["A4"])
        bar = scale_bar(frame)
        metres = float(bar["marks"][1]) * (1000 if bar["unit"] == "km" else 1)
        assert bar["part"] * frame.denominator / 1000 == pytest.approx(metres)
        assert 4 < bar["part"] < 40


def test_names_do_not_collide() -> None:
    frame = frame_for(BOX, PAPERS["A4"])
    names = [
        {
            "geometry": {"coordinates": [110 + 0.02 * at, 40.5]},
            "properties": {"kind": "lake", "zh": "湖泊", "en": "Lake", "rank": -at},
        }
        for at in range(30)
    ]
    taken: list[Box] = [Box(0, 0, 60, 60)]
    placed = placed_names(frame, names, "en", taken)
    assert 1 <= len(placed) < 30
    for at, one in enumerate(taken):
        assert not any(one.meets(other) for other in taken[at + 1 :])
    assert text_width("湖泊", 10) > text_width("La", 10)


def test_graticule_has_a_handful_of_lines() -> None:
    for bbox in (BOX, (97.0, 37.4, 126.0, 53.3), (109.0, 40.0, 109.1, 40.1)):
        frame = frame_for(bbox, PAPERS["A4"])
        west, _, east, _ = frame.bounds
        assert 6 <= (east - west) / grid_step(frame) <= 13


def test_route_refuses_restricted_and_unknown_layers(client: TestClient) -> None:
    assert client.get("/print.pdf?layers=secret").status_code == 403
    assert client.get("/print.pdf?layers=nothing").status_code == 404
    assert client.get("/print.pdf?bbox=1,2,3").status_code == 422


def test_route_answers_a_file_and_knows_it_again(client: TestClient) -> None:
    address = "/print.pdf?layers=sandy_lands&lang=en&bbox=108.5,39.5,111.5,41.5"
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert "attachment" in answer.headers["content-disposition"]
    known = {"if-none-match": answer.headers["etag"]}
    assert client.get(address, headers=known).status_code == 304


def test_raster_is_under_the_right_place(catalog: Catalog) -> None:
    """Classes 1 west and 2 east of 110 E, as conftest makes them."""
    frame = frame_for((109, 40, 111, 41), PAPERS["A4"])
    drawing = MapDrawing(frame)
    drawing.cells(catalog.raster("land_cover"))
    data = drawing.svg().split("base64,")[1].split('"')[0]
    image = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    for lon, colour in ((109.95, "#E0EABF"), (110.05, "#E4C9AE")):
        (x, y), *_ = frame.place(np.array([[lon, 40.5]])).tolist()
        width, height = frame.size
        at = int(x / width * image.width), int(y / height * image.height)
        assert image.getpixel(at) == rgb(colour), lon


# --- a site that was checked ---


@pytest.fixture(scope="module")
def checked(
    catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the processes answer for a square across the red line's western side."""
    file = tmp_path_factory.mktemp("site") / "光伏.gpkg"
    square = gpd.GeoDataFrame(
        geometry=[shapely.box(108.6, 40.4, 109.4, 40.9)], crs=4490
    )
    square.to_file(file)
    layers = ("leagues", "sandy_lands", "redline", "land_cover")
    report = site_report(catalog, str(file), layers)
    pieces = site_pieces(catalog, str(file), layers[1:3])
    return {
        "report": report.model_dump(mode="json"),
        "pieces": pieces.model_dump(mode="json"),
    }


def test_table_of_a_site_says_what_the_report_says(
    catalog: Catalog, checked: dict[str, Any]
) -> None:
    site = CheckedSite.model_validate(checked)
    table = result_table(site, catalog, "zh", "ha")
    areas = {
        one["right"]["title"]["zh"]: one["totals"]["overlap_dissolved_m2"]
        for one in checked["report"]["overlaps"]
    }
    rows = {row["name"]: row for row in table["rows"]}
    assert rows.keys() == {name for name, area in areas.items() if area > 0}
    for name, row in rows.items():
        assert float(row["value"].replace(",", "")) == pytest.approx(
            areas[name] / 1e4, rel=1e-3
        )
    assert table["unit"] == "公顷"
    assert table["id"] == checked["report"]["result_id"]
    names = [label for label, _ in table["covers"][0]["classes"]]
    assert names == ["草地"]


def test_site_is_drawn_and_its_table_follows(
    client: TestClient, checked: dict[str, Any]
) -> None:
    address = "/print.pdf?layers=redline&lang=zh&title=磴口光伏"
    answer = client.post(address, json=checked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert len(re.findall(rb"/Type\s*/Page\b", answer.content)) == 2


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1e9, 0], [1e9, 1], [0, 1], [1e9, 0]]]},
        {"type": "Fish", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": "x"},
    ],
)
def test_site_without_a_place_on_the_earth_is_refused(
    client: TestClient, checked: dict[str, Any], geometry: Any
) -> None:
    feature = {"type": "Feature", "properties": {"role": "site"}, "geometry": geometry}
    pieces = {**checked["pieces"], "features": [feature]}
    answer = client.post(
        "/print.pdf?layers=redline", json={**checked, "pieces": pieces}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "input_unusable"


def test_legend_lists_the_classes_on_the_map_and_no_others(catalog: Catalog) -> None:
    """West of 110 E there is grass only, as conftest makes it."""
    spec = catalog.spec("land_cover")
    for bbox, expected in (
        ((108.2, 40.0, 109.0, 40.4), ["草地"]),
        ((109.0, 40.0, 111.0, 41.0), ["草地", "裸地"]),
    ):
        drawing = MapDrawing(frame_for(bbox, PAPERS["A4"]))
        drawing.cells(catalog.raster("land_cover"))
        (row,) = legend_rows(catalog, [spec], "zh", drawing.values)
        assert [name for _, name in row["classes"]] == expected


def test_hatch_on_paper_leaves_most_of_the_ground_as_it_is(catalog: Catalog) -> None:
    drawing = MapDrawing(frame_for(BOX, PAPERS["A4"]))
    drawing.layer(catalog.vector("redline"))
    (hatch,) = re.findall(r"<pattern.*?</pattern>", drawing.svg())
    spacing = float(re.findall(r'width="([\d.]+)"', hatch)[0])
    strokes = [float(one) for one in re.findall(r'stroke-width="([\d.]+)"', hatch)]
    assert "<rect" not in hatch
    assert max(strokes) / spacing < 0.25
    assert strokes[-1] / spacing < 0.1
