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


_Children = tuple[Counter, Histogram, Counter]


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
        self.children: dict[tuple[str, str, str], _Children] = {}

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
        labels = (method, record.route or UNMATCHED, str(record.status))
        count, seconds, sent = self._children(labels)
        count.inc()
        seconds.observe(time.perf_counter() - record.started)
        sent.inc(record.body_bytes)

    def _children(self, labels: tuple[str, str, str]) -> _Children:
        """Look a combination up once: doing it for each request takes longer."""
        found = self.children.get(labels)
        if found is None:
            method, route, _ = labels
            found = self.children[labels] = (
                self.meters.requests.labels(*labels),
                self.meters.seconds.labels(method, route),
                self.meters.sent.labels(method, route),
            )
        return found
