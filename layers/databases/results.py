"""Rows of a result written into a table that says what they rest on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pyarrow as pa

from geo.messages import render
from layers.databases.tables import (
    Plan,
    TableWriter,
    Target,
    connected,
    new_table,
    planned,
)
from layers.models import Bilingual, Status
from layers.provenance import STATUS_WORDS


class Rested(Protocol):
    """What is said of a layer that a result rests on."""

    @property
    def id(self) -> str:
        """Of the layer."""

    @property
    def title(self) -> Bilingual:
        """In both languages."""

    @property
    def status(self) -> Status:
        """Of its content."""

    @property
    def version(self) -> str:
        """Hash of its content, shortened."""

    @property
    def caution(self) -> Bilingual | None:
        """Said with every answer."""


def result_text(result_id: str, method: str, layers: Sequence[Rested]) -> str:
    """Write what a table of a result must go on saying: a line each in both languages.

    Parameters
    ----------
    result_id, method : str
    layers : sequence of Rested
        In the order of the question.
    """
    lines = [render("database_result", {"result_id": result_id, "method": method})]
    for one in layers:
        status, caution = STATUS_WORDS[one.status], one.caution
        details = {
            "id": one.id,
            "version": one.version,
            "title_zh": one.title.zh,
            "title_en": one.title.en,
            "status_zh": status.zh,
            "status_en": status.en,
            "caution_zh": "" if caution is None else f"；{caution.zh}",
            "caution_en": "" if caution is None else f"; {caution.en}",
        }
        lines.append(render("database_result_layer", details))
    return "\n".join(map(str, lines)) + "\n"


@contextmanager
def result_table(
    target: Target, schema: pa.Schema, about: str, indexed: Sequence[str]
) -> Iterator[TableWriter]:
    """Lend what takes the rows of a result; the table appears whole or not at all.

    Parameters
    ----------
    target : Target
    schema : pyarrow.Schema
        Of the rows.
    about : str
        The comment on the table.
    indexed : sequence of str
        Columns that rows are looked up by.

    Raises
    ------
    DatabaseError
    """
    columns, _ = planned([(one.name, pa.chunked_array([], one.type)) for one in schema])
    plan = Plan(columns, about, {}, indexed=tuple(indexed))
    with (
        connected(target) as connection,
        new_table(connection, target, plan) as table,
    ):
        yield table


def as_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Put the rows of a report into Arrow.

    Parameters
    ----------
    rows : sequence of dict
        ``(n,)``, n >= 1, with the same keys. A column of numbers and words (``value``
        of a zonal row) becomes text, and so does one without any value.
    """
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        kinds = {type(one) for one in values if one is not None}
        if not kinds or (str in kinds and len(kinds) > 1) or name == "value":
            values = [None if one is None else str(one) for one in values]
            columns[name] = pa.array(values, pa.string())
        else:
            columns[name] = pa.array(values)
    return pa.table(columns)
