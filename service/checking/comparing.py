"""Two results of a conflict check side by side: which answers changed, and why."""

from collections.abc import Iterator, Sequence
from typing import Literal

from layers.models import Bilingual
from service.checking.models import CheckReport, LayerResult, LayerUsed, ParcelResult
from service.checking.words import said
from service.models import Answer

Kind = Literal["software", "file", "layer", "banners", "rules", "options"]


class InputChange(Answer):
    """Something that a result rests on and that is not the same."""

    kind: Kind
    name: str
    before: str | None
    """Null: it was not there."""
    after: str | None
    """Null: it is there no more."""
    text: Bilingual


class AnswerChange(Answer):
    """One answer that is not the same."""

    parcel: str
    layer: str | None
    """Null: of the parcel itself."""
    what: str
    """``finding``, ``contact``, ``overlap``, ``class NAME``, ``slivers``, ``nearest``,
    ``area`` or ``parcel``."""
    before: str | None
    after: str | None


class Comparison(Answer):
    """What differs between an older result and a newer one."""

    before: str
    """Result id."""
    after: str
    inputs: tuple[InputChange, ...]
    parcels_changed: tuple[str, ...]
    parcels_same: int
    changes: tuple[AnswerChange, ...]


def compare(old: CheckReport, new: CheckReport) -> Comparison:
    """List the parcels whose answer changed, and what changed before.

    Parameters
    ----------
    old, new : CheckReport
        Parcels are matched by their ids.
    """
    changes = tuple(_changes(old, new))
    changed = tuple(dict.fromkeys(one.parcel for one in changes))
    same = {one.id for one in new.parcels} & {one.id for one in old.parcels}
    return Comparison(
        before=old.result_id,
        after=new.result_id,
        inputs=tuple(input_changes(old, new)),
        parcels_changed=changed,
        parcels_same=len(same - set(changed)),
        changes=changes,
    )


def input_changes(old: CheckReport, new: CheckReport) -> Iterator[InputChange]:
    """Name what the results rest on and what is not the same."""
    before, after = ({"ecobarrier": one.software} for one in (old, new))
    yield from _changed("software", before, after)
    yield from _changed(
        "file",
        {one.name: (one.sha256 or "-")[:12] for one in old.files},
        {one.name: (one.sha256 or "-")[:12] for one in new.files},
    )
    yield from _changed("layer", _versions(old.layers), _versions(new.layers))
    yield from _changed("banners", _versions([old.banners]), _versions([new.banners]))
    yield from _changed("rules", _rules(old), _rules(new))
    yield from _changed("options", _options(old), _options(new))


def _options(report: CheckReport) -> dict[str, str]:
    chosen = report.options.model_dump(exclude={"layers"})
    return {key: str(value) for key, value in chosen.items()}


def _versions(layers: Sequence[LayerUsed | None]) -> dict[str, str]:
    return {one.id: one.version for one in layers if one is not None}


def _rules(report: CheckReport) -> dict[str, str]:
    rules = report.rules
    return {rules.file or rules.id: f"{rules.version} ({rules.sha256[:12]})"}


def _changed(
    kind: Kind, before: dict[str, str], after: dict[str, str]
) -> Iterator[InputChange]:
    for name in dict.fromkeys([*before, *after]):
        a, b = before.get(name), after.get(name)
        if a == b:
            continue
        code = "added" if a is None else "removed" if b is None else "other"
        yield InputChange(
            kind=kind,
            name=name,
            before=a,
            after=b,
            text=said(f"check_input_{kind}_{code}", name=name, before=a, after=b),
        )


def _changes(old: CheckReport, new: CheckReport) -> Iterator[AnswerChange]:
    before = {one.id: one for one in old.parcels}
    after = {one.id: one for one in new.parcels}
    for name in dict.fromkeys([*before, *after]):
        a, b = before.get(name), after.get(name)
        if a is None or b is None:
            yield AnswerChange(
                parcel=name,
                layer=None,
                what="parcel",
                before=None if a is None else a.file,
                after=None if b is None else b.file,
            )
            continue
        yield from _of_parcel(a, b)


def _of_parcel(a: ParcelResult, b: ParcelResult) -> Iterator[AnswerChange]:
    yield from _differing(a.id, None, _whole(a), _whole(b))
    before = {one.layer: one for one in a.layers}
    after = {one.layer: one for one in b.layers}
    for layer in dict.fromkeys([*before, *after]):
        x, y = before.get(layer), after.get(layer)
        yield from _differing(
            a.id, layer, {} if x is None else _said(x), {} if y is None else _said(y)
        )


def _differing(
    parcel: str, layer: str | None, before: dict[str, str], after: dict[str, str]
) -> Iterator[AnswerChange]:
    for what in dict.fromkeys([*before, *after]):
        a, b = before.get(what), after.get(what)
        if a != b:
            yield AnswerChange(parcel=parcel, layer=layer, what=what, before=a, after=b)


def _whole(parcel: ParcelResult) -> dict[str, str]:
    return {"area": f"{parcel.printed.m2} m2", "finding": parcel.finding.level}


def _said(one: LayerResult) -> dict[str, str]:
    """Answer what is printed of a parcel and a layer."""
    answers = {
        "finding": one.finding.level,
        "contact": one.contact,
        "overlap": f"{one.overlap.printed.m2} m2",
        "slivers": f"{one.slivers.printed.m2} m2",
    }
    for part in one.classes:
        answers[f"class {part.class_name or '-'}"] = f"{part.printed.m2} m2"
    if one.nearest is not None:
        answers["nearest"] = f"{one.nearest.distance_m:.2f} m"
    return answers
