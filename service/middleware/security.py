"""Headers that tell a browser what an answer of ours may never do."""

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
        headers = {
            **_ALWAYS,
            "Cross-Origin-Resource-Policy": resources,
            "Content-Security-Policy": DATA_POLICY,
        }
        self.headers = [
            (name.lower().encode(), value.encode()) for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                present = {name for name, _ in headers}
                missing = [pair for pair in self.headers if pair[0] not in present]
                message["headers"] = [*headers, *missing]
            await send(message)

        await self.app(scope, receive, guarded)
