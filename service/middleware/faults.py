"""The innermost middleware: a fault of ours becomes an answer, never a stack trace."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import problems
from service.record import record_of


class Faults:
    """Answer an unforeseen exception as a problem, and remember the route.

    It lies inside all other middlewares, so that this answer too has its request id,
    its security headers and its place in log and metrics. Once the answer has begun,
    the exception goes on and the server breaks the connection: a cut body must not
    look whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:
            # Nobody is left to answer, which is no fault of ours.
            return
        except Exception as error:
            if begun:
                raise
            response = problems.internal_error(Request(scope), error)
            await response(scope, receive, send)
        finally:
            record_of(scope).route = getattr(scope.get("route"), "path", "")
