"""How a figure is computed: a small declared vocabulary, never code.

Each expression is a table with a ``kind``. Those of layers:

``count``, ``area``, ``length``, ``area_share``, ``zonal_area``, ``zonal_share``,
``denominator``

and those that combine: ``published`` (another figure's number), ``number`` (one that
stands in the document), ``sum``, ``difference``, ``ratio``.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from geo.figures import published as read_number
from layers.figures.units import UNITS, Dimension
from layers.models import LayerId, Model

Scalar = str | int | float | bool
UnitName = Annotated[str, Field(json_schema_extra={"enum": list(UNITS)})]


def require_unit(name: str) -> str:
    """Answer the name of a known unit.

    Raises
    ------
    ValueError
    """
    if name not in UNITS:
        raise ValueError(f"{name!r}: one of {', '.join(UNITS)}")
    return name


def require_number(text: str) -> str:
    """Answer a number as it is printed.

    Raises
    ------
    ValueError
    """
    try:
        read_number(text)
    except ValueError:
        raise ValueError(f'{text!r}: digits such as "50.46" or "1/6"') from None
    return text


class Selection(Model):
    """Features of a layer: all, or those whose columns hold one of the values."""

    layer: LayerId
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)


class Count(Selection):
    """How many features; or how many of them share ground with another layer's.

    ``touching`` layers of polygons count by overlaps that are no slivers, layers of
    lines by any length inside.
    """

    kind: Literal["count"]
    touching: Selection | None = None


class Area(Selection):
    """Area of the features; with ``within``, each place once, of what lies inside."""

    kind: Literal["area"]
    within: Selection | None = None


class Length(Selection):
    """Geodesic length of the lines; with ``within``, of what lies inside."""

    kind: Literal["length"]
    within: Selection | None = None


class AreaShare(Selection):
    """Share of the area of ``of`` that the features cover, each place once."""

    kind: Literal["area_share"]
    of: Selection


class Zonal(Selection):
    """Area, or share of the zones' area, of classes or values of a raster.

    The zones are the features selected. Either ``classes`` or ``at_least``.
    """

    kind: Literal["zonal_area", "zonal_share"]
    raster: LayerId
    classes: tuple[int, ...] = ()
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if bool(self.classes) == (self.at_least is not None):
            raise ValueError("either classes or at_least")
        return self


class Denominator(Model):
    """An area that a layer's entry in the catalogue states."""

    kind: Literal["denominator"]
    layer: LayerId
    id: Literal["map", "official"]


class Published(Model):
    """The published number of another figure of the ledger, with its rounding."""

    kind: Literal["published"]
    id: str


class Number(Model):
    """A number that the document states, with its rounding."""

    kind: Literal["number"]
    value: str
    unit: UnitName
    source: str
    """What the number is and where it stands."""

    _value = field_validator("value")(require_number)
    _unit = field_validator("unit")(require_unit)


class Sum(Model):
    """The sum of the terms."""

    kind: Literal["sum"]
    terms: Annotated[tuple["Expression", ...], Field(min_length=1)]


class Difference(Model):
    """``of`` less ``minus``."""

    kind: Literal["difference"]
    of: "Expression"
    minus: "Expression"


class Ratio(Model):
    """``of`` divided by ``to``, two quantities of one dimension."""

    kind: Literal["ratio"]
    of: "Expression"
    to: "Expression"


OfLayers = Count | Area | Length | AreaShare | Zonal
Expression = Annotated[
    OfLayers | Denominator | Published | Number | Sum | Difference | Ratio,
    Field(discriminator="kind"),
]
KINDS = (
    "count",
    "area",
    "length",
    "area_share",
    "zonal_area",
    "zonal_share",
    "denominator",
    "published",
    "number",
    "sum",
    "difference",
    "ratio",
)

for _model in (Sum, Difference, Ratio):
    _model.model_rebuild()

_DIMENSIONS: dict[str, Dimension] = {
    "count": "count",
    "area": "area",
    "length": "length",
    "area_share": "share",
    "zonal_area": "area",
    "zonal_share": "share",
    "denominator": "area",
}


