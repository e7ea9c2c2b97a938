"""A report as PDF on A4, set by Typst: text stays text, the font is in the file."""

import json

import typst

from service.pages import own_file
from service.reports.blocks import Document
from service.reports.plain import plain
from service.reports.words import ReportLanguage
from service.viewer.fonts import font_path


def report_pdf(document: Document, language: ReportLanguage) -> bytes:
    """Set a report.

    Parameters
    ----------
    document : Document
    language : {"zh", "en", "both"}
    """
    content = json.dumps(plain(document, language), ensure_ascii=False)
    made: bytes = typst.compile(  # type: ignore[misc]  # its stub lets no type be told
        own_file("report.typ").encode(),
        font_paths=[str(font_path().parent)],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
    )
    return made
