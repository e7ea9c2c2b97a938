"""HEAD wherever there is GET: the same headers without the body."""

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Answer HEAD by the route of GET; a streamed body is stopped at its start."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] != "HEAD":
            await self.app(scope, receive, _allowing_head(send))
            return
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                more = message.get("more_body", False)
                await send({"type": "http.response.body", "body": b""})
                if more:
                    # Ends the stream as if the client had gone.
                    raise ClientDisconnect

        asked = {**scope, "method": "GET"}
        await self.app(asked, receive, _allowing_head(without_body))


def _allowing_head(send: Send) -> Send:
    async def allowing(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 405:
            headers = MutableHeaders(scope=message)
            methods = [one.strip() for one in headers.get("allow", "").split(",")]
            if "GET" in methods and "HEAD" not in methods:
                headers["Allow"] = ", ".join([*methods, "HEAD"])
        await send(message)

    return allowing
