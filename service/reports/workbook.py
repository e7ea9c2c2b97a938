"""A report as XLSX: one sheet per table, numbers as numbers, to be summed up."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format

from layers.models import Bilingual
from service.checking.check import CheckOutcome
from service.checking.models import CheckReport
from service.reports import annex, layer_tables, summary
from service.reports.blocks import (
    Block,
    Column,
    Facts,
    Paragraph,
    Row,
    Section,
    Table,
    Value,
)
from service.reports.document import ReportOptions
from service.reports.words import ReportLanguage, lines, unit_text, word

MOST_ROWS = 1_048_000
"""Rows of a sheet; a longer table goes on in the next."""
_WIDEST, _NARROWEST = 60, 9


def report_workbook(outcome: CheckOutcome, options: ReportOptions) -> bytes:
    """Write a report as a workbook.

    Printed areas are written as they are printed, so that sums of a column are exact
    to the last decimal; other numbers are not rounded.

    Parameters
    ----------
    outcome : CheckOutcome
    options : ReportOptions
    """
    report = outcome.report
    out = BytesIO()
    book_options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, book_options) as book:
        book.set_properties(
            {"title": word("title").zh, "comments": f"{report.result_id}"}
        )
        writer = _Writer(book, options.language)
        writer.cover(word("title_summary"), summary.summary(report, options.made_on)[0])
        for title, table in _sheets(outcome):
            writer.table(title, table)
        writer.cover(word("title_notes"), _notes(report))
    return out.getvalue()


def _sheets(outcome: CheckOutcome) -> list[tuple[Bilingual, Table]]:
    report = outcome.report
    parcels, areas = _tables(summary.parcels(report).blocks)
    files, decisions = _tables(summary.reading(report).blocks)
    found = annex.outlines(outcome.source)
    return [
        (word("sheet_layers"), summary.layer_table(report)),
        (word("title_parcels"), parcels),
        (word("sheet_areas"), areas),
        (word("title_ledger"), layer_tables.ledger(report)),
        (word("sheet_results"), layer_tables.results(report)),
        (word("slivers"), annex.sliver_table(report)),
        (word("sheet_points"), annex.all_points(report, found)),
        (word("title_layer_list"), _tables(annex.layer_list(report).blocks)[0]),
        (word("sheet_files"), files),
        (word("sheet_decisions"), decisions),
        (word("sheet_rules"), annex.rule_table(report)),
    ]


def _tables(blocks: Sequence[Block]) -> list[Table]:
    return [one for one in blocks if isinstance(one, Table)]


def _notes(report: CheckReport) -> Section:
    section = annex.method(report)
    texts = tuple(one for one in section.blocks if isinstance(one, Paragraph))
    return Section(section.title, texts)


class _Writer:
    """Writes sheets of one book.

    Parameters
    ----------
    book : Workbook
    language : {"zh", "en", "both"}
    """

    def __init__(self, book: xlsxwriter.Workbook, language: ReportLanguage) -> None:
        self._book, self._language = book, language
        self._formats: dict[tuple[str, bool], Format] = {}
        self._head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#F2F3F5",
                "bottom": 1,
            }
        )
        self._text = book.add_format({"text_wrap": True, "valign": "top"})

    def cover(self, title: Bilingual, section: Section) -> None:
        """Write facts and paragraphs below each other."""
        sheet = self._book.add_worksheet(self._name(title))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        at = 0
        for block in section.blocks:
            if isinstance(block, Facts):
                for name, value in block.pairs:
                    sheet.write(at, 0, self._said(name), self._head)
                    sheet.write(at, 1, self._said(value), self._text)
                    at += 1
            elif isinstance(block, Paragraph):
                sheet.write(at, 1, self._said(block.text), self._text)
                at += 1

    def table(self, title: Bilingual, table: Table) -> None:
        """Write a table, its heads frozen; on several sheets if it is long."""
        rows = [one for one in table.rows if one.style != "group"]
        for number, start in enumerate(range(0, max(len(rows), 1), MOST_ROWS)):
            name = self._name(title) + (f" {number + 1}" if number else "")
            self._sheet(name, table.columns, rows[start : start + MOST_ROWS])

    def _sheet(
        self, name: str, columns: tuple[Column, ...], rows: Sequence[Row]
    ) -> None:
        sheet = self._book.add_worksheet(name)
        for at, column in enumerate(columns):
            sheet.write(0, at, self._head_text(column), self._head)
        for n, row in enumerate(rows, start=1):
            for at, (value, column) in enumerate(zip(row.cells, columns, strict=True)):
                content = self._content(value)
                if content is not None:
                    style = self._format(column, bold=row.style == "sum")
                    sheet.write(n, at, content, style)
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        for at, width in enumerate(self._widths(columns, rows)):
            sheet.set_column(at, at, width)

    def _content(self, value: Value) -> str | float | int | None:
        if isinstance(value, Decimal):
            return float(value)
        if value is None or value == "":
            return None
        return self._said(value) if isinstance(value, str | Bilingual) else value

    def _format(self, column: Column, *, bold: bool) -> Format:
        """Answer the number format of a column: its decimals, its thousands."""
        shape = ""
        if column.decimals is not None:
            whole = "#,##0" if column.grouped else "0"
            shape = whole + (f".{'0' * column.decimals}" if column.decimals else "")
            shape += "%" if column.share else ""
        key = shape, bold
        if key not in self._formats:
            wanted: dict[str, object] = {"valign": "top", "bold": bold}
            wanted |= {"num_format": shape} if shape else {"text_wrap": True}
            self._formats[key] = self._book.add_format(wanted)
        return self._formats[key]

    def _widths(self, columns: Sequence[Column], rows: Sequence[Row]) -> list[float]:
        """Answer widths that hold the heads and the first few hundred rows."""
        widths = []
        for at, column in enumerate(columns):
            texts = [self._said(column.head)]
            texts += [
                str(content)
                for row in rows[:300]
                if (content := self._content(row.cells[at])) is not None
            ]
            longest = max(map(_cells_wide, texts))
            widths.append(float(min(max(longest + 2, _NARROWEST), _WIDEST)))
        return widths

    def _head_text(self, column: Column) -> str:
        unit = unit_text(column, self._language)
        head = "\n".join(lines(column.head, self._language))
        if not unit or unit == head:
            return head
        return f"{head}（{unit}）" if self._language != "en" else f"{head} ({unit})"

    def _said(self, text: Bilingual | str | None) -> str:
        return "\n".join(lines(text, self._language))

    def _name(self, title: Bilingual) -> str:
        # A sheet's name has 31 characters at most, and one line.
        return lines(title, self._language)[0][:28].replace("/", " ")


def _cells_wide(text: str) -> int:
    """Width in columns of a sheet: an ideograph takes two."""
    return max(
        sum(2 if ord(one) > 0x2E7F else 1 for one in line)
        for line in (text or " ").split("\n")
    )
