"""One line of JSON per request, and one formatter for all that is logged.

A line names address, route, status, time and key id. It holds no header, so no key
can be in it, and no value of a parameter that is named like a secret.
"""

import json
import logging
import re
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from service.record import CURRENT_ID, record_of

LOGGER = "ecobarrier.access"
LOGGERS = ("ecobarrier", "uvicorn", "asyncio", "concurrent.futures", "py.warnings")
"""Ours, and those in which the server, the loop and the threads report failures."""
MAX_TEXT = 500
"""Characters kept of a text that a caller chose."""

_LOG = logging.getLogger(LOGGER)
_SECRET = re.compile(
    r"(?i)((?:^|&)[^=&]*(?:key|token|secret|password|auth)[^=&]*=)[^&]*"
)


class AccessLog:
    """Write one line when a request is over, also when it failed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _LOG.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            _LOG.info("request", extra={"facts": _facts(scope)})


def _facts(scope: Scope) -> dict[str, object]:
    record = record_of(scope)
    query = scope["query_string"].decode("latin-1")
    client = scope.get("client")
    return {
        "method": scope["method"][:20],
        "path": scope["path"][:MAX_TEXT],
        "query": _SECRET.sub(r"\1...", query)[:MAX_TEXT],
        "route": record.route,
        "status": record.status,
        "bytes": record.body_bytes,
        "ms": round((time.perf_counter() - record.started) * 1000, 2),
        "client": client[0] if client else None,
        "key": record.caller.key_id or None,
    }


class JsonLines(logging.Formatter):
    """Each record as one line of JSON with time, level, process and request id."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; a traceback goes into the member ``traceback``."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if request_id := CURRENT_ID.get():
            line["request_id"] = request_id
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line |= facts
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(level: str) -> None:
    """Send all that is logged or warned of to stderr, as lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.captureWarnings(capture=True)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())
