"""Areas as they are printed: converted once, rounded once, forced to add up.

The rule (强制调平 by largest remainder): the total of a table is rounded half up, in
decimal. Its parts are rounded down; the units that are then missing go, one each, to
the parts with the largest fraction dropped, of equal ones to the larger part, then to
the first. Parts of parts are rounded to their own printed part in the same way. Each
unit (m2, ha, mu) is converted from the unrounded area and balanced on its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Unit = Literal["m2", "ha", "mu"]

UNITS: dict[Unit, tuple[float, int]] = {
    "m2": (1.0, 2),
    "ha": (10_000.0, 4),
    "mu": (10_000.0 / 15.0, 2),
}
"""Square metres of the unit, and decimals printed (domain facts 2.4)."""


MU_PER_HA = Decimal(15)

NOTHING: dict[Unit, Decimal] = {
    unit: Decimal(0).scaleb(-decimals) for unit, (_, decimals) in UNITS.items()
}
"""Zero, with the decimals that are printed."""


@dataclass(frozen=True)
class Tree:
    """An area and the parts it consists of.

    Parameters
    ----------
    area_m2 : float
        >= 0, not rounded. Where the parts do not quite add up to it, they are adjusted
        to it in proportion.
    parts : tuple of Tree
        Empty for what is not divided.
    """

    area_m2: float
    parts: tuple["Tree", ...] = ()


@dataclass(frozen=True)
class Printed:
    """A :class:`Tree` as it is printed: one decimal for each unit."""

    amount: dict[Unit, Decimal]
    parts: tuple["Printed", ...] = field(default=())


def printed(tree: Tree) -> Printed:
    """Round a tree so that parts add up to their total in every unit.

    Raises
    ------
    ValueError
        An area that is negative or not finite.

    Examples
    --------
    >>> third = Tree(1 / 3)
    >>> answer = printed(Tree(1.0, (third, third, third)))
    >>> [str(one.amount["m2"]) for one in answer.parts]
    ['0.34', '0.33', '0.33']
    """
    counts = {unit: _counts(tree, unit, None) for unit in UNITS}
    return _joined(counts)


def divided(total: Printed, parts: Sequence[Tree]) -> tuple[Printed, ...]:
    """Divide what is printed already among parts, as :func:`printed` does.

    Examples
    --------
    >>> halves = divided(printed(Tree(0.03)), (Tree(1.0), Tree(1.0)))
    >>> [str(one.amount["m2"]) for one in halves]
    ['0.02', '0.01']
    """
    some = [part for part in parts if part.area_m2 > 0.0]
    if len(some) == 1 and len(some[0].parts) < 2:
        # By far the most frequent case: all inside, or all outside.
        whole = Printed(total.amount, (Printed(total.amount),) * len(some[0].parts))
        return tuple(whole if part is some[0] else _nothing(part) for part in parts)
    weights = [part.area_m2 for part in parts]
    columns = []
    for unit, (_, decimals) in UNITS.items():
        units = int(total.amount[unit].scaleb(decimals))
        given = zip(parts, apportioned(weights, units), strict=True)
        columns.append([_counts(part, unit, share) for part, share in given])
    return tuple(
        _joined(dict(zip(UNITS, group, strict=True)))
        for group in zip(*columns, strict=True)
    )


def _nothing(part: Tree) -> Printed:
    return Printed(NOTHING, tuple(Printed(NOTHING) for _ in part.parts))


@dataclass(frozen=True)
class _Count:
    """Whole multiples of the last decimal of one unit."""

    units: int
    parts: tuple["_Count", ...]


def _counts(tree: Tree, unit: Unit, given: int | None) -> _Count:
    units = rounded(tree.area_m2, unit) if given is None else given
    if not tree.parts:
        return _Count(units, ())
    shares = apportioned([part.area_m2 for part in tree.parts], units)
    inner = zip(tree.parts, shares, strict=True)
    return _Count(units, tuple(_counts(part, unit, share) for part, share in inner))


def rounded(area_m2: float, unit: Unit) -> int:
    """Convert and round half up, in decimal; multiples of the last decimal.

    Examples
    --------
    >>> rounded(0.125, "m2"), rounded(499912.1521, "ha")
    (13, 499912)
    """
    if not (math.isfinite(area_m2) and area_m2 >= 0.0):
        msg = f"no area: {area_m2!r}"
        raise ValueError(msg)
    size, decimals = UNITS[unit]
    value = Decimal(repr(area_m2)) * 10**decimals
    value *= MU_PER_HA / 10_000 if unit == "mu" else 1 / Decimal(size)
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def apportioned(weights: Sequence[float], total: int) -> list[int]:
    """Divide whole units among parts in proportion, by largest remainder.

    Parameters
    ----------
    weights : sequence of float
        >= 0. Without any weight, all units go to the first part.
    total : int
        >= 0.

    Returns
    -------
    list of int
        >= 0, adds up to ``total``; a part without weight gets nothing while another
        has some.

    Examples
    --------
    >>> apportioned([1.0, 1.0, 1.0], 100)
    [34, 33, 33]
    """
    whole = math.fsum(weights)
    if not whole > 0.0:
        return [total, *[0] * (len(weights) - 1)]
    exact = [weight / whole * total for weight in weights]
    down = [min(int(value), total) for value in exact]
    order = sorted(
        (k for k, weight in enumerate(weights) if weight > 0.0),
        key=lambda k: (down[k] - exact[k], -weights[k], k),
    )
    missing = total - sum(down)
    for k in _cycled(order, missing):
        down[k] += 1
    for k in _cycled([one for one in reversed(order) if down[one]], -missing):
        down[k] -= 1
    return down


def _cycled(order: list[int], count: int) -> list[int]:
    return [order[n % len(order)] for n in range(max(count, 0))]


def _joined(counts: dict[Unit, _Count]) -> Printed:
    amount = {
        unit: Decimal(count.units).scaleb(-UNITS[unit][1])
        for unit, count in counts.items()
    }
    inner = zip(*(count.parts for count in counts.values()), strict=True)
    parts = tuple(_joined(dict(zip(counts, group, strict=True))) for group in inner)
    return Printed(amount, parts)
