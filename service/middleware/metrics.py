"""Counts and times for Prometheus; labels are templates of routes, never addresses."""

import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from service.record import record_of

# The time of a meter's making would double the text and nobody reads it.
disable_created_metrics()  # type: ignore[no-untyped-call]

UNMATCHED = "unmatched"
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Meters:
    """The meters of one app; two apps in one process share none."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        labels = ("method", "route")
        self.requests = Counter(
            "ecobarrier_requests",
            "Requests answered.",
            (*labels, "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "ecobarrier_request_seconds",
            "Time from arrival to the end of the answer.",
            labels,
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.sent = Counter(
            "ecobarrier_response_bytes",
            "Bytes of answers' bodies.",
            labels,
            registry=self.registry,
        )
        self.running = Gauge(
            "ecobarrier_requests_running",
            "Requests being answered.",
            registry=self.registry,
        )
        self.refused = Counter(
            "ecobarrier_refused",
            "Requests refused by a limit.",
            ("limit",),
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Write all meters in Prometheus' text format."""
        return generate_latest(self.registry)


class Metrics:
    """Count each request by method, route and status."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app = app
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.meters.running.inc()
        try:
            await self.app(scope, receive, send)
        finally:
            self.meters.running.dec()
            self._count(scope)

    def _count(self, scope: Scope) -> None:
        record = record_of(scope)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = record.route or UNMATCHED
        self.meters.requests.labels(method, route, str(record.status)).inc()
        seconds = time.perf_counter() - record.started
        self.meters.seconds.labels(method, route).observe(seconds)
        self.meters.sent.labels(method, route).inc(record.body_bytes)
