"""One section for each layer: what parcels share with it, and how far the others are.

The rows of a parcel add up to it: overlap by class and banner, slivers, remainder.
"""

from collections.abc import Iterator
from typing import Literal

from layers.models import Bilingual
from layers.times import time_text
from service.checking.models import (
    Amount,
    CheckReport,
    ClassPart,
    LayerResult,
    LayerUsed,
    ParcelResult,
    Part,
)
from service.reports.blocks import Block, Column, Paragraph, Row, Section, Table
from service.reports.names import AMOUNT_COLUMNS, Names, amount_cells, known
from service.reports.words import (
    DEGREES,
    M2,
    METRES,
    PERCENT,
    either,
    spread_text,
    status_word,
    word,
)

LedgerPart = Literal["overlap", "slivers", "remainder"]


def layer_sections(report: CheckReport) -> Iterator[Section]:
    """Yield the sections, in the order of the check."""
    names = Names(report)
    for number, layer in enumerate(report.layers):
        blocks = tuple(_blocks(report, layer, names))
        title = Bilingual(
            zh=f"{layer.title.zh}〔{status_word(layer.status).zh}〕",
            en=f"{layer.title.en} [{status_word(layer.status).en.lower()}]",
        )
        if number == 0:
            yield Section(word("title_layers"), ())
        yield Section(title, blocks, level=2)


def _blocks(report: CheckReport, layer: LayerUsed, names: Names) -> Iterator[Block]:
    yield Paragraph(_stated(layer), "small")
    if layer.indicative:
        said = status_word(layer.status)
        text = word("indicative", status_zh=said.zh, status_en=said.en.lower())
        yield Paragraph(text, "caution")
    if layer.caution is not None:
        yield Paragraph(layer.caution, "small")
    pairs = [
        (parcel, one)
        for parcel in report.parcels
        for one in parcel.layers
        if one.layer == layer.id
    ]
    sharing = [pair for pair in pairs if pair[1].contact == "overlap"]
    others = [pair for pair in pairs if pair[1].contact != "overlap"]
    if sharing:
        yield _overlaps(sharing, names)
    if others:
        yield _apart(others, names)


def _stated(layer: LayerUsed) -> Bilingual:
    accuracy = layer.accuracy_m
    unknown = word("not_stated")
    stands_for = time_text(layer.valid_time)
    exact = word("accuracy_of", metres=f"{accuracy or 0.0:,g}")
    exact = unknown if accuracy is None else exact
    return word(
        "layer_stated",
        version=layer.version,
        time_zh=stands_for.zh,
        time_en=stands_for.en,
        accuracy_zh=exact.zh,
        accuracy_en=exact.en,
        provider_zh=layer.provider_zh or layer.provider,
        provider_en=layer.provider,
    )


def _overlaps(pairs: list[tuple[ParcelResult, LayerResult]], names: Names) -> Table:
    columns = (
        Column(word("part"), weight=2.2),
        Column(word("banner"), weight=1.6),
        *AMOUNT_COLUMNS,
        Column(word("share_of_parcel"), 2, PERCENT, share=True),
        Column(Bilingual(zh="±", en="+/-"), 0, M2),
    )
    rows = [row for pair in pairs for row in _of_parcel(*pair, names)]
    return Table(columns, tuple(rows), word("table_overlap"))


def _of_parcel(
    parcel: ParcelResult, result: LayerResult, names: Names
) -> Iterator[Row]:
    found = names.finding(result)
    said = word("finding_of", finding_zh=found.zh, finding_en=found.en)
    yield Row((names.parcel(parcel), said), "group")
    spread = spread_text(result.uncertainty_m2)
    cells = sum(len(one.banners) for one in result.classes)
    for one in result.classes:
        yield from _class_rows(parcel, one, names, "" if cells > 1 else spread)
    if cells > 1:
        whole = result.overlap
        yield _part_row(word("overlap_sum"), whole.printed, whole.share, spread)
    for part, label in _others(result):
        yield from _part_rows(parcel, part, label, names)
    yield Row((word("sum"), None, *amount_cells(parcel.printed), 1.0, ""), "sum")


def _others(result: LayerResult) -> Iterator[tuple[Part, Bilingual]]:
    if result.slivers.area_m2 > 0.0:
        yield result.slivers, word("slivers")
    yield result.remainder, word("remainder")


def _class_rows(
    parcel: ParcelResult, one: ClassPart, names: Names, spread: str
) -> Iterator[Row]:
    label = _overlap_label(one.class_name)
    shares = one.area_m2 or 1.0
    for cell in one.banners:
        yield Row(
            (
                label,
                names.banner(parcel, cell.banner_id),
                *amount_cells(cell.printed),
                one.share * cell.area_m2 / shares,
                spread,
            )
        )


