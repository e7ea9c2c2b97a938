"""Refusals of queries of features that only a web framework raises."""

from fastapi.exceptions import RequestValidationError


class QueryParametersError(RequestValidationError):
    """Parameters that FastAPI found wrong; 400, like :class:`QueryError`."""

    status = 400
