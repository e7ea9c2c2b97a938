"""From the JSON form of CQL2 to conditions, with every name and kind checked."""

import json
import unicodedata
from collections.abc import Mapping
from typing import cast, get_args

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.axis_order import geometry_to_working, swapped
from geo.messages import listed
from layers.query.conditions import (
    NUMERIC,
    TEMPORAL,
    Always,
    And,
    Arithmetic,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Field,
    Folded,
    In,
    Instant,
    IsNull,
    IsTrue,
    Like,
    Not,
    Operation,
    Or,
    Span,
    Spatial,
    SpatialRelation,
    Temporal,
    TemporalRelation,
    Value,
)
from layers.query.temporal import span_of
from layers.served import GEOMETRY, ID
from service.errors import QueryError
from service.features.boxes import box_areas
from service.features.crs import OfferedCrs
from service.features.times import instant

ID_FIELD = Field(ID, "text", ID)

_COMPARISONS = get_args(Comparison)
_OPERATIONS = get_args(Operation)
_SPATIAL = get_args(SpatialRelation)
_TEMPORAL = get_args(TemporalRelation)
_TURNED: dict[str, SpatialRelation] = {"contains": "within", "within": "contains"}
_FOLDS = {"casei": "case", "accenti": "accents"}
_DEEPEST = 100

_ORDERED: dict[str, tuple[TemporalRelation, bool]] = {
    "=": ("intersects", True),
    "<>": ("intersects", False),
    "<": ("before", True),
    ">": ("after", True),
    "<=": ("after", False),
    ">=": ("before", False),
}
"""How two times compare: by which relation, and whether it is to hold. A moment
equals a date if it lies on that day."""

_KIND_NAMES = {str: "text", bool: "boolean", float: "number", int: "number"}


