"""A query of features: what the parameters of one request ask of one layer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from geo.messages import Note, listed
from geo.types import GeometryArray
from layers.models import LayerSpec
from layers.query.conditions import (
    NUMERIC,
    TEMPORAL,
    Always,
    And,
    Column,
    Compare,
    Condition,
    Constant,
    Field,
    Or,
    SortKey,
    Spatial,
    Temporal,
)
from layers.query.temporal import span_of
from layers.scan import ServedFile
from service.errors import QueryError
from service.features.boxes import box_areas
from service.features.cql2 import Language, read_filter
from service.features.cql2_translation import ID_FIELD
from service.features.crs import offered_crs
from service.features.route import unknown_parameter
from service.features.times import during, time_span

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Filters:
    """The parameters that choose features, as they were written."""

    bbox: str | None
    bbox_crs: str | None
    datetime: str | None
    filter: str | None
    filter_lang: Language
    filter_crs: str | None
    sortby: str | None
    properties: str | None


async def get_filters(
    bbox: Annotated[
        str | None,
        Query(
            description="Four numbers in the axis order of bbox-crs (default CRS84: "
            "west,south,east,north); six with heights, which are left out.",
        ),
    ] = None,
    bbox_crs: Annotated[
        str | None, Query(alias="bbox-crs", description="CRS of bbox; CRS84 if absent")
    ] = None,
    datetime: Annotated[
        str | None,
        Query(description="RFC 3339 date, time or interval; .. for an open end"),
    ] = None,
    filter: Annotated[  # noqa: A002
        str | None, Query(description="CQL2; see filter-lang")
    ] = None,
    filter_lang: Annotated[
        Language, Query(alias="filter-lang", description="How filter is written")
    ] = "cql2-text",
    filter_crs: Annotated[
        str | None,
        Query(alias="filter-crs", description="CRS of geometries in filter"),
    ] = None,
    sortby: Annotated[
        str | None,
        Query(description="Properties by commas; - before one for descending"),
    ] = None,
    properties: Annotated[
        str | None, Query(description="Properties to answer, by commas; all if absent")
    ] = None,
) -> Filters:
    """Take the parameters together."""
    return Filters(
        bbox,
        bbox_crs,
        datetime,
        filter,
        filter_lang,
        filter_crs,
        sortby,
        properties,
    )


@dataclass(frozen=True)
class Asked:
    """What is asked of a layer.

    ``columns`` is None for all; ``notes`` say what of the request had no effect.
    """

    condition: Condition | None
    order: tuple[SortKey, ...]
    columns: tuple[Field, ...] | None
    notes: tuple[Note, ...]


def asked(
    filters: Filters,
    others: dict[str, str],
    known: list[str],
    layer: LayerSpec,
    served: ServedFile,
) -> Asked:
    """Read the parameters.

    Parameters
    ----------
    filters : Filters
    others : dict of str to str
        Parameters that are none of the route's: properties, to be equal.
    known : list of str
        The route's parameters, for refusals.
    layer : LayerSpec
    served : ServedFile

    Raises
    ------
    QueryError
        Naming the first parameter that cannot be used.
    """
    parts, notes = _filtered(filters, layer, served)
    parts += [_equal(name, value, served, known) for name, value in others.items()]
    condition = And(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)
    return Asked(
        condition,
        _order(filters.sortby, served),
        _columns(filters.properties, served),
        notes,
    )


def _filtered(
    filters: Filters, layer: LayerSpec, served: ServedFile
) -> tuple[list[Condition], tuple[Note, ...]]:
    box_crs = offered_crs(filters.bbox_crs, "bbox-crs", layer.id)
    filter_crs = offered_crs(filters.filter_crs, "filter-crs", layer.id)
    parts: list[Condition] = []
    notes: tuple[Note, ...] = ()
    if filters.bbox is not None:
        parts.append(_touching(box_areas(filters.bbox, box_crs)))
    if filters.datetime is not None:
        span = time_span(filters.datetime)
        column = next((one for one in served.fields if one.kind in TEMPORAL), None)
        condition = during(span, column, layer.valid_time)
        if condition is None:
            notes = (Note("datetime_not_stated", {"layer": layer.id}),)
        else:
            parts.append(condition)
    if filters.filter is not None:
        parts.append(
            read_filter(filters.filter, filters.filter_lang, served.fields, filter_crs)
        )
    return parts, notes


def _touching(areas: GeometryArray) -> Condition:
    parts = tuple(Spatial("intersects", area) for area in areas)
    if not parts:
        return Always(False)
    return parts[0] if len(parts) == 1 else Or(parts)


def _equal(name: str, value: str, served: ServedFile, known: list[str]) -> Condition:
    """Make the condition of ``name=value``, where that is a property."""
    field = ID_FIELD if name == ID_FIELD.name else served.field(name)
    if field is None or field.kind == "other":
        raise unknown_parameter(name, [*known, *(one.name for one in served.fields)])
    if field.kind in TEMPORAL:
        return Temporal("intersects", span_of(field), time_span(value, name))
    return Compare("=", Column(field), Constant(_constant(field, value)))


def _constant(field: Field, value: str) -> str | float | bool:
    if field.kind in NUMERIC:
        try:
            return float(value)
        except ValueError as error:
            details = {"value": value[:100]}
            raise QueryError(
                "parameter_not_number", parameter=field.name, **details
            ) from error
    if field.kind == "boolean":
        if value.lower() not in _BOOLEANS:
            details = {"value": value[:100], "choices": "true, false"}
            raise QueryError("parameter_not_listed", parameter=field.name, **details)
        return _BOOLEANS[value.lower()]
    return value


def _order(text: str | None, served: ServedFile) -> tuple[SortKey, ...]:
    """Read ``sortby``; a plus that was not escaped arrives as a blank."""
    keys = []
    for part in (text or "").split(",") if text else ():
        name = part.strip().lstrip("+-")
        field = _named(name, "sortby", served)
        if field.kind == "other":
            raise QueryError("property_not_sortable", parameter="sortby", name=name)
        keys.append(SortKey(field, part.strip().startswith("-")))
    return tuple(dict.fromkeys(keys))


def _columns(text: str | None, served: ServedFile) -> tuple[Field, ...] | None:
    if text is None:
        return None
    names = [one for one in text.split(",") if one and one != ID_FIELD.name]
    wanted = {_named(one, "properties", served).name for one in names}
    return tuple(field for field in served.fields if field.name in wanted)


def _named(name: str, parameter: str, served: ServedFile) -> Field:
    field = ID_FIELD if name == ID_FIELD.name else served.field(name)
    if field is None:
        choices = listed([ID_FIELD.name, *(one.name for one in served.fields)], 40)
        details = {"name": name[:100], "choices": choices}
        raise QueryError("property_unknown", parameter=parameter, **details)
    return field
