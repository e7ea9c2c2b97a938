"""Reading the figure ledger: the one that comes with the seeds, and the user's own.

Both are TOML files named ``figures.toml`` with one table ``[[figure]]`` per figure, in
the folder of the seeds and in the workspace. A figure of the workspace replaces the
seeds' one of the same id, in its place.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from geo.messages import listed
from layers.errors import LayerNotFoundError, LedgerError
from layers.figures.expressions import KINDS, Published, dimension, leaves
from layers.figures.models import LedgerFigure

LEDGER_FILE = "figures.toml"


@dataclass(frozen=True)
class Ledger:
    """Published figures, seeds first in the order of their file.

    Parameters
    ----------
    figures : mapping of str to LedgerFigure
        By id.
    own : frozenset of str
        Ids of those that the user wrote.
    """

    figures: Mapping[str, LedgerFigure] = field(
        default_factory=lambda: MappingProxyType({})
    )
    own: frozenset[str] = frozenset()

    @classmethod
    def open(cls, seeds: Path, workspace: Path | None = None) -> "Ledger":
        """Read ``figures.toml`` of the seeds and over it that of the workspace.

        A folder without the file has no figures.

        Raises
        ------
        LedgerError
            Names file, figure, key and value: not TOML, a key that is missing, unknown
            or has an unusable value, an id twice, a reference to no figure, an
            expression that measures something else than the figure's unit or computes
            across a break of its series.
        """
        figures = read_figures(seeds / LEDGER_FILE)
        own: dict[str, LedgerFigure] = {}
        if workspace is not None:
            own = read_figures(workspace / LEDGER_FILE)
        ledger = cls(MappingProxyType({**figures, **own}), frozenset(own))
        for figure in ledger.figures.values():
            _require_sound(figure, ledger.figures)
        return ledger

    def chosen(self, ids: Iterable[str] = ()) -> tuple[LedgerFigure, ...]:
        """Answer figures by id, all of them if none is named.

        Raises
        ------
        LayerNotFoundError
            ``figure_not_found``; names close matches.
        """
        wanted = list(ids)
        if not wanted:
            return tuple(self.figures.values())
        for name in wanted:
            if name not in self.figures:
                known = list(self.figures)
                close = difflib.get_close_matches(name, known) or known
                raise LayerNotFoundError(
                    "figure_not_found", figure=name, close=listed(close, 10)
                )
        return tuple(self.figures[name] for name in dict.fromkeys(wanted))


def read_figures(file: Path) -> dict[str, LedgerFigure]:
    """Read the figures of one file, by id, in order; none where there is no file.

    Raises
    ------
    LedgerError
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _unreadable(reason or "") from error
    tables = content.pop("figure", [])
    if content:
        raise _unreadable(f"{next(iter(content))}: [[figure]] expected")
    if not isinstance(tables, list):
        raise _unreadable("figure: [[figure]] expected")
    found: dict[str, LedgerFigure] = {}
    for number, table in enumerate(tables, start=1):
        figure = _figure(table, number)
        if figure.id in found:
            raise _wrong("figures_id_twice", figure.id, "id", figure.id)
        found[figure.id] = figure
    return found


def _unreadable(reason: str) -> LedgerError:
    return LedgerError("figures_unreadable", file=LEDGER_FILE, reason=reason)


def _wrong(
    code: str, figure: object, key: str, value: object, **more: object
) -> LedgerError:
    shown = value if isinstance(value, str) else repr(value)
    details = {"figure": figure, "key": key, "value": shown[:200], **more}
    return LedgerError(code, file=LEDGER_FILE, **details)


def _figure(table: object, number: int) -> LedgerFigure:
    named = table.get("id", number) if isinstance(table, dict) else number
    try:
        return LedgerFigure.model_validate(table)
    except ValidationError as error:
        raise _refusal(named, error) from error


_CODES = {
    "missing": "figures_key_missing",
    "extra_forbidden": "figures_key_unknown",
    "union_tag_not_found": "figures_kind_wrong",
    "union_tag_invalid": "figures_kind_wrong",
    "literal_error": "figures_choice_wrong",
}


def _refusal(named: object, error: ValidationError) -> LedgerError:
    """Say the first fault: the key as the user wrote it, the value, what to do."""
    faults = error.errors(include_url=False)
    # A key that is spelt wrong is also missing; the spelling is what helps.
    unknown = (one for one in faults if one["type"] == "extra_forbidden")
    fault = next(unknown, faults[0])
    # The kind of an expression stands in pydantic's path, but in no key of the file.
    places = [str(part) for part in fault["loc"] if part not in KINDS]
    context: dict[str, Any] = fault.get("ctx", {})
    code = _CODES.get(fault["type"], "figures_value_wrong")
    key = ".".join(places)
    if code == "figures_kind_wrong":
        key = f"{key}.kind"
    if not places:
        key = str(context.get("error", "")).partition(":")[0] or "figure"
    return _wrong(
        code,
        named,
        key,
        fault["input"] if places else "",
        reason=context.get("error", fault["msg"]),
        choices=context.get("expected", ", ".join(KINDS)),
    )


def _require_sound(figure: LedgerFigure, known: Mapping[str, LedgerFigure]) -> None:
    """Check what an expression says of other figures and of units."""
    if figure.compute is None:
        return
    used = [leaf.id for leaf in leaves(figure.compute) if isinstance(leaf, Published)]
    for name in used:
        if name not in known:
            close = difflib.get_close_matches(name, known) or list(known)
            raise _wrong(
                "figures_reference_unknown",
                figure.id,
                "compute",
                name,
                close=listed(close, 10),
            )
    _require_one_epoch(figure, [known[name] for name in used])
    dimensions = {name: one.unit_of.dimension for name, one in known.items()}
    given = dimension(figure.compute, dimensions)
    if given != figure.unit_of.dimension:
        raise _wrong(
            "figures_dimension_wrong",
            figure.id,
            "unit",
            figure.unit,
            given=given or "—",
            wanted=figure.unit_of.dimension,
        )


def _require_one_epoch(figure: LedgerFigure, used: list[LedgerFigure]) -> None:
    epochs: dict[str, int] = {}
    for one in used:
        if one.series is None:
            continue
        if epochs.setdefault(one.series.id, one.series.epoch) != one.series.epoch:
            raise _wrong(
                "figures_series_broken",
                figure.id,
                "compute",
                one.id,
                series=one.series.id,
            )