class Translator:
    """Translate one filter.

    Parameters
    ----------
    fields : tuple of Field
        What may be named, beside ``id`` and ``geometry``.
    crs : OfferedCrs
        Of the geometries, in its authority's axis order.
    parameter : str
        Named in refusals.
    """

    def __init__(
        self, fields: tuple[Field, ...], crs: OfferedCrs, parameter: str
    ) -> None:
        self._fields = {ID: ID_FIELD} | {field.name: field for field in fields}
        self._crs = crs
        self._parameter = parameter

    def condition(self, node: object, depth: int = 0) -> Condition:
        """Translate what is to be true or false.

        Raises
        ------
        QueryError
            ``filter_too_complex``, ``filter_not_condition``,
            ``filter_operator_unknown``, ``filter_kinds_differ``, ``filter_null``,
            ``filter_geometry_invalid``, ``filter_geometry_off_globe``,
            ``datetime_invalid``, ``property_unknown``, ``property_not_sortable``.
        """
        if depth > _DEEPEST:
            raise self._refusal("filter_too_complex", depth=depth, length="-")
        if isinstance(node, bool):
            return Always(node)
        if not isinstance(node, dict):
            raise self._refusal("filter_not_condition", value=_shown(node))
        if "property" in node:
            field = self._field(node)
            if field.kind != "boolean":
                raise self._refusal("filter_not_condition", value=field.name)
            return IsTrue(field)
        operator, operands = self._operation(node)
        match operator:
            case "and" | "or":
                parts = tuple(self.condition(one, depth + 1) for one in operands)
                return And(parts) if operator == "and" else Or(parts)
            case "not":
                (part,) = self._exactly(1, operator, operands)
                return Not(self.condition(part, depth + 1))
            case _:
                return self._predicate(operator, operands)

    def _predicate(self, operator: str, operands: list[object]) -> Condition:
        if operator in _COMPARISONS:
            left, right = self._exactly(2, operator, operands)
            return self._compared(cast("Comparison", operator), left, right)
        if operator.startswith("s_") and operator[2:] in _SPATIAL:
            return self._spatial(operator, operands)
        if operator.startswith("t_") and operator[2:] in _TEMPORAL:
            spans = [self._span(one) for one in self._exactly(2, operator, operands)]
            return Temporal(cast("TemporalRelation", operator[2:]), *spans)
        match operator:
            case "between":
                value, low, high = self._exactly(3, operator, operands)
                lower = self._compared(">=", value, low)
                return And((lower, self._compared("<=", value, high)))
            case "in":
                return self._among(operands)
            case "like":
                return self._like(operands)
            case "isnull":
                (named,) = self._exactly(1, operator, operands)
                if named == {"property": GEOMETRY}:
                    return IsNull(None)
                return IsNull(self._field(named, any_kind=True))
        raise self._refusal("filter_operator_unknown", operator=operator[:50])

    def _compared(self, relation: Comparison, left: object, right: object) -> Condition:
        sides = (left, right)
        if any(self._is_time(one) for one in sides):
            relation_of_times, holds = _ORDERED[relation]
            found = Temporal(relation_of_times, *(self._span(one) for one in sides))
            return found if holds else Not(found)
        values = [self._value(one) for one in sides]
        kinds = [_kind(one) for one in values]
        if kinds[0] != kinds[1]:
            raise self._differ(relation, *kinds)
        if kinds[0] == "boolean" and relation not in ("=", "<>"):
            raise self._differ(relation, *kinds)
        return Compare(relation, *values)

    def _among(self, operands: list[object]) -> Condition:
        value, listed_values = self._exactly(2, "in", operands)
        if not isinstance(listed_values, list) or not listed_values:
            raise self._refusal("filter_not_condition", value="in")
        if self._is_time(value) or any(map(self._is_time, listed_values)):
            return Or(tuple(self._compared("=", value, one) for one in listed_values))
        wanted = self._value(value)
        among = [self._value(one) for one in listed_values]
        for one in among:
            if _kind(one) != _kind(wanted):
                raise self._differ("in", _kind(wanted), _kind(one))
        if all(isinstance(one, Constant) for one in among):
            constants = tuple(one.value for one in among if isinstance(one, Constant))
            return In(wanted, constants)
        return Or(tuple(Compare("=", wanted, one) for one in among))

    def _like(self, operands: list[object]) -> Condition:
        value, pattern = (
            self._value(one) for one in self._exactly(2, "like", operands)
        )
        if _kind(value) != "text" or not isinstance(pattern, Constant):
            raise self._differ("like", _kind(value), _kind(pattern))
        if not isinstance(pattern.value, str):
            raise self._differ("like", _kind(value), _kind(pattern))
        return Like(value, pattern.value)

    def _spatial(self, operator: str, operands: list[object]) -> Condition:
        left, right = self._exactly(2, operator, operands)
        relation = cast("SpatialRelation", operator[2:])
        if right == {"property": GEOMETRY}:
            left, right = right, left
            relation = _TURNED.get(relation, relation)
        if left != {"property": GEOMETRY}:
            named = left if isinstance(left, dict) and "property" in left else right
            if isinstance(named, dict) and "property" in named:
                raise self._differ(operator, _shown(named["property"]), "geometry")
            raise self._refusal("filter_not_condition", value=operator)
        return Spatial(relation, self._geometry(right))

    # -- values --

    def _value(self, node: object, depth: int = 0) -> Value:
        if depth > _DEEPEST:
            raise self._refusal("filter_too_complex", depth=depth, length="-")
        if node is None:
            raise self._refusal("filter_null")
        if isinstance(node, bool | str):
            return Constant(node)
        if isinstance(node, int | float):
            return Constant(float(node))
        if not isinstance(node, dict):
            raise self._refusal("filter_not_condition", value=_shown(node))
        if "property" in node:
            return Column(self._field(node))
        operator, operands = self._operation(node)
        if operator in _FOLDS:
            (inner,) = self._exactly(1, operator, operands)
            return self._folded(operator, self._value(inner, depth + 1))
        if operator not in _OPERATIONS:
            raise self._refusal("filter_operator_unknown", operator=operator[:50])
        values = [
            self._value(one, depth + 1) for one in self._exactly(2, operator, operands)
        ]
        for one in values:
            if _kind(one) != "number":
                raise self._differ(operator, *map(_kind, values))
        return Arithmetic(cast("Operation", operator), *values)

    def _folded(self, operator: str, value: Value) -> Value:
        if _kind(value) != "text":
            raise self._differ(operator, _kind(value), "text")
        if isinstance(value, Constant):
            text = str(value.value)
            if operator == "casei":
                return Constant(text.lower())
            apart = unicodedata.normalize("NFD", text)
            marks = (one for one in apart if unicodedata.category(one) != "Mn")
            return Constant("".join(marks))
        return Folded("case" if operator == "casei" else "accents", value)

    def _field(self, node: object, *, any_kind: bool = False) -> Field:
        name = node.get("property") if isinstance(node, dict) else None
        if not isinstance(name, str):
            raise self._refusal("filter_not_condition", value=_shown(node))
        field = self._fields.get(name)
        if field is None:
            choices = listed([*self._fields, GEOMETRY], 40)
            raise self._refusal("property_unknown", name=name[:100], choices=choices)
        if field.kind == "other" and not any_kind:
            raise self._refusal("property_not_sortable", name=name)
        return field

    # -- times --

    def _is_time(self, node: object) -> bool:
        if not isinstance(node, dict):
            return False
        if "property" in node:
            field = self._fields.get(str(node["property"]))
            return field is not None and field.kind in TEMPORAL
        return bool({"date", "timestamp", "interval"} & node.keys())

    def _span(self, node: object) -> Span:
        if isinstance(node, dict) and "interval" in node:
            ends = node["interval"]
            if isinstance(ends, list) and len(ends) == 2:
                return Span(*(self._end(one) for one in ends))
        found = self._end(node)
        if found is None:
            raise self._refusal("datetime_invalid", value=_shown(node))
        return span_of(found)

    def _end(self, node: object) -> Instant | Field | None:
        if isinstance(node, dict) and "property" in node:
            field = self._field(node)
            if field.kind not in TEMPORAL:
                raise self._differ("time", field.kind, "date")
            return field
        text = node
        if isinstance(node, dict):
            text = node.get("date", node.get("timestamp"))
        if text in ("..", ""):
            return None
        try:
            return instant(str(text))
        except (ValueError, OverflowError) as error:
            raise self._refusal("datetime_invalid", value=_shown(text)) from error

    # -- geometries --

    def _geometry(self, node: object) -> BaseGeometry:
        if isinstance(node, dict) and "bbox" in node:
            areas = box_areas(_commas(node["bbox"]), self._crs, self._parameter)
            return shapely.union_all(areas)
        shape = self._shape(node)
        if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
            raise self._refusal("filter_geometry_invalid", reason="EMPTY, NaN")
        flat = np.array([shapely.force_2d(shape)], dtype=object)
        if self._crs.north_first:
            flat = swapped(flat)
        moved = geometry_to_working(flat, self._crs.crs)[0]
        points = shapely.get_coordinates(moved)
        if not np.isfinite(points).all():
            raise self._refusal("filter_geometry_invalid", reason=self._crs.name)
        worst = float(points[np.argmax(np.abs(points[:, 1])), 1])
        if abs(worst) > 90:
            details = {"crs": self._crs.name, "axes": self._crs.axes}
            raise self._refusal("filter_geometry_off_globe", latitude=worst, **details)
        if not shapely.is_valid(moved):
            reason = shapely.is_valid_reason(moved)
            raise self._refusal("filter_geometry_invalid", reason=reason)
        return cast("BaseGeometry", moved)

    def _shape(self, node: object) -> BaseGeometry:
        try:
            found = shapely.from_geojson(json.dumps(node))
        except (ShapelyError, ValueError, TypeError) as error:
            reason = " ".join(str(error).split())[:120]
            raise self._refusal("filter_geometry_invalid", reason=reason) from error
        return found

    # -- refusals --

    def _operation(self, node: Mapping[str, object]) -> tuple[str, list[object]]:
        operator, operands = node.get("op"), node.get("args")
        if not isinstance(operator, str) or not isinstance(operands, list):
            raise self._refusal("filter_not_condition", value=_shown(node))
        return operator.lower(), operands

    def _exactly(
        self, count: int, operator: str, operands: list[object]
    ) -> list[object]:
        if len(operands) != count:
            value = f"{operator}: {len(operands)}"
            raise self._refusal("filter_not_condition", value=value)
        return operands

    def _differ(self, operator: str, left: str, right: str) -> QueryError:
        details = {"operator": operator, "left": left, "right": right}
        return self._refusal("filter_kinds_differ", **details)

    def _refusal(self, code: str, **details: object) -> QueryError:
        return QueryError(code, parameter=self._parameter, **details)


def _kind(value: Value) -> str:
    if isinstance(value, Column):
        kind = value.field.kind
        return "number" if kind in NUMERIC else kind
    if isinstance(value, Constant):
        return _KIND_NAMES[type(value.value)]
    return "number" if isinstance(value, Arithmetic) else "text"


def _shown(node: object) -> str:
    return json.dumps(node, ensure_ascii=False, default=str)[:80]


def _commas(numbers: object) -> str:
    return ",".join(map(str, numbers)) if isinstance(numbers, list) else ""
