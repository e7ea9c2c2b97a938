"""Bring files in, for the command line and the workers of the service alike."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geo.messages import listed, render
from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.partitions import can_be_cut
from layers.importing.pipeline import import_files, import_source
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.importing.sources import LARGE_BYTES, open_database
from layers.importing.spreading import FOLDER, SUFFIX, Run
from layers.importing.versions import DiffReport, diff, prune
from layers.readers.postgis import Database
from service.cluster.engine import EngineChoice, Tell, nobody, open_engine
from service.cluster.errors import telling
from service.errors import ParameterError

Progress = Callable[[int], None]
HERE = EngineChoice()

RENAMED = {"accuracy": "accuracy_m", "tolerance": "tolerance_m"}
"""Names that people write without the unit."""
LISTS = ("columns", "parameters")
"""Options of several values, written with commas between."""


def options_of(given: Mapping[str, Any]) -> ImportOptions:
    """Make the options of an import out of what a command or a form says.

    Parameters
    ----------
    given : mapping of str to object
        By the option's name; None, and text that is empty, count as not given.

    Raises
    ------
    ParameterError
        ``import_option_wrong``.
    """
    fields = {
        RENAMED.get(key, key): value
        for key, value in given.items()
        if value is not None and value != ""
    }
    for key in LISTS:
        if isinstance(fields.get(key), str):
            parts = fields[key].replace("，", ",").split(",")
            fields[key] = tuple(one.strip() for one in parts if one.strip())
    try:
        return ImportOptions.model_validate(fields)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        place = [str(one).replace("_", "-") for one in fault["loc"]]
        raise ParameterError(
            "import_option_wrong",
            parameter="--" + ".".join(place),
            value=repr(fault["input"])[:80],
            reason=fault["msg"],
        ) from error


def difference(
    catalog: Catalog, workspace: Path, layer: str, left: str, right: str
) -> DiffReport:
    """Compare two versions of a layer, and name the kept checks that would change.

    Raises
    ------
    EcobarrierError
        As :func:`layers.importing.versions.diff`.
    """
    from service.checking.affected import affected_checks

    report = diff(workspace, layer, left, right)
    checks = affected_checks(catalog, workspace, layer, left, right)
    return report.model_copy(update={"checks": checks})


def bring(
    sources: list[Path] | Database,
    options: ImportOptions,
    workspace: Path,
    seeds: Path,
    progress: Progress,
    *,
    look: bool,
    kept_s: float,
    engine: EngineChoice = HERE,
    tell: Tell = nobody,
) -> ImportReport:
    """Import, or only look, and remove the versions that are not to be kept.

    Parameters
    ----------
    sources : list of Path or Database
    options : ImportOptions
    workspace, seeds : Path
    progress : callable
        Told the features done so far.
    look : bool
    kept_s : float
        Versions that went out of use so short a time ago are not removed, seconds.
    engine : EngineChoice
        Who works on files that can be read in pieces; others are imported here.
    tell : callable
        Told about the cluster, or why none is of use.

    Raises
    ------
    EcobarrierError
        As :func:`layers.importing.pipeline.import_files`.
    """
    region = Region(Catalog.open(seeds))
    if isinstance(sources, Database):
        _say_not_spread(sources.name, engine, tell)
        opened = open_database(sources)
        report = import_source(opened, options, workspace, region, progress, look=look)
    else:
        kept = workspace / FOLDER / options.id
        with (
            _worker(sources, engine, tell) as run,
            telling(partial(_parts, kept), str(kept)),
        ):
            report = import_files(
                sources, options, workspace, region, progress, look=look, run=run
            )
    if options.keep is not None and not look:
        prune(workspace, options.id, options.keep, kept_s=kept_s)
    return report


def _parts(folder: Path) -> dict[str, object]:
    return {"kept": f"{len(list(folder.glob(f'*.parts/*{SUFFIX}'))):,}"}


@contextmanager
def _worker(
    sources: list[Path], engine: EngineChoice, tell: Tell
) -> Iterator[Run | None]:
    """Open the engine where it is of use; None: work as ever."""
    if engine.name == "local" or not can_be_cut(sources):
        _say_not_spread(listed([one.name for one in sources]), engine, tell)
        yield None
        return
    with open_engine(engine, tell) as opened:
        yield opened.run


def _say_not_spread(name: str, engine: EngineChoice, tell: Tell) -> None:
    if engine.name != "local":
        details = {"file": name, "size": LARGE_BYTES // 10**6}
        tell(str(render("import_not_spread", details)))
