"""Write a report in the format that a file's suffix names."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from layers.checking.result_file import write_result
from layers.writers import atomic_file, write_bytes, write_text
from service.checking.check import CheckOutcome
from service.reports.document import ReportOptions, document
from service.reports.words import ReportLanguage

Write = Callable[[CheckOutcome, Path, ReportOptions], None]


def write_json(outcome: CheckOutcome, path: Path, _: ReportOptions) -> None:
    """Write the result as JSON, the same as the process answers."""
    write_text(outcome.report.model_dump_json(indent=1) + "\n", path)


def write_pdf(outcome: CheckOutcome, path: Path, options: ReportOptions) -> None:
    """Write the report as PDF."""
    from service.reports.pdf import report_pdf

    write_bytes(report_pdf(document(outcome, options), options.language), path)


def write_html(outcome: CheckOutcome, path: Path, options: ReportOptions) -> None:
    """Write the report as one HTML file."""
    from service.reports.page import report_html

    write_text(report_html(document(outcome, options), options.language), path)


def write_workbook(outcome: CheckOutcome, path: Path, options: ReportOptions) -> None:
    """Write the tables of the report as XLSX."""
    from service.reports.workbook import report_workbook

    write_bytes(report_workbook(outcome, options), path)


def write_shapes(outcome: CheckOutcome, path: Path, options: ReportOptions) -> None:
    """Write parcels, overlaps, remainders and slivers as GeoPackage."""
    from service.reports.shapes import layer_frame, provenance, result_shapes

    report = outcome.report
    shapes = result_shapes(outcome, options.hidden)
    write_result(shapes, {"layers": layer_frame(report)}, path, provenance(report))


WRITERS: Mapping[str, Write] = MappingProxyType(
    {
        ".json": write_json,
        ".pdf": write_pdf,
        ".xlsx": write_workbook,
        ".html": write_html,
        ".gpkg": write_shapes,
    }
)
"""What writes a report, by suffix."""


def write_report(
    outcome: CheckOutcome,
    path: Path,
    language: ReportLanguage,
    *,
    made_on: date | None = None,
    hidden: frozenset[str] = frozenset(),
) -> None:
    """Write a report; the suffix of the file is the format.

    Parameters
    ----------
    outcome : CheckOutcome
    path : Path
        With a suffix of :data:`WRITERS`; replaced whole.
    language : {"zh", "en", "both"}
    made_on : date, optional
        Printed as the day it was made; today if absent.
    hidden : frozenset of str
        Ids of layers whose geometry may not be shown.

    Raises
    ------
    LayerWriteError
    """
    options = ReportOptions(language, made_on or date.today(), hidden)
    WRITERS[path.suffix.lower()](outcome, path, options)


def write_all(
    outcome: CheckOutcome,
    path: Path,
    language: ReportLanguage,
    *,
    made_on: date | None = None,
    hidden: frozenset[str] = frozenset(),
) -> None:
    """Write the report in all formats into one archive; as :func:`write_report`."""
    with (
        atomic_file(path) as temporary,
        tempfile.TemporaryDirectory(dir=temporary.parent) as folder,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for suffix in WRITERS:
            one = Path(folder) / f"check-{outcome.report.result_id}{suffix}"
            write_report(outcome, one, language, made_on=made_on, hidden=hidden)
            archive.write(one, one.name)
