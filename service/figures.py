"""The figure ledger as an answer: what ``ecobarrier figures`` and ``/figures`` give."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

from geo.figures import Relation, Verdict
from layers.catalog import Catalog
from layers.figures.checking import Checked, check, fingerprint
from layers.figures.expressions import written
from layers.figures.ledger import Ledger
from layers.figures.models import Group
from layers.models import Bilingual, LayerSpec, Status
from service.identity import result_id
from service.models import Answer

FIGURES_METHOD = "figures/ledger"


class FigureLayer(Answer):
    """A layer that a computed number rests on."""

    id: str
    version: str
    status: Status


class FigureModel(Answer):
    """A published figure, what the layers give, and the verdict.

    ``published``, ``computed`` and ``difference`` are in ``unit``; ``computed`` and
    both differences are null where the number cannot be computed.
    """

    id: str
    group: Group
    title: Bilingual
    claim: Bilingual
    published: float
    published_text: str
    """As it is printed: its last digit says how it was rounded."""
    unit: str
    unit_name: Bilingual
    relation: Relation
    document: str
    read_at: str | None
    year: int | None
    definition: Bilingual
    denominator: Bilingual | None
    sure: Literal["A", "B", "C"]
    series: str | None
    series_epoch: int | None
    series_break: Bilingual | None
    expression: str | None
    """How it is computed, as a formula; null where nothing computes it."""
    internal: bool
    """Whether it is worked out from published numbers alone."""
    tolerance: float
    """On top of rounding, as a share of the published number."""
    tolerance_reason: Bilingual
    explained: tuple[float, float] | None
    """Differences, as shares, that the known reason accounts for."""
    computed: float | None
    difference: float | None
    difference_share: float | None
    verdict: Verdict
    reason: Bilingual
    layers: tuple[FigureLayer, ...]
    own: bool
    """Whether it stands in the workspace's ledger rather than in that of the seeds."""


class FiguresReport(Answer):
    """The ledger, or the figures asked for, and how many there are of each verdict."""

    result_id: str
    method: str
    counts: dict[Verdict, int]
    figures: tuple[FigureModel, ...]


def figures_report(
    catalog: Catalog,
    ledger: Ledger,
    ids: Iterable[str] = (),
    *,
    may_use: Callable[[LayerSpec], bool] = lambda _: True,
) -> FiguresReport:
    """Compare the ledger with the layers.

    Parameters
    ----------
    catalog : Catalog
    ledger : Ledger
    ids : iterable of str
        Of the figures wanted; all if empty.
    may_use : callable
        Whether the numbers of a layer may go to who asks.

    Raises
    ------
    EcobarrierError
        See :func:`layers.figures.checking.check`.
    """
    checked = check(catalog, ledger, ids, may_use=may_use)
    used = {spec.id: spec for one in checked for spec in one.layers if may_use(spec)}
    said = fingerprint(one.figure for one in checked)
    parameters = {"ledger": hashlib.sha256(said.encode()).hexdigest()}
    counts: dict[Verdict, int] = {}
    for one in checked:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return FiguresReport(
        result_id=result_id(FIGURES_METHOD, used.values(), parameters),
        method=FIGURES_METHOD,
        counts=counts,
        figures=tuple(_model(one, one.figure.id in ledger.own) for one in checked),
    )


def _model(one: Checked, own: bool) -> FigureModel:
    figure, series = one.figure, one.figure.series
    told_otherwise = {"series", "tolerance", "tolerance_reason"}
    known = figure.model_dump(include=set(FigureModel.model_fields) - told_otherwise)
    return FigureModel(
        **known,
        published=figure.stated.value,
        published_text=figure.value,
        unit_name=Bilingual(zh=figure.unit_of.zh, en=figure.unit_of.en),
        series=series.id if series else None,
        series_epoch=series.epoch if series else None,
        series_break=series.break_note if series else None,
        expression=written(figure.compute) if figure.compute else None,
        internal=figure.is_internal,
        computed=one.computed,
        difference=one.difference,
        difference_share=one.difference_share,
        verdict=one.verdict,
        reason=Bilingual(zh=one.reason.zh, en=one.reason.en),
        layers=tuple(
            FigureLayer(id=spec.id, version=spec.version, status=spec.status)
            for spec in one.layers
        ),
        own=own,
        tolerance=one.tolerance,
        tolerance_reason=one.tolerance_reason,
    )
