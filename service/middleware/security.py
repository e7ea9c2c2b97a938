"""Headers that tell a browser what an answer of ours may never do."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.policy import DATA_POLICY

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Set what is missing; pages bring a content policy with their own hashes.

    Parameters
    ----------
    app : ASGIApp
    shared : bool
        Whether pages of other origins may read answers (CORS).
    """

    def __init__(self, app: ASGIApp, *, shared: bool) -> None:
        self.app = app
        resources = "cross-origin" if shared else "same-origin"
        self.headers = {
            **_ALWAYS,
            "Cross-Origin-Resource-Policy": resources,
            "Content-Security-Policy": DATA_POLICY,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded)