def children(expression: Expression) -> tuple[Expression, ...]:
    """Answer the expressions that an expression combines."""
    match expression:
        case Sum(terms=terms):
            return terms
        case Difference(of=of, minus=other) | Ratio(of=of, to=other):
            return (of, other)
        case _:
            return ()


def leaves(expression: Expression) -> tuple[Expression, ...]:
    """Answer the parts of an expression that combine nothing, in order."""
    inner = children(expression)
    if not inner:
        return (expression,)
    return tuple(leaf for part in inner for leaf in leaves(part))


def layers_of(expression: Expression) -> tuple[str, ...]:
    """Answer the ids of all layers that an expression rests on, each once."""
    found: list[str] = []
    for leaf in leaves(expression):
        match leaf:
            case (
                Count(layer=layer, touching=other)
                | Area(layer=layer, within=other)
                | Length(layer=layer, within=other)
                | AreaShare(layer=layer, of=other)
            ):
                found += [layer, *([other.layer] if other else [])]
            case Zonal(layer=layer, raster=raster):
                found += [layer, raster]
            case Denominator(layer=layer):
                found.append(layer)
    return tuple(dict.fromkeys(found))


def dimension(
    expression: Expression, of_published: dict[str, Dimension]
) -> Dimension | None:
    """Answer what an expression measures; None where its parts do not go together.

    Parameters
    ----------
    expression : Expression
    of_published : dict
        Dimension of the ledger's figures, by id.
    """
    match expression:
        case Published(id=name):
            return of_published.get(name)
        case Number(unit=unit):
            return UNITS[unit].dimension
        case Sum() | Difference() | Ratio():
            inner = {dimension(part, of_published) for part in children(expression)}
            if len(inner) != 1 or None in inner:
                return None
            return "share" if isinstance(expression, Ratio) else inner.pop()
        case _:
            return _DIMENSIONS[expression.kind]


def written(expression: Expression) -> str:
    """Write an expression as a formula, for people.

    >>> part = Area(kind="area", layer="redline", within=Selection(layer="province"))
    >>> whole = Denominator(kind="denominator", layer="province", id="official")
    >>> written(Ratio(kind="ratio", of=part, to=whole))
    'area(redline ∩ province) ÷ area(province, official)'
    """
    match expression:
        case Count():
            return f"count({_chosen(expression, expression.touching)})"
        case Area() | Length():
            return f"{expression.kind}({_chosen(expression, expression.within)})"
        case AreaShare(of=whole):
            part = _chosen(expression, whole)
            return f"area({part}) ÷ area({_chosen(whole)})"
        case Zonal():
            return _zonal(expression)
        case Denominator(layer=layer, id=name):
            return f"area({layer}, {name})"
        case Published(id=name):
            return name
        case Number(value=value, unit=unit):
            return f"{value} {unit}"
        case Sum(terms=terms):
            return " + ".join(map(_inside, terms))
        case Difference(of=of, minus=minus):
            return f"{_inside(of)} − {_inside(minus)}"
        case Ratio(of=of, to=to):
            return f"{_inside(of)} ÷ {_inside(to)}"


def _inside(expression: Expression) -> str:
    text = written(expression)
    return f"({text})" if children(expression) else text


def _chosen(selection: Selection, other: Selection | None = None) -> str:
    conditions = [
        f"{name} = {_values(value)}" for name, value in selection.where.items()
    ]
    text = selection.layer + (f"[{', '.join(conditions)}]" if conditions else "")
    return text if other is None else f"{text} ∩ {_chosen(other)}"


def _values(value: Scalar | tuple[Scalar, ...]) -> str:
    return "|".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _zonal(expression: Zonal) -> str:
    if expression.classes:
        cells = f"{expression.raster}[{'|'.join(map(str, expression.classes))}]"
    else:
        cells = f"{expression.raster} ≥ {expression.at_least:g}"
    zones = _chosen(expression)
    area = f"area({zones} ∩ {cells})"
    return area if expression.kind == "zonal_area" else f"{area} ÷ area({zones})"
