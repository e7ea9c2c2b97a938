"""An id for each request: in the answer, in problems and in all log lines."""

import re
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.record import CURRENT_ID, Record

REQUEST_ID = "X-Request-Id"
_NAME = REQUEST_ID.lower().encode()

# Long enough for a UUID or a trace id, and nothing that could break a log line.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIds:
    """Give each request an id, its own if well-formed, and echo it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _wished(scope) or secrets.token_hex(8)
        record = Record(request_id)
        scope.setdefault("state", {})["record"] = record
        CURRENT_ID.set(request_id)

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message["headers"] = [*message["headers"], (_NAME, request_id.encode())]
            elif message["type"] == "http.response.body":
                record.body_bytes += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, observed)


def _wished(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _NAME:
            text = value.decode("latin-1")
            return text if _WELL_FORMED.fullmatch(text) else ""
    return ""
