"""What the ledger says of a figure."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from geo.figures import Quantity, Relation
from geo.figures import published as read_number
from layers.figures.expressions import (
    Expression,
    Number,
    Published,
    UnitName,
    leaves,
    require_number,
    require_unit,
)
from layers.figures.units import UNITS, Unit
from layers.models import Bilingual, Model

FigureId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Group = Literal[
    "brief",
    "region",
    "redline",
    "reserves",
    "cover",
    "desert",
    "battles",
    "water",
    "sand",
    "programmes",
    "own",
]


class Series(Model):
    """A figure's place among those that are counted alike over the years."""

    id: FigureId
    epoch: int = 1
    """Goes up by one where the definition changed: numbers of two epochs are not
    comparable, and nothing is computed from both."""
    break_note: Bilingual | None = None
    """Said with the first figure after a change."""


class LedgerFigure(Model):
    """A published figure, where it stands and how it can be checked.

    ``value`` is the number as it is printed, in ``unit``: its digits say how it was
    rounded. ``explained`` is the interval of ``computed / published - 1`` that
    ``known``, the reason for a difference, accounts for.
    """

    id: FigureId
    group: Group = "own"
    title: Bilingual
    claim: Bilingual
    """The wording, of the document or of the brief."""
    value: str
    unit: UnitName
    relation: Relation = "equal"
    document: str
    read_at: str | None = None
    """Where it was read, if not in the document itself."""
    year: int | None = None
    """The figure stands for, or of the document; None where neither is known."""
    definition: Bilingual
    denominator: Bilingual | None = None
    """What a share is of; needed for shares."""
    sure: Literal["A", "B", "C"]
    series: Series | None = None
    compute: Expression | None = None
    tolerance: float | None = Field(default=None, ge=0, lt=1)
    """On top of rounding, share of the number; else the ledger's."""
    tolerance_reason: Bilingual | None = None
    explained: tuple[float, float] | None = None
    known: Bilingual | None = None
    calibrated: bool = False
    """The seeds' modelled or schematic layer was made to meet this number."""
    not_modelled: bool = False
    """A modelled or schematic layer must not be read for this; an office's own may."""
    note: Bilingual | None = None

    _value = field_validator("value")(require_number)
    _unit = field_validator("unit")(require_unit)

    @property
    def unit_of(self) -> Unit:
        """The unit as a :class:`Unit`."""
        return UNITS[self.unit]

    @property
    def stated(self) -> Quantity:
        """The published number in its unit, with its rounding; a count has none."""
        return read_number(self.value, exact=self.unit == "count")

    @property
    def is_internal(self) -> bool:
        """Whether the check rests on published numbers alone."""
        return self.compute is not None and all(
            isinstance(leaf, Published | Number) for leaf in leaves(self.compute)
        )

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.unit_of.dimension == "share" and self.denominator is None:
            raise ValueError("denominator: a share says what it is of")
        if self.compute is None and self.known is None:
            raise ValueError("known: a figure without compute says why")
        if (self.tolerance is None) != (self.tolerance_reason is None):
            raise ValueError("tolerance, tolerance_reason: both or neither")
        if self.not_modelled and self.known is None:
            raise ValueError("not_modelled: known says why")
        if self.explained is not None:
            if self.known is None:
                raise ValueError("explained: known says the reason")
            if self.explained[0] > self.explained[1]:
                raise ValueError("explained: the least comes first")
        return self


class Tolerances(Model):
    """Tolerances on top of rounding, as shares of the published number, and why."""

    internal: float
    count: float
    computed: float
    reason: Bilingual

    def of(self, figure: LedgerFigure) -> tuple[float, Bilingual]:
        """Answer a figure's tolerance and its reason."""
        if figure.tolerance is not None and figure.tolerance_reason is not None:
            return figure.tolerance, figure.tolerance_reason
        if figure.is_internal:
            return self.internal, self.reason
        counted = figure.unit_of.dimension == "count"
        return (self.count if counted else self.computed), self.reason


TOLERANCES = Tolerances(
    internal=0.0,
    count=0.0,
    computed=0.01,
    reason=Bilingual(
        zh="数字之间的核算和个数不留容差；由图形算出的留 1 %："
        "盟界、旗界 300 米的位置误差使一个盟的面积变动不到 1 %。",
        en="None for arithmetic and counts; 1 % for what geometry gives: borders that "
        "are off by 300 m move the area of a league by less than that.",
    ),
)
"""Chosen before anything was compared, and the same for all figures; one that needs
another says it and why."""
