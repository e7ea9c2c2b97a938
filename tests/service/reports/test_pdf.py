import re
from datetime import date

import pypdfium2
import pytest

from service.checking.check import CheckOutcome
from service.reports.document import ReportOptions, document
from service.reports.pdf import report_pdf
from service.reports.words import ReportLanguage

DAY = date(2026, 1, 15)
A4_POINTS = (595.28, 841.89)


def pages(outcome: CheckOutcome, language: ReportLanguage) -> list[str]:
    """Set a report and take its text out again, page by page, by another program."""
    made = report_pdf(document(outcome, ReportOptions(language, DAY)), language)
    assert made.startswith(b"%PDF-1.")
    with pypdfium2.PdfDocument(made) as opened:
        texts = []
        for page in opened:
            assert page.get_size() == pytest.approx(A4_POINTS, abs=0.1)
            text = page.get_textpage()
            texts.append(text.get_text_range())
            _nothing_is_cut(text, page.get_size())
            text.close()
            page.close()
        return texts


def _nothing_is_cut(text: pypdfium2.PdfTextPage, size: tuple[float, float]) -> None:
    """No letter lies outside of the margins: 17 mm at the sides, 9 above and below."""
    side, end = 17 / 25.4 * 72, 9 / 25.4 * 72
    for n in range(0, text.count_chars(), 7):
        if text.get_text_range(n, 1).isspace():
            continue
        left, bottom, right, top = text.get_charbox(n)
        assert left >= side - 1, text.get_text_range(n, 20)
        assert right <= size[0] - side + 1, text.get_text_range(n, 20)
        assert bottom >= end
        assert top <= size[1] - end


def plain(texts: list[str]) -> str:
    return re.sub(r"\s+", "", "".join(texts))


@pytest.fixture(scope="module")
def zh(sample: CheckOutcome) -> list[str]:
    return pages(sample, "zh")


def test_chinese_text_stays_text(zh: list[str]) -> None:
    text = plain(zh)
    for said in (
        "地块合规性检查报告",
        "磴口县光伏治沙一期工程",
        "示例能源有限公司",
        "总结论：须核查",
        "磴口光伏治沙一期",
        "生态保护红线（模拟，非法定）",
        "接边误差清单",
        "最大余数法，强制调平",
        "编制人",
        "单位（盖章）",
    ):
        assert said in text


def test_the_worked_parcel_stands_in_it(zh: list[str]) -> None:
    """Domain facts 3: DK001 has 489 913.92 m2 = 48.9914 ha = 734.87 mu."""
    text = plain(zh)
    for number in ("489,913.92", "48.9914", "734.87", "490,000.00"):
        assert number in text
    assert "4466000.00036415000.000500.000" in text


def test_every_page_says_result_and_number(zh: list[str], sample: CheckOutcome) -> None:
    for number, text in enumerate(zh, start=1):
        assert sample.report.result_id in text
        assert f"{number} / {len(zh)}" in text


def test_indicative_layers_say_so(zh: list[str]) -> None:
    text = plain(zh)
    assert "仅供参考：本图层为模拟图层，不是法定界线" in text
    assert "仅供参考：本图层为示意图层，不是法定界线" in text
    assert "仅供参考：沙地与沙漠、生态保护红线（模拟，非法定）为模拟或示意图层" in text


def test_the_font_is_in_the_file(sample: CheckOutcome) -> None:
    made = report_pdf(document(sample, ReportOptions("zh", DAY)), "zh")
    assert b"/FontFile" in made


def test_english(sample: CheckOutcome) -> None:
    text = " ".join(" ".join(pages(sample, "en")).split())
    for said in (
        "Conflict check of parcels against control layers",
        "Overall finding: check needed",
        "Indicative only: this layer is modelled, no legal boundary",
        "Annex: boundary points",
        "489,913.92",
    ):
        assert said in text


def test_both_languages_stand_together(sample: CheckOutcome) -> None:
    text = plain(pages(sample, "both"))
    assert "总结论：须核查" in text
    assert "Overallfinding:checkneeded" in text


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_long_names_leave_no_page(many: CheckOutcome, language: ReportLanguage) -> None:
    texts = pages(many, language)
    # The sums of the layers' tables and the list of points have their heads again.
    assert len(texts) > 20
    assert "DK012" in texts[-1]


def test_a_clean_parcel_has_no_map(clean: CheckOutcome) -> None:
    text = plain(pages(clean, "zh"))
    assert "总结论：无冲突" in text
    assert "重叠位置图" not in text
    assert "没有接边误差" in text


def test_same_report_same_day_same_bytes(sample: CheckOutcome) -> None:
    made = [
        report_pdf(document(sample, ReportOptions("zh", DAY)), "zh") for _ in range(2)
    ]
    assert made[0] == made[1]
