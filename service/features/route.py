"""How the routes of OGC API Features refuse: by name, and with status 400."""

import difflib
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from geo.messages import listed
from service.errors import ParameterError, QueryError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class FeatureRoute(APIRoute):
    """A route that refuses what it does not know (requirement query-param-unknown)."""

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler."""
        inner = super().get_route_handler()
        known = self.parameter_names()

        async def handler(request: Request) -> Response:
            # OGC API Features, requirement query-param-invalid; read by our problems.
            request.state.refusal = HTTPStatus.BAD_REQUEST
            self.check_names(request, known)
            try:
                return await inner(request)
            except QueryError:
                raise
            except ParameterError as error:
                raise QueryError(error.code, **_named(error)) from error

        return handler

    def parameter_names(self) -> list[str]:
        """Answer the names of all query parameters, of dependencies too."""
        waiting, names = [self.dependant], []
        while waiting:
            dependant = waiting.pop(0)
            names += [field.alias for field in dependant.query_params]
            waiting += dependant.dependencies
        return list(dict.fromkeys(names))

    def check_names(self, request: Request, known: list[str]) -> None:
        """Refuse a parameter that this route does not know."""
        for name in request.query_params:
            if name not in known:
                raise unknown_parameter(name, known)


class ItemsRoute(FeatureRoute):
    """One whose further parameters may be properties; the endpoint decides."""

    def check_names(self, request: Request, known: list[str]) -> None:
        """Put parameters that may be properties on ``request.state.others``."""
        request.state.known = known
        request.state.others = {
            name: value
            for name, value in request.query_params.items()
            if name not in known
        }


def unknown_parameter(name: str, known: list[str]) -> QueryError:
    """Make the refusal that names the parameters there are, the closest first."""
    close = difflib.get_close_matches(name, known, n=3)
    choices = listed([*close, *(one for one in known if one not in close)], 40)
    return QueryError("parameter_unknown", parameter=name[:100], choices=choices)


def _named(error: ParameterError) -> dict[str, Any]:
    return dict(error.details)
