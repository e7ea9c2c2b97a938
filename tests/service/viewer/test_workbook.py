import io
import json
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from layers.catalog import Catalog
from service.site import site_report
from service.viewer.workbook import workbook


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "site.geojson"
    ring = [[109, 40], [111, 40], [111, 41], [109, 41], [109, 40]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps(geometry))
    return path


def test_numbers_are_those_of_the_report(catalog: Catalog, site: Path) -> None:
    report = site_report(catalog, str(site), ("leagues", "land_cover"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(report, "zh")))
    overlaps, classes, notes = book.worksheets
    rows = list(overlaps.iter_rows(values_only=True))
    # A workbook holds 16 digits of a number, one less than a float may have.
    assert rows[1][4] == pytest.approx(report.area.total_m2, rel=1e-15)
    totals = report.overlaps[0].totals
    assert rows[2][4] == pytest.approx(totals.overlap_dissolved_m2, rel=1e-15)
    assert rows[2][7] == pytest.approx(totals.overlap_dissolved_m2 * 15 / 10_000)
    pairs = [one for one in report.overlaps[0].rows if one.kind == "overlap"]
    areas = [one.area_m2 for one in pairs]
    assert [row[4] for row in rows[3:]] == pytest.approx(areas, rel=1e-15)
    cells = [one.area_m2 for one in report.zonals[0].rows]
    written = [row[4] for row in list(classes.iter_rows(values_only=True))[1:]]
    assert written == pytest.approx(cells, rel=1e-15)
    assert notes.max_row >= 3
    assert overlaps.title == "重叠"


def test_route_takes_the_report_as_it_was_answered(client: TestClient) -> None:
    ring = [[109, 40], [111, 40], [111, 41], [109, 41], [109, 40]]
    inputs = {
        "polygons": {"type": "Polygon", "coordinates": [ring]},
        "layers": ["leagues"],
    }
    report = client.post("/processes/site/execution", json={"inputs": inputs}).json()
    answer = client.post("/viewer/table.xlsx?lang=en", json=report)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.worksheets[0]["A1"].value == "Layer"
    assert client.post("/viewer/table.xlsx", json={"area": 1}).status_code == 422
