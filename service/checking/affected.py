"""Which of the checks that are kept would answer differently on another version."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from geo.errors import EcobarrierError
from layers.catalog import Catalog, Entry
from layers.checking.saved import REPORT, saved_checks
from layers.importing.versions import AffectedCheck, find
from layers.workspace import versions
from service.checking.check import CheckOutcome, check_files
from service.checking.comparing import AnswerChange, compare
from service.checking.models import CheckReport
from service.checking.verifying import as_cited, options_of, read_report, rules_of


def affected_checks(
    catalog: Catalog, workspace: Path, layer: str, left: str, right: str
) -> tuple[AffectedCheck, ...]:
    """Make every kept check that used a layer again, with two of its versions.

    Parameters
    ----------
    catalog : Catalog
        Of today; other layers stand at the versions that a check cites where those are
        still there.
    workspace : Path
    layer : str
    left, right : str
        Versions, or how their names begin.

    Returns
    -------
    tuple of AffectedCheck
        Those with at least one other answer, and those that cannot be made again, with
        the reason; none where nothing is kept.

    Raises
    ------
    LayerNotFoundError
    VersionNotFoundError
        ``version_not_found``.
    """
    kept = versions(workspace, layer)
    names = [find(workspace, layer, one) for one in (left, right)]
    sides = [Entry(*kept[name]) for name in names]
    found = (
        _answers(catalog, workspace, folder, layer, sides)
        for folder in saved_checks(workspace)
    )
    return tuple(one for one in found if one.answers)


def _answers(
    catalog: Catalog, workspace: Path, folder: Path, layer: str, sides: list[Entry]
) -> AffectedCheck:
    try:
        report = read_report(folder / REPORT)
        if layer not in {one.id for one in report.layers}:
            return AffectedCheck(check=folder.name, answers=())
        base = as_cited(catalog, workspace, report) or catalog
        before, after = (
            _again(base, folder, report, layer, side).report for side in sides
        )
    except EcobarrierError as error:
        text = f"{error.text.zh} | {error.text.en}"
        return AffectedCheck(check=folder.name, answers=(text,))
    changes = compare(before, after).changes
    return AffectedCheck(check=folder.name, answers=tuple(_said(changes)))


def _again(
    base: Catalog, folder: Path, report: CheckReport, layer: str, side: Entry
) -> CheckOutcome:
    entries = MappingProxyType({**base.entries, layer: side})
    paths = [folder / one.name for one in report.files]
    return check_files(
        replace(base, entries=entries),
        paths,
        options_of(report, [folder]),
        rules_of(report),
    )


def _said(changes: tuple[AnswerChange, ...]) -> Iterator[str]:
    for one in changes:
        layer = "" if one.layer is None else f" × {one.layer}"
        before, after = one.before or "-", one.after or "-"
        yield f"{one.parcel}{layer} {one.what}: {before} → {after}"
