"""Published figures beside computed ones: rounding, tolerance, verdict.

A published number is an interval: "50.46" says no more than 50.455 to 50.465. Numbers
worked out from published ones carry the intervals of all their parts, so that an
arithmetic check fails only where rounding cannot explain it. A number computed from
geometry is compared within that rounding and a tolerance stated beforehand.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

__all__ = [
    "Comparison",
    "Quantity",
    "Relation",
    "Rule",
    "Verdict",
    "compare",
    "difference",
    "published",
    "ratio",
    "total",
]

Relation = Literal["equal", "at_least", "at_most", "nearly"]
"""How the document means its number: as it stands, as a floor, as a ceiling, or with a
word such as "nearly" (近), which claims to be a little below."""

Verdict = Literal[
    "agrees",
    "calibrated",
    "differs",
    "unexplained",
    "consistent",
    "inconsistent",
    "not_computable",
]
"""``agrees``: within rounding and the stated tolerance. ``calibrated``: so does a layer
that was made to meet the figure, which is no evidence. ``differs``: more than that,
by what the known reason accounts for. ``unexplained``: differs otherwise.
``consistent`` and ``inconsistent``: an arithmetic check among published figures.
``not_computable``: no open layer gives it."""

_NUMBER = re.compile(r"-?\d+(?P<decimals>\.\d+)?|\d+/[1-9]\d*", re.ASCII)


class Quantity(NamedTuple):
    """A number and the interval that it may stand for, ``low <= value <= high``."""

    value: float
    low: float
    high: float

    @classmethod
    def exact(cls, value: float) -> "Quantity":
        """Answer a number without rounding: a count, or one from geometry."""
        return cls(value, value, value)

    def scaled(self, factor: float) -> "Quantity":
        """Answer the same quantity in another unit; ``factor`` > 0."""
        return Quantity(*(part * factor for part in self))


def published(text: str, *, exact: bool = False) -> Quantity:
    """Read a number as it was printed; its last digit says how it was rounded.

    Parameters
    ----------
    text : str
        Digits with a decimal point, such as ``"50.46"``, or a fraction such as
        ``"1/6"``, which is exact.
    exact : bool
        A count: no rounding.

    Raises
    ------
    ValueError
        Anything else.

    Examples
    --------
    >>> published("843")
    Quantity(value=843.0, low=842.5, high=843.5)
    >>> published("103", exact=True)
    Quantity(value=103.0, low=103.0, high=103.0)
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    if exact or "/" in text:
        return Quantity.exact(float(Fraction(text)))
    half = Decimal("0.5").scaleb(1 - len(found["decimals"] or "."))
    number = Decimal(text)
    return Quantity(float(number), float(number - half), float(number + half))


def total(parts: list[Quantity]) -> Quantity:
    """Add quantities; the roundings add up."""
    return Quantity(*(sum(column) for column in zip(*parts, strict=True)))


def difference(left: Quantity, right: Quantity) -> Quantity:
    """Subtract; the roundings add up."""
    return Quantity(
        left.value - right.value, left.low - right.high, left.high - right.low
    )


def ratio(part: Quantity, whole: Quantity) -> Quantity:
    """Divide two quantities >= 0.

    Raises
    ------
    ValueError
        The whole may be 0, or one of them less.
    """
    if whole.low <= 0 or part.low < 0:
        raise ValueError((part, whole))
    return Quantity(
        part.value / whole.value, part.low / whole.high, part.high / whole.low
    )


@dataclass(frozen=True)
class Rule:
    """How one figure is to be compared; all of it stated before anything is computed.

    Parameters
    ----------
    relation : Relation
    tolerance : float
        Allowed on top of rounding, as a share of the published number.
    explained : tuple of float or None
        ``(least, most)`` of ``computed / published - 1`` that the known reason accounts
        for; None where no reason for a difference is known.
    internal : bool
        An arithmetic check among published figures.
    calibrated : bool
        The layer was made to meet this figure.
    """

    relation: Relation = "equal"
    tolerance: float = 0.0
    explained: tuple[float, float] | None = None
    internal: bool = False
    calibrated: bool = False


class Comparison(NamedTuple):
    """What comparing gave.

    Parameters
    ----------
    verdict : Verdict
    difference : float
        Computed minus published, in their unit.
    share : float or None
        The same as a share of the published number; None where that is 0.
    """

    verdict: Verdict
    difference: float
    share: float | None


def compare(stated: Quantity, computed: Quantity, rule: Rule) -> Comparison:
    """Compare a published figure with what was computed, in the same unit.

    Examples
    --------
    >>> rule = Rule(tolerance=0.01, explained=(0.0, 0.02))
    >>> compare(published("843"), Quantity.exact(853.0), rule).verdict
    'differs'
    >>> compare(published("843"), Quantity.exact(870.0), rule).verdict
    'unexplained'
    >>> share = ratio(published("59.69"), published("118.3")).scaled(100)
    >>> compare(published("50.46"), share, Rule(internal=True)).verdict
    'consistent'
    """
    apart = computed.value - stated.value
    share = apart / abs(stated.value) if stated.value else None
    return Comparison(_verdict(stated, computed, rule, share), apart, share)


def _verdict(
    stated: Quantity, computed: Quantity, rule: Rule, share: float | None
) -> Verdict:
    met = _meets(stated, computed, rule)
    if rule.internal:
        return "consistent" if met else "inconsistent"
    if met:
        return "calibrated" if rule.calibrated else "agrees"
    if rule.explained is None or share is None:
        return "unexplained"
    least, most = rule.explained
    return "differs" if least <= share <= most else "unexplained"


def _meets(stated: Quantity, computed: Quantity, rule: Rule) -> bool:
    slack = rule.tolerance * abs(stated.value)
    # Decimal fractions in binary: an interval's end may be off by its last bit.
    slack += 1e-12 * max(abs(stated.value), abs(computed.value))
    enough = computed.high >= stated.low - slack
    not_more = computed.low <= stated.high + slack
    match rule.relation:
        case "at_least":
            return enough
        case "at_most":
            return not_more
        case "nearly":
            return enough and computed.low <= stated.high
        case "equal":
            return enough and not_more
