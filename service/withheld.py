"""What of an overlap goes to a caller who may not see one of its layers.

The numbers of the overlap stay. What tells of the restricted layer beyond them goes:
names, features that are not touched and so how many there are, the layer's own area,
and notes about its features, which may name their places.
"""

from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel

from geo.messages import Note
from layers.catalog import Catalog
from service.checking import withheld as check_withheld
from service.checking.models import CheckReport
from service.models import NoteModel, OverlapReport, OverlapRow, SiteReport

Side = Literal["left", "right"]

_OF_LAYERS = frozenset({"layer_caution", "accuracy_unknown"})
"""Codes of notes that say nothing of a single feature."""


def without_restricted(report: OverlapReport, sides: Collection[Side]) -> OverlapReport:
    """Leave out of an overlap what its caller may not see.

    Parameters
    ----------
    report : OverlapReport
    sides : collection of {"left", "right"}
        The sides that are restricted and closed to the caller.

    Returns
    -------
    OverlapReport
        The same object without such sides. Else: pairs without the names of those
        sides, no remainder and no balance of theirs, their totals None, and a note.
    """
    if not sides:
        return report
    gone = {
        f"{side}_{part}": None
        for side in sides
        for part in ("m2", "dissolved_m2", "remainder_m2")
    }
    kept = [note for note in report.notes if note.code in _OF_LAYERS]
    said = [_note(getattr(report, side).id) for side in sides]
    return report.model_copy(
        update={
            "rows": tuple(
                _nameless(row, sides)
                for row in report.rows
                if row.kind == "overlap" or not _is_of(row, sides)
            ),
            **{f"{side}_features": () for side in sides},
            "totals": report.totals.model_copy(update=gone),
            "notes": (*kept, *said),
        }
    )


def _is_of(row: OverlapRow, sides: Collection[Side]) -> bool:
    """Whether a remainder is of one of the sides: the other one's id is None."""
    return any(getattr(row, f"{side}_id") is not None for side in sides)


def _nameless(row: OverlapRow, sides: Collection[Side]) -> OverlapRow:
    names = (f"{side}_{name}" for side in sides for name in ("name", "name_en"))
    return row.model_copy(update=dict.fromkeys(names))


def _note(layer: str) -> NoteModel:
    return NoteModel(**Note("overlap_restricted", {"layer": layer}).as_dict())


def shown_report(catalog: Catalog, report: BaseModel) -> BaseModel:
    """Answer a report as it may go to who has no right to restricted layers."""
    closed = {spec.id for spec in catalog.specs if spec.restricted}
    if isinstance(report, CheckReport):
        return check_withheld.without_restricted(report, closed)
    if isinstance(report, OverlapReport):
        return _shown_overlap(closed, report)
    if isinstance(report, SiteReport):
        overlaps = tuple(_shown_overlap(closed, one) for one in report.overlaps)
        return report.model_copy(update={"overlaps": overlaps})
    return report


def _shown_overlap(closed: set[str], report: OverlapReport) -> OverlapReport:
    sides: tuple[Side, ...] = ("left", "right")
    hidden = [side for side in sides if getattr(report, side).id in closed]
    return without_restricted(report, hidden)
