"""The workbook as another program reads it."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from service.checking.check import CheckOutcome
from service.reports.document import ReportOptions
from service.reports.workbook import report_workbook

DAY = date(2026, 1, 15)
UNITS = {"面积（平方米）": "m2", "面积（公顷）": "ha", "面积（亩）": "mu"}


def book(outcome: CheckOutcome, language: str = "zh") -> openpyxl.Workbook:
    options = ReportOptions(language, DAY)  # type: ignore[arg-type]
    return openpyxl.load_workbook(BytesIO(report_workbook(outcome, options)))


def records(sheet: Any) -> list[dict[str, Any]]:
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def zh(sample: CheckOutcome) -> openpyxl.Workbook:
    return book(sample)


def exact(value: float) -> Decimal:
    """Answer the decimal that a cell shows; a cell holds the float next to it."""
    assert isinstance(value, int | float)
    return Decimal(repr(value))


@pytest.mark.parametrize("which", ["sample", "many"])
def test_parts_add_up_to_the_parcel_in_every_unit(
    which: str, request: pytest.FixtureRequest
) -> None:
    outcome: CheckOutcome = request.getfixturevalue(which)
    rows = records(book(outcome)["明细"])
    parcels = {one.number: one.printed for one in outcome.report.parcels}
    sums: dict[tuple[str, str, str], Decimal] = {}
    for row in rows:
        for head, unit in UNITS.items():
            key = row["地块编号"], row["图层标识"], unit
            sums[key] = sums.get(key, Decimal(0)) + exact(row[head])
    assert len(sums) == len(parcels) * len(outcome.report.layers) * 3
    for (parcel, _, unit), value in sums.items():
        assert value == getattr(parcels[parcel], unit)


def test_parcels_add_up_to_the_total(
    zh: openpyxl.Workbook, sample: CheckOutcome
) -> None:
    *rows, total = records(zh["地块"])
    assert total["地块编号"] == "合计"
    for head, unit in UNITS.items():
        value = sum(exact(row[head]) for row in rows)
        assert value == exact(total[head]) == getattr(sample.report.summary.total, unit)


def test_worked_parcel(zh: openpyxl.Workbook) -> None:
    """Domain facts 3."""
    row = records(zh["地块"])[0]
    assert [row[head] for head in UNITS] == [489913.92, 48.9914, 734.87]
    (areas, _) = records(zh["三种面积"])
    assert areas["投影平面面积（平方米）"] == pytest.approx(490000.0, abs=1e-6)


def test_numbers_have_their_decimals(zh: openpyxl.Workbook) -> None:
    sheet = zh["地块"]
    heads = [cell.value for cell in sheet[1]]
    shapes = {
        head: sheet.cell(2, heads.index(head) + 1).number_format for head in UNITS
    }
    assert list(shapes.values()) == ["#,##0.00", "#,##0.0000", "#,##0.00"]
    assert sheet.freeze_panes == "A2"


def test_points_are_numbers_north_and_east(zh: openpyxl.Workbook) -> None:
    first = records(zh["界址点"])[0]
    assert (first["X 北（米）"], first["Y 东（米）"]) == (4466000.0, 36415000.0)
    assert (first["点号"], first["圈号"], first["边长（米）"]) == ("J1", 1, 500.0)
    closing = [one["点号"] for one in records(zh["界址点"])]
    rings = [("J1", "J2", "J3", "J4", "J1"), ("J5", "J6", "J7", "J8", "J5")]
    assert closing == [*rings[0], *rings[1], *rings[0]]


def test_one_sheet_for_each_table(zh: openpyxl.Workbook, sample: CheckOutcome) -> None:
    assert zh.sheetnames == [
        *("结论", "图层汇总", "地块", "三种面积", "明细", "地块与图层", "接边误差"),
        *("界址点", "所用图层", "文件", "判定", "规则", "说明"),
    ]
    results = records(zh["地块与图层"])
    layers, parcels = sample.report.layers, sample.report.parcels
    assert len(results) == len(layers) * len(parcels)
    indicative = [one for one in results if one["性质"] in ("模拟", "示意")]
    assert {one["结论"] for one in indicative} == {"仅供参考"}


def test_sliver_of_a_hairs_breadth_has_a_line_of_its_own(many: CheckOutcome) -> None:
    (row,) = records(book(many)["接边误差"])
    assert row["地块"].startswith("DK008")
    assert 0 < row["面积（平方米）"] < 1
    assert 0 < row["平均宽度（米）"] < 0.1


def test_english_and_both(sample: CheckOutcome) -> None:
    assert "Ledger" in book(sample, "en").sheetnames
    heads = [cell.value for cell in book(sample, "both")["地块"][1]]
    assert "面积\nArea（平方米 m²）" in heads
