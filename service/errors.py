"""Errors of requests, and the one table from exception class to HTTP status.

The table knows no web framework; :mod:`service.problems` turns it into answers.
"""

from collections.abc import Mapping
from http import HTTPStatus

from geo.errors import EcobarrierError, GeoError
from geo.messages import Text
from layers.errors import (
    CheckError,
    DecisionNeededError,
    LayerError,
    LayerFormatError,
    LayerLimitError,
    LayerNotFoundError,
    LayerReadError,
    LayerWriteError,
    PublishConflictError,
    RulesError,
    StoreError,
    VersionNotFoundError,
    VersionRemovedError,
)


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


class NotFoundError(RequestError):
    """A process or a job that does not exist, or a result that is not there yet."""


class UploadError(RequestError):
    """A file sent along that cannot be used."""


class TooLargeError(RequestError):
    """More than the service takes; the sentence names the setting."""


class SlowBodyError(RequestError):
    """A body that did not arrive in time."""


class MediaTypeError(RequestError):
    """A body of a type that is not accepted here."""


class BusyError(RequestError):
    """No worker or no place in the list is free; later one may be."""


class WorkerError(RequestError):
    """The process that worked on the request ended without an answer."""


class TimeLimitError(RequestError):
    """The work took longer than it may."""


class StorageError(RequestError):
    """The disk is full, or not permitted."""


class CancelledError(RequestError):
    """The caller went away, or the job was dismissed."""


class RemoteError(RequestError):
    """A refusal of a worker process, or one that was kept with a job.

    Parameters
    ----------
    code : str
    text : Text
    details : mapping of str to object
    status : HTTPStatus
    """

    def __init__(
        self, code: str, text: Text, details: Mapping[str, object], status: HTTPStatus
    ) -> None:
        # The sentence is written already: its details have been through JSON.
        Exception.__init__(self, str(text))
        self.code = code
        self.text = text
        self.details = dict(details)
        self.status = status


class QueryError(ParameterError):
    """A parameter of a query that cannot be used.

    It answers 400, as OGC API Features wants it (requirement query-param-invalid).
    """


class FeatureNotFoundError(RequestError):
    """No feature of that id."""


class VersionGoneError(RequestError):
    """Pages of a version that is no longer served."""


class NotReadyError(RequestError):
    """Something that is just being made; asking again later will do."""


class GoneError(RequestError):
    """An address of a version that is no longer served."""


class NothingThereError(RequestError):
    """An address within a collection at which there can be nothing."""


class RangeNotSatisfiableError(RequestError):
    """A part of a file that the file does not have."""


STATUS: dict[type[EcobarrierError], HTTPStatus] = {
    EcobarrierError: HTTPStatus.INTERNAL_SERVER_ERROR,
    GeoError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LayerError: HTTPStatus.INTERNAL_SERVER_ERROR,
    LayerNotFoundError: HTTPStatus.NOT_FOUND,
    LayerReadError: HTTPStatus.INTERNAL_SERVER_ERROR,
    DecisionNeededError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RequestError: HTTPStatus.BAD_REQUEST,
    ParameterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    KindError: HTTPStatus.BAD_REQUEST,
    RestrictedError: HTTPStatus.FORBIDDEN,
    VersionNotFoundError: HTTPStatus.NOT_FOUND,
    PublishConflictError: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    VersionRemovedError: HTTPStatus.GONE,
    LayerFormatError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RulesError: HTTPStatus.UNPROCESSABLE_ENTITY,
    CheckError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LayerLimitError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    LayerWriteError: HTTPStatus.INSUFFICIENT_STORAGE,
    NotFoundError: HTTPStatus.NOT_FOUND,
    UploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    SlowBodyError: HTTPStatus.REQUEST_TIMEOUT,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    WorkerError: HTTPStatus.INTERNAL_SERVER_ERROR,
    TimeLimitError: HTTPStatus.GATEWAY_TIMEOUT,
    StorageError: HTTPStatus.INSUFFICIENT_STORAGE,
    CancelledError: HTTPStatus.CONFLICT,
    QueryError: HTTPStatus.BAD_REQUEST,
    FeatureNotFoundError: HTTPStatus.NOT_FOUND,
    VersionGoneError: HTTPStatus.GONE,
    NotReadyError: HTTPStatus.SERVICE_UNAVAILABLE,
    GoneError: HTTPStatus.GONE,
    NothingThereError: HTTPStatus.NOT_FOUND,
    RangeNotSatisfiableError: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}
"""A class that is not listed answers like its nearest base class."""


def status_of(error: EcobarrierError) -> HTTPStatus:
    """Answer the HTTP status of an error: of its class or the nearest base listed."""
    if isinstance(error, RemoteError):
        return error.status
    listed = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return next(listed)
