"""Put the middlewares around an app, in their order.

From the outside in: id, log and metrics see everything, also refusals; then headers
and CORS; then who asks and how often, and whether there is room; then how the answer
is sent; innermost the limits of time and body, and faults.
"""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from service.keys import KeyRing
from service.middleware.access_log import AccessLog
from service.middleware.body import BodyLimit
from service.middleware.callers import KEY_HEADER, Callers
from service.middleware.capacity import Capacity, TimeLimit
from service.middleware.compression import Compression
from service.middleware.conditional import Conditional
from service.middleware.faults import Faults
from service.middleware.head import Head
from service.middleware.metrics import Meters, Metrics
from service.middleware.request_ids import REQUEST_ID, RequestIds
from service.middleware.security import SecurityHeaders
from service.settings import Settings
from service.sharing import ALONE, Share, rates

_ASKED = ["Accept", "Accept-Language", "Authorization", "Content-Type", KEY_HEADER]
_TOLD = [
    *("Content-Crs", "Content-Disposition", "Content-Range", "ETag", "Link"),
    *("Location", "Retry-After", REQUEST_ID),
]


def install(app: FastAPI, settings: Settings, share: Share = ALONE) -> None:
    """Put the middlewares around an app; ``meters`` and ``keys`` go on its state."""
    meters = app.state.meters = Meters()
    keys = app.state.keys = KeyRing(settings.workspace)
    buckets = rates(settings, share)
    wrapped = [
        Middleware(RequestIds),
        Middleware(AccessLog),
        Middleware(Metrics, meters=meters),
        Middleware(SecurityHeaders, shared=bool(settings.cors_origins)),
        *_sharing(settings),
        Middleware(
            Callers,
            keys=keys,
            by_address=buckets.by_address,
            by_key=buckets.by_key,
            meters=meters,
            limit_loopback=settings.limit_loopback,
        ),
        Middleware(Capacity, most=settings.max_requests, meters=meters),
        Middleware(Head),
        Middleware(Compression),
        Middleware(Conditional),
        Middleware(TimeLimit, seconds=settings.request_seconds, meters=meters),
        Middleware(
            BodyLimit,
            most_bytes=settings.max_body_bytes,
            patience_s=settings.slow_client_seconds,
            meters=meters,
        ),
        Middleware(Faults),
    ]
    for one in reversed(wrapped):
        app.add_middleware(one.cls, *one.args, **one.kwargs)


def _sharing(settings: Settings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    made = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
        allow_headers=_ASKED,
        expose_headers=_TOLD,
        max_age=3600,
    )
    return [made]
