"""The first pages: project, finding, layers at a glance, parcels and their areas."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from geo.conflict.findings import LEVELS
from layers.models import Bilingual
from service.checking.models import (
    CheckReport,
    DecisionModel,
    LayerResult,
    ParcelResult,
)
from service.reports.blocks import (
    Block,
    Column,
    Facts,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
)
from service.reports.names import AMOUNT_COLUMNS, Names, amount_cells, known
from service.reports.words import (
    M2,
    joined,
    number_text,
    status_word,
    word,
)

MOST_MATRIX_LAYERS = 14
"""Layers that fit across a sheet as columns of signs."""

_SIGNS = {"overlap": "●", "border": "○", "apart": "–"}


def summary(report: CheckReport, made_on: date) -> list[Section]:
    """Answer project, finding and the layers at a glance."""
    names = Names(report)
    blocks: list[Block] = [
        Facts(tuple(_project(report, made_on))),
        *_findings(report),
        layer_table(report),
    ]
    if len(report.layers) <= MOST_MATRIX_LAYERS:
        blocks += [_matrix(report, names), Paragraph(word("signs"), "small")]
    reasons = reason_table(report)
    if reasons.rows:
        blocks.append(reasons)
    return [Section(word("title_summary"), tuple(blocks))]


def _project(
    report: CheckReport, made_on: date
) -> Iterator[tuple[Bilingual, Text | None]]:
    project = report.options.project
    yield word("project"), known(project.name)
    yield word("project_number"), known(project.number)
    yield word("applicant"), known(project.applicant)
    yield word("purpose"), known(project.purpose)
    yield word("prepared_by"), known(project.prepared_by)
    yield word("files"), "；".join(f"{one.name} ({one.crs})" for one in report.files)
    total = report.summary.total
    yield (
        word("parcels"),
        word(
            "parcels_total",
            count=report.summary.parcels,
            m2=number_text(total.m2, 2),
            ha=number_text(total.ha, 4),
            mu=number_text(total.mu, 2),
        ),
    )
    yield word("rules"), report.rules.title
    yield word("made_on"), made_on.isoformat()
    yield word("result_id"), report.result_id


def _findings(report: CheckReport) -> Iterator[Block]:
    found = report.summary.finding
    yield Paragraph(word("finding_is", **_pair("finding", found.label)), "finding")
    yield Paragraph(_counted(report), "usual")
    soft = [one.title for one in report.layers if one.indicative]
    if soft:
        text = word("indicative_layers", **_pair("layers", joined(soft)))
        yield Paragraph(text, "caution")
    if _unconfirmed(report):
        yield Paragraph(word("unconfirmed"), "caution")


def _pair(name: str, text: Bilingual) -> dict[str, object]:
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}


def _counted(report: CheckReport) -> Bilingual:
    """Count parcels by finding, the strictest first."""
    levels = report.summary.levels
    said = [
        word("counted", count=levels[level], **_pair("level", _label(level)))
        for level in LEVELS
        if levels.get(level)
    ]
    return Bilingual(
        zh="，".join(one.zh for one in said) + "。",
        en=", ".join(one.en for one in said) + ".",
    )


def _label(level: str) -> Bilingual:
    return word(f"level_{level}")


def _unconfirmed(report: CheckReport) -> bool:
    results = [one for parcel in report.parcels for one in parcel.layers]
    return any(
        one.finding.rule is not None
        and not one.finding.confirmed
        and one.finding.level != "indicative"
        for one in results
    )


def reason_table(report: CheckReport) -> Table:
    """Answer what needs attention, parcel by parcel, with the clause it rests on."""
    names = Names(report)
    columns = (Column(word("finding"), weight=1.0), Column(word("basis"), weight=6.0))
    rows = [row for one in report.parcels for row in _reasons(report, one, names)]
    return Table(columns, tuple(rows), word("table_findings"), small=True)


def _reasons(report: CheckReport, parcel: ParcelResult, names: Names) -> Iterator[Row]:
    noted = [one for one in parcel.layers if one.finding.level != "clear"]
    if not noted:
        return
    yield Row((names.parcel(parcel),), "group")
    firm = [one for one in noted if one.finding.level != "indicative"]
    for one in sorted(firm, key=lambda one: LEVELS.index(one.finding.level)):
        yield Row((names.finding(one), _basis(one)))
    numbers = {one.id: str(n) for n, one in enumerate(report.layers, start=1)}
    soft = [
        numbers[one.layer]
        for one in noted
        if one.finding.level == "indicative" and one.touched
    ]
    if soft:
        text = word("indicative_overlaps", numbers=", ".join(soft))
        yield Row((word("level_indicative"), text))


def _basis(result: LayerResult) -> Bilingual:
    """Say why, and by which clause."""
    reason, clause = result.finding.reason, result.finding.clause
    if clause is None:
        return reason
    where = f"{clause.document} {clause.article or ''}".strip()
    return word("basis_clause", **_pair("reason", reason), clause=where)


def layer_table(report: CheckReport) -> Table:
    """Answer the layers at a glance, summed over the parcels."""
    names = Names(report)
    columns = (
        Column(word("row_number")),
        Column(word("layer"), weight=3.0),
        Column(word("status"), weight=1.0),
        Column(word("parcels_touched"), 0),
        *_overlap_columns(),
        Column(word("slivers_short"), 0),
    )
    rows = []
    for number, one in enumerate(report.summary.layers, start=1):
        status = status_word(names.layers[one.layer].status)
        cells = (
            str(number),
            names.layer(one.layer),
            status,
            one.parcels_touched,
            *amount_cells(one.overlap),
            one.sliver_lines,
        )
        rows.append(Row(cells))
    return Table(columns, tuple(rows), word("table_layers"))


def _overlap_columns() -> tuple[Column, ...]:
    return tuple(
        Column(word("overlap"), one.decimals, one.unit) for one in AMOUNT_COLUMNS
    )


def _matrix(report: CheckReport, names: Names) -> Table:
    columns = [Column(word("parcel"), weight=1.0)]
    columns += [
        Column(Bilingual(zh=str(n), en=str(n)), centred=True)
        for n in range(1, len(report.layers) + 1)
    ]
    columns.append(Column(word("finding"), weight=0.6))
    rows = []
    for parcel in report.parcels:
        by_layer = {one.layer: one for one in parcel.layers}
        signs = [_sign(by_layer[one.id], one.indicative) for one in report.layers]
        rows.append(Row((names.parcel(parcel), *signs, names.finding(parcel))))
    return Table(tuple(columns), tuple(rows), word("table_matrix"))


def _sign(result: LayerResult, indicative: bool) -> str:
    sign = _SIGNS[result.contact]
    return f"({sign})" if indicative and result.contact == "overlap" else sign


def parcels(report: CheckReport) -> Section:
    """Answer the parcels: area, banner, areas by three rules."""
    names = Names(report)
    blocks = [_parcel_table(report, names), _area_table(report, names)]
    edges = dict.fromkeys(one.areas.edges.zh for one in report.parcels)
    said = {one.areas.edges.zh: one.areas.edges for one in report.parcels}
    notes = [Paragraph(said[one], "small") for one in edges]
    return Section(word("title_parcels"), (*blocks, *notes))


def _parcel_table(report: CheckReport, names: Names) -> Table:
    columns = (
        Column(word("parcel_number"), weight=1.0),
        Column(word("parcel_name"), weight=2.0),
        Column(word("use"), weight=1.2),
        Column(word("banner"), weight=1.4),
        *AMOUNT_COLUMNS,
    )
    rows = [row for one in report.parcels for row in _parcel_rows(one, names)]
    total = report.summary.total
    rows.append(Row((word("sum"), None, None, None, *amount_cells(total)), "sum"))
    return Table(columns, tuple(rows), word("table_parcels"))


def _parcel_rows(parcel: ParcelResult, names: Names) -> Iterator[Row]:
    """Yield a parcel, and its parts where it lies in several banners."""
    own = names.number(parcel), known(parcel.name), known(parcel.use)
    if len(parcel.banners) == 1:
        banner = names.banner(parcel, parcel.banners[0].banner_id)
        yield Row((*own, banner, *amount_cells(parcel.printed)))
        return
    yield Row((*own, word("several"), *amount_cells(parcel.printed)))
    for one in parcel.banners:
        where = names.banner(parcel, one.banner_id)
        yield Row(("", "", word("of_it"), where, *amount_cells(one.printed)), "part")


def _area_table(report: CheckReport, names: Names) -> Table:
    columns = (
        Column(word("parcel"), weight=1.0),
        Column(word("crs"), weight=1.0),
        Column(word("vertices"), 0),
        Column(word("area_official"), 2, M2),
        Column(word("area_geodesic"), 2, M2),
        Column(word("area_plane"), 2, M2),
        Column(word("difference"), 2, M2),
        Column(word("area_stated"), 2, M2),
    )
    rows = [_area_row(one, names) for one in report.parcels]
    return Table(columns, tuple(rows), word("table_areas"))


def _area_row(parcel: ParcelResult, names: Names) -> Row:
    areas = parcel.areas
    plane = areas.plane_m2
    difference = None if plane is None else plane - areas.official_m2
    return Row(
        (
            names.number(parcel),
            parcel.crs,
            parcel.vertices,
            parcel.printed.m2,
            Decimal(areas.geodesic_m2),
            plane,
            difference,
            areas.stated_m2,
        )
    )


def reading(report: CheckReport) -> Section:
    """Answer how the files were read, with what each decision rests on."""
    columns = (
        Column(word("question"), weight=1.0),
        Column(word("decided"), weight=1.2),
        Column(word("reason"), weight=5.0),
        Column(word("instead"), weight=1.4),
    )
    rows: list[Row] = []
    for name in dict.fromkeys(one.file for one in report.decisions):
        rows.append(Row((name,), "group"))
        rows += [_decision(one) for one in report.decisions if one.file == name]
    table = Table(columns, tuple(rows), word("table_decisions"), small=True)
    files = Table(
        (
            Column(word("file"), weight=2.0),
            Column(word("crs"), weight=1.0),
            Column(word("parcels"), 0),
            Column(word("bytes"), 0),
            Column(Bilingual(zh="SHA-256", en="SHA-256"), weight=4.0),
        ),
        tuple(
            Row((one.name, one.crs, one.parcels, one.bytes, one.sha256))
            for one in report.files
        ),
        word("table_files"),
        small=True,
    )
    return Section(word("title_reading"), (files, table))


def _decision(one: DecisionModel) -> Row:
    known_word = one.what in QUESTIONS
    what: Text = word(f"what_{one.what}") if known_word else one.what
    return Row((what, one.value, one.reason, " / ".join(one.alternatives)))


QUESTIONS = (
    *("encoding", "crs", "datum", "zone", "prefix", "axis_order", "rings", "units"),
    *("angles", "fields", "curves", "part", "band", "nodata", "values"),
)
