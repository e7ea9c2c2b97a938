"""Puts a report together out of its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from service.checking.check import CheckOutcome
from service.reports import annex, summary
from service.reports.annex import Outline
from service.reports.blocks import Block, Document, Paragraph, Section
from service.reports.figures import Figures
from service.reports.layer_tables import layer_sections
from service.reports.names import known
from service.reports.words import ReportLanguage, word

MOST_FIGURES = 100
"""Maps in one document; every parcel is in the tables and in the GeoPackage."""


@dataclass(frozen=True)
class ReportOptions:
    """How a report is written.

    Parameters
    ----------
    language : {"zh", "en", "both"}
    made_on : date
        Printed on the first page.
    hidden : frozenset of str
        Ids of layers whose geometry may not be shown; their numbers are.
    """

    language: ReportLanguage
    made_on: date
    hidden: frozenset[str] = frozenset()


def document(outcome: CheckOutcome, options: ReportOptions) -> Document:
    """Answer a whole report."""
    report = outcome.report
    found = annex.outlines(outcome.source)
    sections = (
        *summary.summary(report, options.made_on),
        summary.parcels(report),
        summary.reading(report),
        *layer_sections(report),
        *_maps(outcome, found, options),
        annex.slivers(report),
        annex.layer_list(report),
        annex.method(report),
        annex.signatures(),
        annex.coordinates(report, found),
    )
    project = report.options.project.name
    foot = word("foot", result_id=report.result_id, software=report.software)
    return Document(word("title"), known(project), foot, options.made_on, sections)


def _maps(
    outcome: CheckOutcome, found: dict[str, Outline], options: ReportOptions
) -> Iterator[Section]:
    """Yield the section of maps, if any parcel shares area with any layer."""
    sharing = [
        parcel
        for parcel in outcome.report.parcels
        if any(one.contact != "apart" for one in parcel.layers)
    ]
    if not sharing:
        return
    figures = Figures(outcome, found, options.language, options.hidden)
    blocks: list[Block] = [
        figures.of(parcel, number)
        for number, parcel in enumerate(sharing[:MOST_FIGURES], start=1)
    ]
    if len(sharing) > MOST_FIGURES:
        cut = word("figures_cut", shown=MOST_FIGURES, count=len(sharing))
        blocks.insert(0, Paragraph(cut, "caution"))
    yield Section(word("title_maps"), tuple(blocks), new_page=True)
