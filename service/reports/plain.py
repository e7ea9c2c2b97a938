"""A document as plain lists and texts, which the templates of PDF and HTML are fed."""

from typing import Any

from service.reports.blocks import (
    Block,
    Column,
    Document,
    Facts,
    Figure,
    Paragraph,
    Row,
    Section,
    Signatures,
    Table,
)
from service.reports.words import ReportLanguage, cell_lines, lines, unit_text


def plain(document: Document, language: ReportLanguage) -> dict[str, Any]:
    """Answer a document ready for JSON; each text is a list of one or two lines."""
    counts = [0, 0]
    return {
        "language": language,
        "title": lines(document.title, language),
        "subtitle": lines(document.subtitle, language),
        "foot": lines(document.foot, language),
        "made_on": [*document.made_on.timetuple()[:3]],
        "sections": [_section(one, language, counts) for one in document.sections],
    }


def _section(
    section: Section, language: ReportLanguage, counts: list[int]
) -> dict[str, Any]:
    if section.level == 1:
        counts[:] = [counts[0] + 1, 0]
        number = str(counts[0])
    else:
        counts[1] += 1
        number = f"{counts[0]}.{counts[1]}"
    return {
        "number": number,
        "level": section.level,
        "new_page": section.new_page,
        "title": lines(section.title, language),
        "blocks": _numbered([_block(one, language) for one in section.blocks]),
    }


def _numbered(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Count the paragraphs that are points of a list."""
    points = [one for one in blocks if one.get("style") == "number"]
    for number, one in enumerate(points, start=1):
        one["number"] = str(number)
    return blocks


def _block(block: Block, language: ReportLanguage) -> dict[str, Any]:
    if isinstance(block, Table):
        return _table(block, language)
    if isinstance(block, Facts):
        pairs = [
            [lines(name, language), lines(value, language)]
            for name, value in block.pairs
        ]
        return {"kind": "facts", "pairs": pairs}
    if isinstance(block, Paragraph):
        text = lines(block.text, language)
        return {"kind": "paragraph", "style": block.style, "text": text, "number": ""}
    if isinstance(block, Figure):
        return _figure(block, language)
    return _signatures(block, language)


def _figure(block: Figure, language: ReportLanguage) -> dict[str, Any]:
    return {
        "kind": "figure",
        "svg": block.svg,
        "width": block.width,
        "height": block.height,
        "labels": [vars(one) for one in block.labels],
        "caption": lines(block.caption, language),
    }


def _signatures(block: Signatures, language: ReportLanguage) -> dict[str, Any]:
    return {
        "kind": "signatures",
        "roles": [lines(one, language) for one in block.roles],
        "seal": lines(block.seal, language),
        "date": lines(block.date, language),
    }


def _table(table: Table, language: ReportLanguage) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": [] if table.caption is None else lines(table.caption, language),
        "small": table.small,
        "columns": [
            {
                "head": lines(one.head, language),
                "unit": unit_text(one, language),
                "number": one.decimals is not None,
                "centred": one.centred,
                "weight": one.weight,
            }
            for one in table.columns
        ],
        "rows": [_row(one, table.columns, language) for one in table.rows],
    }


def _row(
    row: Row, columns: tuple[Column, ...], language: ReportLanguage
) -> dict[str, Any]:
    if row.style == "group":
        parts = [cell_lines(one, columns[0], language) for one in row.cells]
        head = ["　".join(one[0] for one in parts)]
        head += ["   ".join(one[1] for one in parts if len(one) > 1)]
        return {"style": "group", "cells": [[one for one in head if one]]}
    cells = [
        [""] if one == "" else cell_lines(one, column, language)
        for one, column in zip(row.cells, columns, strict=True)
    ]
    if row.style in ("sum", "part"):
        # What a total is not about stays empty, without a dash.
        cells = [
            [""] if one is None else cell
            for one, cell in zip(row.cells, cells, strict=True)
        ]
    return {"style": row.style, "cells": cells}
