"""Printed amounts, findings and banners as the result model has them."""

from collections.abc import Sequence

from geo.conflict.balance import NOTHING, Printed
from geo.conflict.findings import LEVELS
from layers.readers.table import id_text
from service.checking.measuring import Measured
from service.checking.models import Amount, Finding, SliverRow
from service.checking.prepared import AgainstLayer


def amount(value: Printed) -> Amount:
    """Answer a printed area as a model."""
    # The numbers are ours and exact: checking each again takes half of a batch.
    return Amount.model_construct(None, **{str(k): v for k, v in value.amount.items()})


def added(amounts: Sequence[Amount]) -> Amount:
    """Add printed values up."""
    if len(amounts) == 1:
        return amounts[0]
    return Amount.model_construct(
        None,
        **{
            str(unit): sum((getattr(one, unit) for one in amounts), zero)
            for unit, zero in NOTHING.items()
        },
    )


def strictest_of(findings: Sequence[Finding]) -> Finding:
    """Answer the strictest finding; the first of equals."""
    return min(findings, key=lambda one: LEVELS.index(one.level))


Place = tuple[str | None, str | None, str | None, str | None]
"""Id, names and league of a banner."""


def banner_places(banners: AgainstLayer | None) -> dict[int, Place]:
    """Answer what banners are called, by position; -1 for none."""
    places: dict[int, Place] = {-1: (None, None, None, None)}
    if banners is None:
        return places
    frame = banners.zones.features
    leagues = frame["league_zh"] if "league_zh" in frame else [None] * len(frame)
    columns = zip(
        banners.zones.ids, banners.names, banners.names_en, leagues, strict=True
    )
    for n, (key, name, name_en, league) in enumerate(columns):
        places[n] = (str(key), name, name_en, id_text(league))
    return places


def sliver_rows(measured: Measured, k: int | None) -> tuple[SliverRow, ...]:
    """Answer the slivers of all parcels, or of one; by layer, then parcel."""
    ids = measured.table.ids
    return tuple(
        SliverRow(
            parcel=ids[site],
            layer=one.layer.spec.id,
            features=tuple(str(one.layer.zones.ids[j]) for j in features),
            area_m2=float(area),
            width_m=float(width),
            share=float(share),
            reasons=reasons,
        )
        for one in measured.layers
        for site, features, area, width, share, reasons in zip(
            *one.contacts.groups, strict=True
        )
        if k is None or site == k
    )
