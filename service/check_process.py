"""The processes ``check`` and ``avoid``: a stranger's file, the same answers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from layers.catalog import Catalog
from layers.checking.parcels import ParcelFile, read_parcels
from layers.errors import LayerReadError
from layers.importing.options import ImportOptions
from layers.importing.region import Region
from service.checking.models import AvoidReport, CheckReport, ProjectInfo
from service.errors import UploadError
from service.importing import options_of
from service.process_inputs import AvoidInputs, CheckInputs, ParcelInputs

if TYPE_CHECKING:
    from service.checking.check import CheckOutcome

Progress = Callable[[int], None]

# What computes is imported where it runs: the server itself does not compute.

MOST_PARCELS_MOVED = 50
"""Parcels that one call looks for a shift for; each takes up to some seconds."""


def load(catalog: Catalog, inputs: ParcelInputs, file: Path | None) -> ParcelFile:
    """Read the caller's parcels; what is wrong with them is the caller's to mend.

    Raises
    ------
    UploadError
        Without a file, or one that cannot be read.
    EcobarrierError
        Coordinates that cannot be used, or a question.
    """
    if file is None:
        raise UploadError("upload_missing", parameter="polygons")
    try:
        return read_parcels(file, Region(catalog), _reading(inputs), catalog.limits)
    except LayerReadError as error:
        # A question keeps its choices; any other fault of reading is one of the upload.
        if "choices" in error.details:
            raise
        raise UploadError(error.code, **error.details) from error


def _reading(inputs: ParcelInputs) -> ImportOptions:
    return options_of({"id": "parcels", **inputs.reading})


def run_check(
    catalog: Catalog, inputs: CheckInputs, file: Path | None, progress: Progress
) -> CheckReport:
    """Check the caller's parcels; the same JSON as the command line writes."""
    return checked(catalog, inputs, file, progress).report


def write_report(
    catalog: Catalog,
    inputs: CheckInputs,
    file: Path | None,
    output: Path,
    *,
    opened: bool,
    progress: Progress,
) -> CheckReport:
    """Check the caller's parcels, and write the report in the format asked for.

    Parameters
    ----------
    catalog : Catalog
    inputs : CheckInputs
        Of another format than JSON.
    file : Path or None
        The caller's parcels.
    output : Path
        Gets the content, whatever its suffix.
    opened : bool
        Whether restricted layers are open to the caller; of a closed one the numbers
        are in the report, its geometry is not.
    progress : callable
    """
    from service.checking.withheld import without_restricted
    from service.reports.writing import write_all, write_report

    outcome = checked(catalog, inputs, file, progress)
    closed = {one.id for one in catalog.specs if one.restricted and not opened}
    outcome = replace(outcome, report=without_restricted(outcome.report, closed))
    made = output.with_suffix(f".{inputs.format}")
    write = write_all if inputs.format == "zip" else write_report
    write(outcome, made, inputs.report_language, hidden=frozenset(closed))
    made.replace(output)
    return outcome.report


def checked(
    catalog: Catalog, inputs: CheckInputs, file: Path | None, progress: Progress
) -> "CheckOutcome":
    """Check the caller's parcels."""
    from geo.overlay import SliverRule
    from service.checking.check import CheckOptions, check_parcels

    parcels = load(catalog, inputs, file)
    progress(10)
    options = CheckOptions(
        layers=inputs.layers,
        sliver=SliverRule(
            inputs.sliver_area_m2, inputs.sliver_width_m, inputs.sliver_share
        ),
        reading=_reading(inputs),
        parcel_accuracy_m=inputs.parcel_accuracy_m,
        project=ProjectInfo(
            name=inputs.project,
            number=inputs.project_number,
            applicant=inputs.applicant,
            prepared_by=inputs.prepared_by,
            purpose=inputs.purpose,
        ),
    )
    return check_parcels(catalog, [parcels], options, progress=progress)


def run_avoid(
    catalog: Catalog, inputs: AvoidInputs, file: Path | None, progress: Progress
) -> AvoidReport:
    """Say how the caller's parcels could avoid layers."""
    from service.checking.helping import avoid_parcels

    parcels = load(catalog, inputs, file)
    if len(parcels.features) > MOST_PARCELS_MOVED:
        raise UploadError(
            "avoid_too_many", count=len(parcels.features), limit=MOST_PARCELS_MOVED
        )
    progress(10)
    return avoid_parcels(
        catalog, [parcels], inputs.layers, inputs.within_m, progress=progress
    )
