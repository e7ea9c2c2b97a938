"""The conflict check as a use case: files of parcels and layers in, a report out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd

from geo.overlay import SliverRule
from layers.catalog import Catalog, is_file_name
from layers.checking.parcels import READING, ParcelFile, read_parcels
from layers.checking.rules import Rules, rules_in_use
from layers.importing.options import ImportOptions
from layers.importing.region import Region
from service.checking import cover, words
from service.checking.measuring import measure, parcel_table
from service.checking.models import (
    CheckOptionsModel,
    CheckReport,
    InputFile,
    LayerUsed,
    ParcelResult,
    ProjectInfo,
    SliverRow,
    SliverRuleModel,
)
from service.checking.prepared import Against, prepared
from service.checking.rows import Rows
from service.identity import hashed

PARCEL_SLIVERS = SliverRule(1.0, 0.1, 1e-4)
"""Thresholds of domain facts 2.5."""

NO_PROJECT = ProjectInfo()

METHOD = "check/kernel/lonlat-edges"


@dataclass(frozen=True)
class CheckOptions:
    """What a person may choose.

    Parameters
    ----------
    layers : tuple of str
        Ids; all layers of polygons but those of administration if empty.
    sliver : SliverRule
    reading : ImportOptions
        Overrule how files are read.
    parcel_accuracy_m : float
        Standard positional error of the parcels; 0 takes them as given.
    project : ProjectInfo
    """

    layers: tuple[str, ...] = ()
    sliver: SliverRule = PARCEL_SLIVERS
    reading: ImportOptions = READING
    parcel_accuracy_m: float = 0.0
    project: ProjectInfo = NO_PROJECT


@dataclass(frozen=True)
class CheckOutcome:
    """A report, and the shapes it is about.

    Parameters
    ----------
    report : CheckReport
    parcels : GeoDataFrame
        EPSG:4490, index: ``ParcelResult.id``; columns as in the files.
    source : tuple of GeoSeries
        One per file, in its CRS, edges as drawn, same ids: for the coordinate annex.
    against : Against
        The layers; ``pieces`` builds the shared polygons.
    """

    report: CheckReport
    parcels: gpd.GeoDataFrame
    source: tuple[gpd.GeoSeries, ...]
    against: Against


def silent(_: int) -> None:
    """Tell nobody about progress."""


def check_files(
    catalog: Catalog,
    paths: list[Path],
    options: CheckOptions | None = None,
    rules: Rules | None = None,
    progress: Callable[[int], None] = silent,
) -> CheckOutcome:
    """Check files of parcels against layers.

    Parameters
    ----------
    catalog : Catalog
    paths : list of Path
    options : CheckOptions, optional
    rules : Rules, optional
        The table in use, see :func:`layers.checking.rules.rules_in_use`, if not given.
    progress : callable
        Told how much is done, 0-100.

    Raises
    ------
    EcobarrierError
        A file or layer cannot be found, read or overlaid.
    """
    chosen = options or CheckOptions()
    region = Region(catalog)
    files = [read_parcels(path, region, chosen.reading) for path in paths]
    progress(20)
    return check_parcels(catalog, files, chosen, rules, progress)


def check_parcels(
    catalog: Catalog,
    files: Sequence[ParcelFile],
    options: CheckOptions,
    rules: Rules | None = None,
    progress: Callable[[int], None] = silent,
) -> CheckOutcome:
    """Check parcels that were read; see :func:`check_files`."""
    chosen = rules or rules_in_use(catalog.workspace)
    against = prepared(catalog, options.layers, chosen)
    table = parcel_table(files)
    measured = measure(
        table,
        against,
        options.sliver,
        options.parcel_accuracy_m,
        lambda done: progress(20 + 60 * done // len(against.layers)),
    )
    rows = Rows(measured, [(one.source.name, one.crs_name) for one in files], against)
    parcels = tuple(map(rows.parcel, range(len(table.ids))))
    report = report_of(files, against, options, parcels, rows.slivers())
    return CheckOutcome(report, table.features, table.source, against)


def report_of(
    files: Sequence[ParcelFile],
    against: Against,
    options: CheckOptions,
    parcels: Sequence[ParcelResult],
    slivers: Sequence[SliverRow],
) -> CheckReport:
    """Put parcels into a report, with all that it has to say of itself."""
    inputs = cover.files_of(files)
    layers = tuple(one.used for one in against.layers)
    chosen = options_of(options, layers)
    notes = [note for file in files for note in file.notes]
    notes += [note for one in against.layers for note in one.notes]
    return CheckReport(
        result_id=check_id(inputs, layers, against, chosen),
        software=f"ecobarrier {version('ecobarrier')}",
        method=METHOD,
        method_text=tuple(words.method(options.sliver, options.parcel_accuracy_m)),
        options=chosen,
        files=inputs,
        decisions=cover.decisions_of(files),
        layers=layers,
        rules=cover.rules_of(against.rules),
        banners=None if against.banners is None else against.banners.used,
        summary=cover.summary_of(parcels, [one.id for one in layers], slivers),
        parcels=tuple(parcels),
        slivers=tuple(slivers),
        notes=cover.notes_of(notes),
    )


def options_of(options: CheckOptions, layers: Sequence[LayerUsed]) -> CheckOptionsModel:
    """Answer what was chosen, ready for JSON."""
    rule = options.sliver
    reading = options.reading.model_dump(mode="json", exclude_defaults=True)
    reading.pop("id", None)
    return CheckOptionsModel(
        layers=tuple(_name(one) for one in options.layers)
        or tuple(one.id for one in layers),
        sliver=SliverRuleModel(
            area_m2=rule.area_m2, width_m=rule.width_m, share=rule.share_left
        ),
        reading=reading,
        parcel_accuracy_m=options.parcel_accuracy_m,
        project=options.project,
    )


def _name(layer: str) -> str:
    """Leave folders out of the path of a file: they are nobody else's business."""
    return Path(layer).name if is_file_name(layer) else layer


def check_id(
    files: Sequence[InputFile],
    layers: Sequence[LayerUsed],
    against: Against,
    options: CheckOptionsModel,
) -> str:
    """Hash all that a result depends on: inputs, layer versions, rules, software."""
    facts = {
        "software": version("ecobarrier"),
        "method": METHOD,
        "files": [[one.name, one.sha256] for one in files],
        "layers": [[one.id, one.sha256] for one in layers],
        "banners": None if against.banners is None else against.banners.used.sha256,
        "rules": against.rules.sha256,
        "options": options.model_dump(mode="json"),
    }
    return hashed(facts)