def _overlap_label(class_name: str | None) -> Bilingual:
    if class_name is None:
        return word("overlap")
    return word("overlap_class", name=class_name)


def _part_rows(
    parcel: ParcelResult, part: Part, label: Bilingual, names: Names
) -> Iterator[Row]:
    whole = part.area_m2 or 1.0
    for cell in part.banners:
        if cell.area_m2 > 0.0 or len(part.banners) == 1:
            where = names.banner(parcel, cell.banner_id)
            share = part.share * cell.area_m2 / whole
            yield Row((label, where, *amount_cells(cell.printed), share, ""))


def _part_row(label: Bilingual, printed: Amount, share: float, spread: str) -> Row:
    return Row((label, None, *amount_cells(printed), share, spread), "part")


def _apart(pairs: list[tuple[ParcelResult, LayerResult]], names: Names) -> Table:
    columns = (
        Column(word("parcel"), weight=2.0),
        Column(word("nearest"), weight=2.0),
        Column(word("distance"), 2, METRES),
        Column(word("azimuth"), 1, DEGREES),
        Column(word("direction")),
        Column(word("slivers"), 2, M2),
        Column(word("finding"), weight=1.2),
    )
    rows = []
    for parcel, one in pairs:
        near = one.nearest
        known_near = near is not None
        name = (
            either(near.feature_name, near.feature_name_en, near.feature_id)
            if near is not None
            else None
        )
        rows.append(
            Row(
                (
                    names.parcel(parcel),
                    name,
                    near.distance_m if near is not None and known_near else None,
                    near.azimuth_deg if near is not None else None,
                    near.direction if near is not None else None,
                    one.slivers.printed.m2,
                    names.finding(one),
                )
            )
        )
    return Table(columns, tuple(rows), word("table_apart"))


def ledger(report: CheckReport) -> Table:
    """Answer every part of every parcel and layer as one flat table.

    The rows of a parcel and layer add up to the parcel in every unit.
    """
    names = Names(report)
    columns = (
        Column(word("parcel_number")),
        Column(word("parcel_name")),
        Column(word("layer_id")),
        Column(word("layer")),
        Column(word("status")),
        Column(word("part")),
        Column(word("class")),
        Column(word("banner_code")),
        Column(word("banner")),
        *AMOUNT_COLUMNS,
        Column(word("finding")),
    )
    return Table(columns, tuple(_ledger_rows(report, names)))


def results(report: CheckReport) -> Table:
    """Answer one row for each parcel and layer: shares, +/-, distance, finding."""
    names = Names(report)
    columns = (
        Column(word("parcel_number")),
        Column(word("parcel_name")),
        Column(word("layer_id")),
        Column(word("layer")),
        Column(word("status")),
        Column(word("contact")),
        *AMOUNT_COLUMNS,
        Column(word("share_of_parcel"), 4, share=True),
        Column(Bilingual(zh="±", en="+/-"), 2, M2),
        Column(word("distance"), 3, METRES),
        Column(word("azimuth"), 2, DEGREES),
        Column(word("finding")),
        Column(word("reason")),
    )
    rows = [
        _result_row(parcel, one, names)
        for parcel in report.parcels
        for one in parcel.layers
    ]
    return Table(columns, tuple(rows))


def _result_row(parcel: ParcelResult, one: LayerResult, names: Names) -> Row:
    used, near = names.layers[one.layer], one.nearest
    return Row(
        (
            names.number(parcel),
            known(parcel.name),
            used.id,
            used.title,
            status_word(used.status),
            word(f"contact_{one.contact}"),
            *amount_cells(one.overlap.printed),
            one.overlap.share,
            one.uncertainty_m2,
            None if near is None else near.distance_m,
            None if near is None else near.azimuth_deg,
            names.finding(one),
            one.finding.reason,
        )
    )


def _ledger_rows(report: CheckReport, names: Names) -> Iterator[Row]:
    for parcel in report.parcels:
        for one in parcel.layers:
            used = names.layers[one.layer]
            own = (
                names.number(parcel),
                known(parcel.name),
                used.id,
                used.title,
                status_word(used.status),
            )
            for label, class_name, part in _ledger_parts(one):
                for cell in part.banners:
                    yield Row(
                        (
                            *own,
                            label,
                            class_name or "",
                            cell.banner_id or "",
                            names.banner(parcel, cell.banner_id),
                            *amount_cells(cell.printed),
                            names.finding(one),
                        )
                    )


def _ledger_parts(
    result: LayerResult,
) -> Iterator[tuple[Bilingual, str | None, Part | ClassPart]]:
    for one in result.classes:
        yield word("overlap"), one.class_name, one
    yield word("slivers"), None, result.slivers
    yield word("remainder"), None, result.remainder
