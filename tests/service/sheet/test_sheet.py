import base64
import io
import re
import zlib
from datetime import date

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from layers.catalog import Catalog
from service.map_rasters import rgb
from service.sheet.drawing import MapDrawing, grid_step
from service.sheet.furniture import Box, placed_names, scale_bar, text_width
from service.sheet.pdf import sheet_pdf
from service.sheet.projection import PAPERS, frame_for

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
        assert 4 <= (east - west) / grid_step(frame) <= 13


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
