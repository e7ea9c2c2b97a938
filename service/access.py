"""The one guard between a caller and restricted layers.

Every route that hands out something of a layer (features, counts, extent, tiles,
downloads, pages, maps) comes by its layer through :data:`service.deps.LayerDep` or
:func:`open_spec`. Results of overlaps with a restricted layer may be seen; its
geometry may not.
"""

from fastapi import Request

from layers.catalog import Catalog
from layers.key_file import KeyScope
from layers.models import LayerSpec
from service.callers import Caller
from service.errors import NotFoundError, RestrictedError
from service.jobs.store import Job
from service.models import LayerSummary
from service.record import record_of


def caller_of(request: Request) -> Caller:
    """Answer who asks; nobody in particular without a key."""
    return record_of(request.scope).caller


def require(caller: Caller, scope: KeyScope) -> None:
    """Refuse who has no key with the scope.

    Raises
    ------
    RestrictedError
        ``scope_missing``.
    """
    if not caller.may(scope):
        raise RestrictedError("scope_missing", scope=scope)


def may_see(caller: Caller, spec: LayerSpec | LayerSummary) -> bool:
    """Whether the caller may have the content of a layer."""
    return not spec.restricted or caller.may("restricted")


def require_open(caller: Caller, spec: LayerSpec) -> LayerSpec:
    """Answer the layer if its content may go to the caller.

    Raises
    ------
    RestrictedError
        ``layer_restricted``.
    """
    if not may_see(caller, spec):
        raise RestrictedError("layer_restricted", layer=spec.id)
    return spec


def open_spec(catalog: Catalog, caller: Caller, layer_id: str) -> LayerSpec:
    """Look a layer up for a caller; only ids of the catalogue, never paths.

    Raises
    ------
    LayerNotFoundError
    RestrictedError
        ``layer_restricted``.
    """
    return require_open(caller, catalog.spec(layer_id))


def owned(caller: Caller, job: Job) -> Job:
    """Answer a job to who made it; callers without a key are one among themselves.

    Raises
    ------
    NotFoundError
        ``job_not_found``, as for a job that is not there: whether it is there is
        nobody else's business.
    """
    if job.caller != caller.key_id:
        raise NotFoundError("job_not_found", job=job.id)
    return job


def managed(caller: Caller, job: Job) -> Job:
    """Answer a job to who made it, and to who keeps the list.

    Raises
    ------
    NotFoundError
        ``job_not_found``.
    """
    return job if caller.may("jobs") else owned(caller, job)


def listed_callers(caller: Caller) -> str | None:
    """Answer whose jobs a caller may list; None for everybody's."""
    return None if caller.may("jobs") else caller.key_id


def shown_summary(caller: Caller, summary: LayerSummary) -> LayerSummary:
    """Answer what a layer says of itself without what would tell of its content.

    That it exists, what it is and whom to ask stays; counts, sizes, computed figures
    and the file's hash go.
    """
    if may_see(caller, summary):
        return summary
    hidden = {"rows": None, "figures": (), "denominators": (), "sha256": None}
    return summary.model_copy(update=hidden)
