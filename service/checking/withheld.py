"""What of a conflict check goes to who may not see one of its layers.

How much is shared, of which class and in which banner, stays: that is the answer. What
would tell where the layer is goes: its features and their names, the nearest place, and
the hash of its content.
"""

from collections.abc import Collection

from geo.messages import Note
from service.checking.models import CheckReport, LayerResult, LayerUsed, SliverRow
from service.models import NoteModel


def without_restricted(report: CheckReport, closed: Collection[str]) -> CheckReport:
    """Leave out of a report what its caller may not see.

    Parameters
    ----------
    report : CheckReport
    closed : collection of str
        Ids of the layers that are restricted and closed to the caller.

    Returns
    -------
    CheckReport
        The same object without such layers.
    """
    hidden = [one.id for one in report.layers if one.id in closed]
    if not hidden:
        return report
    parcels = tuple(
        one.model_copy(
            update={"layers": tuple(_result(layer, hidden) for layer in one.layers)}
        )
        for one in report.parcels
    )
    return report.model_copy(
        update={
            "layers": tuple(_layer(one, hidden) for one in report.layers),
            "parcels": parcels,
            "slivers": tuple(_sliver(one, hidden) for one in report.slivers),
            "notes": (*_kept(report, hidden), *map(_said, hidden)),
        }
    )


def _result(one: LayerResult, hidden: Collection[str]) -> LayerResult:
    if one.layer not in hidden:
        return one
    return one.model_copy(update={"features": (), "nearest": None})


def _layer(one: LayerUsed, hidden: Collection[str]) -> LayerUsed:
    return one.model_copy(update={"sha256": None}) if one.id in hidden else one


def _sliver(one: SliverRow, hidden: Collection[str]) -> SliverRow:
    return one.model_copy(update={"features": ()}) if one.layer in hidden else one


def _kept(report: CheckReport, hidden: Collection[str]) -> list[NoteModel]:
    """Leave out notes on the layer: they may name its features and places."""
    files = {one.name for one in report.files}
    return [
        note
        for note in report.notes
        if not set(hidden) & {str(value) for value in (note.model_extra or {}).values()}
        or (note.model_extra or {}).get("where") in files
    ]


def _said(layer: str) -> NoteModel:
    return NoteModel(**Note("check_restricted", {"layer": layer}).as_dict())
