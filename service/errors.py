"""Errors of requests, and the one table from exception class to HTTP status.

The table knows no web framework; :mod:`service.problems` turns it into answers.
"""

from http import HTTPStatus

from geo.errors import EcobarrierError, GeoError
from layers.errors import LayerError, LayerNotFoundError, LayerReadError


class RequestError(EcobarrierError):
    """A request that cannot be answered as asked."""


class ParameterError(RequestError):
    """A parameter whose value cannot be used.

    Parameters
    ----------
    code : str
        Key of :data:`geo.sentences.MESSAGES`.
    parameter : str
        Name of the parameter as the caller wrote it.
    **details : object
        What else the sentence names.
    """

    def __init__(self, code: str, /, *, parameter: str, **details: object) -> None:
        super().__init__(code, parameter=parameter, **details)


class KindError(RequestError):
    """A raster where a vector layer is needed, or the other way round."""


class RestrictedError(RequestError):
    """A layer that must not leave to this caller."""


class BusyError(RequestError):
    """No room for the request at the moment."""


STATUS: dict[type[EcobarrierError], HTTPStatus] = {
    EcobarrierError: HTTPStatus.INTERNAL_SERVER_ERROR,
    GeoError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LayerError: HTTPStatus.INTERNAL_SERVER_ERROR,
    LayerNotFoundError: HTTPStatus.NOT_FOUND,
    LayerReadError: HTTPStatus.INTERNAL_SERVER_ERROR,
    RequestError: HTTPStatus.BAD_REQUEST,
    ParameterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    KindError: HTTPStatus.BAD_REQUEST,
    RestrictedError: HTTPStatus.FORBIDDEN,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""A class that is not listed answers like its nearest base class."""


def status_of(error: EcobarrierError) -> HTTPStatus:
    """Answer the HTTP status of an error: of its class or the nearest base listed."""
    listed = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return next(listed)
