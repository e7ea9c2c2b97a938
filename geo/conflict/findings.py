"""What rules say of a parcel and a layer: the strictest that fits, never a guess.

A layer that is modelled or schematic can show that a question has to be asked, not
answer it: whatever its rules say, the finding is ``indicative``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Level = Literal["not_allowed", "case_needed", "check_needed", "indicative", "clear"]
"""Strictest first. ``case_needed``: a limited activity that needs a case of its own;
``check_needed``: somebody has to look; ``indicative``: a layer without legal force."""

LEVELS: tuple[Level, ...] = (
    "not_allowed",
    "case_needed",
    "check_needed",
    "indicative",
    "clear",
)

Why = Literal["rule", "no_rule", "apart", "near", "border", "indicative"]
"""Which sentence gives the reason; see ``check_reason_*`` of :mod:`geo.sentences`."""


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    Parameters
    ----------
    id : str
    layers : tuple of str
        Ids of layers, ``theme:NAME`` or ``title:TEXT``; ``*`` and ``?`` stand for any
        letters.
    classes : tuple of str
        Sub-classes of the layer; empty for all.
    uses : tuple of str
        Uses of the parcel; empty for all.
    level : Level
        Of a parcel that overlaps.
    """

    id: str
    layers: tuple[str, ...]
    classes: tuple[str, ...]
    uses: tuple[str, ...]
    level: Level

    def is_about(self, names: Sequence[str]) -> bool:
        """Whether the rule is about a layer that goes by these names."""
        return _any_fits(self.layers, names)

    def fits(self, subject: "Subject", class_name: str | None) -> bool:
        """Whether the rule is about such an overlap."""
        return (
            self.is_about(subject.names)
            and (not self.classes or _any_fits(self.classes, (class_name or "",)))
            and (not self.uses or _any_fits(self.uses, (subject.use,)))
        )


def _any_fits(patterns: Iterable[str], texts: Sequence[str]) -> bool:
    return any(fnmatchcase(text, one) for one in patterns for text in texts)


@dataclass(frozen=True)
class Subject:
    """What is judged: one parcel against one layer.

    Parameters
    ----------
    names : tuple of str
        What the layer goes by: its id, ``theme:NAME`` and ``title:TEXT``.
    indicative : bool
        Whether the layer is modelled or schematic.
    accuracy_m : float or None
        Standard positional error of the layer.
    use : str
        Of the parcel.
    classes : tuple of (str or None)
        Sub-classes that the parcel overlaps; empty without overlap.
    sliver : bool
        Whether slivers are shared.
    distance_m : float or None
        To the layer where there is no overlap; None if the layer has no feature.
    """

    names: tuple[str, ...]
    indicative: bool
    accuracy_m: float | None
    use: str
    classes: tuple[str | None, ...]
    sliver: bool
    distance_m: float | None


@dataclass(frozen=True)
class Judgement:
    """A level, the sentence that gives the reason, and the rule if there was one."""

    level: Level
    why: Why
    rule: Rule | None = None


def judge(subject: Subject, rules: Sequence[Rule]) -> Judgement:
    """Say what rules make of a parcel and a layer.

    Parameters
    ----------
    subject : Subject
    rules : sequence of Rule
        For each class the first that fits decides; over classes the strictest.

    Returns
    -------
    Judgement
        Without overlap ``clear``; but ``check_needed`` where the layer is nearer than
        its own accuracy, since then nobody can say that there is no overlap. An overlap
        without a rule is ``check_needed``. All of this is ``indicative`` for a layer
        that is modelled or schematic.
    """
    found = _overlapping(subject, rules) if subject.classes else _apart(subject)
    if subject.indicative:
        return Judgement("indicative", "indicative", found.rule)
    return found


def _overlapping(subject: Subject, rules: Sequence[Rule]) -> Judgement:
    return strictest(
        [_of_class(subject, class_name, rules) for class_name in subject.classes]
    )


def _of_class(
    subject: Subject, class_name: str | None, rules: Sequence[Rule]
) -> Judgement:
    for rule in rules:
        if rule.fits(subject, class_name):
            return Judgement(rule.level, "rule", rule)
    return Judgement("check_needed", "no_rule")


def _apart(subject: Subject) -> Judgement:
    accuracy, distance = subject.accuracy_m, subject.distance_m
    if accuracy is not None and distance is not None and distance < accuracy:
        return Judgement("check_needed", "near")
    return Judgement("clear", "border" if subject.sliver else "apart")


def strictest(judgements: Sequence[Judgement]) -> Judgement:
    """Answer the strictest; the first of equals."""
    return min(judgements, key=lambda one: LEVELS.index(one.level))
