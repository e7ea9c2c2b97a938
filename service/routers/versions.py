"""``/collections/{id}/versions``: how a layer came to be what it is, and going back."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response

from layers.importing import report_files, versions
from layers.importing.report import ImportReport
from layers.importing.versions import DiffReport, HistoryReport
from layers.models import LayerSpec
from service import access, pages
from service.caching import NEVER
from service.callers import Caller
from service.deps import (
    CallerDep,
    CatalogDep,
    LanguageDep,
    LayerIdPath,
    ListedLayerDep,
    SettingsDep,
)
from service.documents import PAGE
from service.errors import NotFoundError
from service.import_pages import drawer, report_context
from service.import_words import import_words
from service.importing import difference
from service.negotiation import Form, FormDep, respond
from service.words import Language

router = APIRouter(tags=["versions"])

VersionPath = Annotated[
    str, InPath(description="a version, or how its name begins", max_length=64)
]
VersionQuery = Annotated[
    str, Query(description="a version, or how its name begins", max_length=64)
]
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": PAGE}}
_GEOJSON = "application/geo+json"


@router.get(
    "/collections/{layer_id}/versions", response_model=HistoryReport, responses=_PAGE
)
def read_versions(
    request: Request,
    layer: ListedLayerDep,
    settings: SettingsDep,
    caller: CallerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer the versions of an imported layer, oldest first."""
    workspace = _opened(settings.workspace, caller, layer.id)
    report = versions.history(workspace, layer.id)
    return _respond(request, report, form, language, "versions.html", layer=layer)


@router.get(
    "/collections/{layer_id}/versions/{version}",
    response_model=ImportReport,
    responses=_PAGE,
)
def read_version(
    request: Request,
    layer: ListedLayerDep,
    version: VersionPath,
    settings: SettingsDep,
    caller: CallerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer how a version came about: decisions, faults, repairs."""
    report = _report(settings.workspace, caller, layer.id, version)
    return _respond(request, report, form, language, "version.html", layer=layer)


@router.get(
    "/collections/{layer_id}/versions/{version}/faults",
    response_class=Response,
    responses={200: {"content": {_GEOJSON: {}}}},
)
def read_faults(
    layer: ListedLayerDep,
    version: VersionPath,
    settings: SettingsDep,
    caller: CallerDep,
) -> Response:
    """Answer the faults that were found in a version as a layer of points."""
    report = _report(settings.workspace, caller, layer.id, version)
    name = f"{layer.id}-{report.version}-faults.geojson"
    headers = {
        "Cache-Control": NEVER,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(report_files.faults_layer(report), 200, headers, _GEOJSON)


@router.get("/collections/{layer_id}/diff", response_model=DiffReport, responses=_PAGE)
def read_diff(
    request: Request,
    layer: ListedLayerDep,
    catalog: CatalogDep,
    settings: SettingsDep,
    caller: CallerDep,
    language: LanguageDep,
    form: FormDep,
    left: VersionQuery,
    right: VersionQuery,
) -> Response:
    """Answer what differs between two versions, feature by feature.

    To keys with the scopes ``write`` and ``restricted`` it also tells which of the kept
    checks would answer differently.
    """
    workspace = _opened(settings.workspace, caller, layer.id)
    report = versions.diff(workspace, layer.id, left, right)
    if caller.may("write") and caller.may("restricted"):
        # Kept checks tell of somebody's parcels, and of any layer.
        report = difference(catalog, workspace, layer.id, left, right)
    return _respond(request, report, form, language, "diff.html", layer=layer)


@router.post("/collections/{layer_id}/versions/{version}/use")
def use_version(
    layer_id: LayerIdPath,
    version: VersionPath,
    settings: SettingsDep,
    caller: CallerDep,
) -> HistoryReport:
    """Make a version the one in use; it needs a key with the scope ``write``."""
    access.require(caller, "write")
    workspace = _opened(settings.workspace, caller, layer_id)
    versions.use(workspace, layer_id, version)
    return versions.history(workspace, layer_id)


def _opened(workspace: Path | None, caller: Caller, layer_id: str) -> Path:
    """Answer the workspace if the caller may see every version of the layer.

    One restricted version closes them all: lists and differences tell of each.

    Raises
    ------
    NotFoundError
        ``layer_not_yours``.
    RestrictedError
        ``layer_restricted``.
    """
    found = {} if workspace is None else versions.specs(workspace, layer_id)
    if workspace is None or not found:
        raise NotFoundError("layer_not_yours", layer=layer_id)
    for spec in found.values():
        access.require_open(caller, spec)
    return workspace


def _report(
    workspace: Path | None, caller: Caller, layer_id: str, version: str
) -> ImportReport:
    opened = _opened(workspace, caller, layer_id)
    name = versions.find(opened, layer_id, version)
    report = versions.report_of(versions.folder(opened, layer_id, name))
    if report is None:
        raise NotFoundError("report_not_kept", layer=layer_id, version=name)
    return report


def _respond(
    request: Request,
    report: HistoryReport | ImportReport | DiffReport,
    form: Form,
    language: Language,
    template: str,
    layer: LayerSpec,
) -> Response:
    document = report.model_dump(mode="json")
    shown = report_context(document) if isinstance(report, ImportReport) else {}
    headers = {"Cache-Control": NEVER}
    return respond(
        request,
        document,
        form=form,
        language=language,
        template=template,
        headers=headers,
        i=import_words(language),
        draw=drawer(request.app.state.backdrop, language),
        import_style=pages.own_file("import.css"),
        layer=layer,
        **shown,
    )
