"""The ledger against the layers: a verdict and its reason for every figure."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import EcobarrierError
from geo.figures import Comparison, Quantity, Rule, Verdict, compare
from geo.messages import Note, Text
from layers.catalog import Catalog
from layers.errors import LayerNotFoundError, LedgerError
from layers.figures.computing import Measurer
from layers.figures.expressions import layers_of, written
from layers.figures.ledger import LEDGER_FILE, Ledger
from layers.figures.models import TOLERANCES, LedgerFigure
from layers.models import Bilingual, LayerSpec

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("modelled", "schematic")
"""Status of layers that may have been made to meet a figure."""


@dataclass(frozen=True)
class Checked:
    """A figure of the ledger and what checking it gave.

    Parameters
    ----------
    figure : LedgerFigure
    layers : tuple of LayerSpec
        What the computed number rests on, as they are in the catalogue.
    tolerance : float
        On top of rounding, as a share of the published number.
    tolerance_reason : Bilingual
    computed : float or None
        In the figure's unit; None where it cannot be.
    verdict : Verdict
    difference : float or None
        Computed minus published.
    difference_share : float or None
        The same as a share of the published number.
    reason : Text
        Why the verdict is what it is.
    """

    figure: LedgerFigure
    layers: tuple[LayerSpec, ...]
    tolerance: float
    tolerance_reason: Bilingual
    computed: float | None
    verdict: Verdict
    difference: float | None
    difference_share: float | None
    reason: Text


def check(
    catalog: Catalog,
    ledger: Ledger,
    ids: Iterable[str] = (),
    *,
    may_use: Callable[[LayerSpec], bool] = lambda _: True,
) -> tuple[Checked, ...]:
    """Compare published figures with what the layers give.

    Parameters
    ----------
    catalog : Catalog
    ledger : Ledger
    ids : iterable of str
        Of the figures wanted; all if empty.
    may_use : callable
        Whether a layer's numbers may go to who asks; figures that rest on another are
        answered without a computed number.

    Returns
    -------
    tuple of Checked
        In the order of the ledger, or of ``ids``.

    Raises
    ------
    LayerNotFoundError
        ``figure_not_found``.
    LedgerError
        ``figures_uncomputable``: a figure of the user's own whose expression no layer
        can answer. One that comes with the seeds is answered as not computable.
    """
    stated = {
        figure.id: figure.stated.scaled(figure.unit_of.factor)
        for figure in ledger.figures.values()
    }
    measurer = Measurer(catalog, stated)
    return tuple(
        _checked(figure, measurer, figure.id in ledger.own, may_use)
        for figure in ledger.chosen(ids)
    )


def _checked(
    figure: LedgerFigure,
    measurer: Measurer,
    own: bool,
    may_use: Callable[[LayerSpec], bool],
) -> Checked:
    if figure.compute is None:
        return _without(figure, (), [])
    try:
        specs = _specs(measurer.catalog, figure)
        if figure.not_modelled and any(spec.status in MODELS for spec in specs):
            return _without(figure, specs, [])
        closed = [spec.id for spec in specs if not may_use(spec)]
        if closed:
            note = Note("figure_restricted", {"layers": ", ".join(closed)})
            return _without(figure, specs, [note.text])
        computed = measurer.quantity(figure.compute)
    except EcobarrierError as error:
        if own:
            raise _uncomputable(figure, error) from error
        return _without(figure, (), [error.text])
    return _compared(figure, specs, computed.scaled(1 / figure.unit_of.factor))


def _specs(catalog: Catalog, figure: LedgerFigure) -> tuple[LayerSpec, ...]:
    if figure.compute is None:
        return ()
    return tuple(catalog.spec(name) for name in layers_of(figure.compute))


def _uncomputable(figure: LedgerFigure, error: EcobarrierError) -> LedgerError:
    key = "compute.layer" if isinstance(error, LayerNotFoundError) else "compute"
    value = "" if figure.compute is None else written(figure.compute)
    details = {"file": LEDGER_FILE, "figure": figure.id, "key": key, "value": value}
    said = {"reason_zh": error.text.zh, "reason_en": error.text.en}
    return LedgerError("figures_uncomputable", **details, **said)


def _without(
    figure: LedgerFigure, specs: tuple[LayerSpec, ...], why: list[Text]
) -> Checked:
    known = [] if figure.known is None or why else [_text(figure.known)]
    tolerance, reason = TOLERANCES.of(figure)
    said = [Note("figure_not_computable").text, *why, *known, *_extra(figure)]
    return Checked(
        figure,
        specs,
        tolerance,
        reason,
        None,
        "not_computable",
        None,
        None,
        _joined(said),
    )


def _compared(
    figure: LedgerFigure, specs: tuple[LayerSpec, ...], computed: Quantity
) -> Checked:
    tolerance, why = TOLERANCES.of(figure)
    rule = Rule(
        figure.relation,
        tolerance,
        figure.explained,
        figure.is_internal,
        figure.calibrated and any(spec.status in MODELS for spec in specs),
    )
    compared = compare(figure.stated, computed, rule)
    return Checked(
        figure,
        specs,
        tolerance,
        why,
        computed.value,
        compared.verdict,
        compared.difference,
        compared.share,
        _reason(figure, computed.value, tolerance, compared),
    )


def _reason(
    figure: LedgerFigure, computed: float, tolerance: float, compared: Comparison
) -> Text:
    unit = figure.unit_of
    details = {
        "published": figure.value,
        "computed": _digits(computed),
        "unit_zh": f" {unit.zh}" if unit.zh else "",
        "unit_en": f" {unit.en}" if unit.en else "",
        "apart": _percent(compared.share),
        "tolerance": f"{100 * tolerance:g} %",
        "bound": _bound(figure.explained),
    }
    said = [Note(f"figure_{compared.verdict}", details).text]
    explains = compared.verdict in ("differs", "inconsistent", "calibrated")
    if figure.known is not None and explains:
        said.append(_text(figure.known))
    if compared.verdict == "unexplained" and figure.explained is not None:
        said.append(Note("figure_beyond_reason", details).text)
    return _joined([*said, *_extra(figure)])


def _extra(figure: LedgerFigure) -> list[Text]:
    """Answer the note and, at a break of the series, what changed."""
    notes = [figure.note, figure.series.break_note if figure.series else None]
    return [_text(note) for note in notes if note is not None]


def _text(words: Bilingual) -> Text:
    return Text(words.zh, words.en)


def _joined(parts: list[Text]) -> Text:
    return Text("".join(part.zh for part in parts), " ".join(p.en for p in parts))


def _digits(value: float) -> str:
    """Write six significant digits without an exponent.

    >>> _digits(853.0203), _digits(1145881.2), _digits(0.154612)
    ('853.02', '1145881', '0.154612')
    """
    text = f"{value:.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
    return text if "e" not in text else f"{value:.10f}".rstrip("0")


def _percent(share: float | None) -> str:
    if share is None:
        return "—"
    text = f"{100 * share:+.2f}"
    return f"{text if abs(float(text)) > 0 else '0'} %".replace("-", "−")


def _bound(explained: tuple[float, float] | None) -> str:
    if explained is None:
        return "—"
    return " … ".join(_percent(one) for one in explained)


def figures(
    catalog: Catalog, ledger: Ledger, ids: Iterable[str] = ()
) -> "pd.DataFrame":
    """Answer the ledger as a table, for notebooks.

    Parameters
    ----------
    catalog : Catalog
    ledger : Ledger
    ids : iterable of str
        All figures if empty.

    Returns
    -------
    DataFrame
        ``(n,)``, index ``id``: ``title_zh``, ``title_en``, ``published``, ``unit``,
        ``computed`` (nan where it cannot be), ``difference``, ``difference_share``,
        ``tolerance``, ``verdict``, ``reason_zh``, ``reason_en``, ``expression``,
        ``document``, ``year``, ``sure``. Numbers are in the unit of their row.
        ``attrs["layers"]`` names the version of each layer that was used.

    Raises
    ------
    LayerNotFoundError, LedgerError
        See :func:`check`.
    """
    import pandas as pd

    checked = check(catalog, ledger, ids)
    rows = [_row(one) for one in checked]
    table = pd.DataFrame(rows, columns=COLUMNS).set_index("id")
    used = {spec.id: spec.version for one in checked for spec in one.layers}
    table.attrs["layers"] = dict(sorted(used.items()))
    return table


COLUMNS = [
    "id",
    "title_zh",
    "title_en",
    "published",
    "unit",
    "computed",
    "difference",
    "difference_share",
    "tolerance",
    "verdict",
    "reason_zh",
    "reason_en",
    "expression",
    "document",
    "year",
    "sure",
]


def _row(one: Checked) -> tuple[object, ...]:
    figure = one.figure
    numbers = (one.computed, one.difference, one.difference_share)
    return (
        figure.id,
        *(figure.title.zh, figure.title.en),
        *(figure.stated.value, figure.unit),
        *(float("nan") if number is None else number for number in numbers),
        *(one.tolerance, one.verdict, one.reason.zh, one.reason.en),
        "" if figure.compute is None else written(figure.compute),
        *(figure.document, figure.year, figure.sure),
    )


def fingerprint(figures: Iterable[LedgerFigure]) -> str:
    """Answer text that changes with anything the ledger says of the figures."""
    dumped = [figure.model_dump(mode="json") for figure in figures]
    return json.dumps(dumped, sort_keys=True, ensure_ascii=False)
