"""A report made again from what it says of itself, and what differs if it does."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from geo.messages import listed
from geo.overlay import SliverRule
from layers.catalog import Catalog, Entry, is_file_name
from layers.checking.rules import Rules, RulesFile, rules_in_use
from layers.errors import CheckError
from layers.importing.options import ImportOptions
from layers.workspace import versions
from service.checking.check import CheckOptions, check_files
from service.checking.comparing import AnswerChange, InputChange, compare, input_changes
from service.checking.models import CheckReport, LayerUsed
from service.models import Answer


class Verification(Answer):
    """What became of a report."""

    result_id: str
    same: bool
    """Whether made again, now, it says the same."""
    reproduced: bool | None
    """Whether made again with the layer versions and rules that it cites it says the
    same to the last digit; null where a file or version is no longer there."""
    inputs: tuple[InputChange, ...]
    """What it rests on and what is not the same now."""
    changes: tuple[AnswerChange, ...]
    """Answers that are not the same now."""
    deviations: tuple[AnswerChange, ...]
    """Answers that could not be reproduced: the report was altered, or a fault."""


def read_report(path: Path) -> CheckReport:
    """Read a report in JSON.

    Raises
    ------
    CheckError
        ``check_report_unreadable``.
    """
    try:
        return CheckReport.model_validate_json(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, fault["loc"]))
        reason = f"{place}: {fault['msg']}" if place else fault["msg"]
    raise CheckError("check_report_unreadable", file=path.name, reason=reason)


def verify(
    catalog: Catalog,
    workspace: Path | None,
    report: CheckReport,
    folders: list[Path],
    rules: Rules | None = None,
) -> Verification:
    """Make a report again, as it was and as it would be now.

    Parameters
    ----------
    catalog : Catalog
        Of today.
    workspace : Path or None
        Where older versions of layers are kept.
    report : CheckReport
    folders : list of Path
        Where the files of parcels are looked for, by name.
    rules : Rules, optional
        Of today; else those in use if the report has the default ones or an edition of
        them, else its own.

    Raises
    ------
    CheckError
        ``check_file_missing``: a file of parcels is in none of the folders;
        ``check_layers_gone``: none of its layers is there any more.
    EcobarrierError
        A file or layer cannot be read.
    """
    paths = [_found(one.name, folders) for one in report.files]
    options = options_of(report, folders)
    today = rules or _of_today(catalog, report)
    there = [
        one for one in options.layers if is_file_name(one) or one in catalog.entries
    ]
    if not there:
        raise CheckError("check_layers_gone", layers=listed(list(options.layers)))
    chosen = replace(options, layers=tuple(there))
    now = check_files(catalog, paths, chosen, today).report
    inputs = tuple(input_changes(report, now))
    again = now
    if inputs:
        then = as_cited(catalog, workspace, report)
        if then is None or any(one.kind in ("file", "software") for one in inputs):
            changes = compare(report, now).changes
            return _answer(report, None, inputs, changes, ())
        again = check_files(then, paths, options, rules_of(report)).report
    deviations = _deviations(report, again)
    changes = compare(report, now).changes
    return _answer(report, not deviations, inputs, changes, deviations)


def _of_today(catalog: Catalog, report: CheckReport) -> Rules:
    """Answer the table in use, or the report's if it was made with another one."""
    in_use = rules_in_use(catalog.workspace)
    cited = report.rules
    replaced = cited.file is None or cited.id == in_use.content.id
    return in_use if replaced else rules_of(report)


def _answer(
    report: CheckReport,
    reproduced: bool | None,
    inputs: tuple[InputChange, ...],
    changes: tuple[AnswerChange, ...],
    deviations: tuple[AnswerChange, ...],
) -> Verification:
    return Verification(
        result_id=report.result_id,
        same=not (inputs or changes or deviations),
        reproduced=reproduced,
        inputs=inputs,
        changes=changes,
        deviations=deviations,
    )


def _deviations(report: CheckReport, again: CheckReport) -> tuple[AnswerChange, ...]:
    """Name what a report says and making it again does not."""
    found = compare(report, again).changes
    if found:
        return found
    fields = ("summary", "parcels", "slivers", "result_id", "decisions", "layers")
    return tuple(
        AnswerChange(parcel="-", layer=None, what=name, before="-", after="-")
        for name in fields
        if getattr(report, name) != getattr(again, name)
    )


def _found(name: str, folders: list[Path]) -> Path:
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    told = listed([str(one) for one in folders])
    raise CheckError("check_file_missing", file=name, folders=told)


def options_of(report: CheckReport, folders: list[Path]) -> CheckOptions:
    """Answer the options that a report was made with."""
    chosen = report.options
    rule = chosen.sliver
    layers = [_layer(name, folders) for name in chosen.layers]
    return CheckOptions(
        layers=tuple(layers),
        sliver=SliverRule(rule.area_m2, rule.width_m, rule.share),
        reading=ImportOptions.model_validate({"id": "parcels", **chosen.reading}),
        parcel_accuracy_m=chosen.parcel_accuracy_m,
        project=chosen.project,
    )


def _layer(name: str, folders: list[Path]) -> str:
    return str(_found(name, folders)) if is_file_name(name) else name


def rules_of(report: CheckReport) -> Rules:
    """Answer the table of rules as a report keeps it."""
    used = report.rules
    content = {
        **used.model_dump(include={"id", "version", "title", "classes"}),
        "rule": [one.model_dump() for one in used.rules],
    }
    return Rules(RulesFile.model_validate(content), used.sha256, used.file)


def as_cited(
    catalog: Catalog, workspace: Path | None, report: CheckReport
) -> Catalog | None:
    """Answer the catalogue with the versions a report cites; None if one is gone."""
    entries = dict(catalog.entries)
    cited = [*report.layers, *([] if report.banners is None else [report.banners])]
    for used in cited:
        if _is_file(used, report):
            continue
        found = _version(entries.get(used.id), workspace, used)
        if found is None:
            return None
        entries[used.id] = found
    return replace(catalog, entries=MappingProxyType(entries))


def _is_file(used: LayerUsed, report: CheckReport) -> bool:
    """Tell a file that was named as a layer; its content is compared by its hash."""
    return used is not report.banners and used.id not in report.options.layers


def _version(
    entry: Entry | None, workspace: Path | None, used: LayerUsed
) -> Entry | None:
    if entry is not None and entry.spec.sha256 == used.sha256:
        return entry
    kept = {} if workspace is None else versions(workspace, used.id)
    found = kept.get(used.version)
    return None if found is None else Entry(*found)
