"""What server and worker process say to each other: one JSON object per line.

To the worker: first a :class:`Setup`, then one :class:`Task` at a time. From it: lines
with ``progress``, the first when a task is begun, and one last line per task, an
:class:`Answer`.
"""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from geo.errors import EcobarrierError
from geo.messages import Text
from service.errors import RemoteError, status_of

VERSIONS = "versions"
"""Member of a kept request: :attr:`Task.versions`."""


class Message(BaseModel):
    """Frozen, and closed to fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Message):
    """What a worker may take."""

    memory_mb: int
    file_bytes: int
    max_features: int
    max_vertices: int
    max_unpacked_bytes: int


class Setup(Message):
    """What a worker needs to know before its first task."""

    seeds: str
    workspace: str | None
    limits: Limits
    kept_s: float
    """See :func:`layers.importing.versions.prune`."""


class Task(Message):
    """One piece of work.

    ``check`` only validates the inputs of a process, ``execute`` runs it, ``download``
    writes a layer. Inputs are files in ``folder``, the answer goes to ``output``.
    ``versions`` names the layers of the workspace as whoever asked saw them: the worker
    must answer out of these. None stands for those in use when it is done.
    """

    kind: Literal["check", "execute", "download"]
    process: str | None = None
    folder: str
    output: str
    seconds: float
    request: dict[str, Any]
    versions: dict[str, str] | None = None


class Refusal(Message):
    """An error as it travels between processes and is kept with a job."""

    code: str
    zh: str
    en: str
    details: dict[str, Any]
    status: int

    @classmethod
    def of(cls, error: EcobarrierError) -> "Refusal":
        """Write down an error."""
        return cls(
            code=error.code,
            zh=_writable(error.text.zh),
            en=_writable(error.text.en),
            details={key: _plain(value) for key, value in error.details.items()},
            status=int(status_of(error)),
        )

    def error(self) -> RemoteError:
        """Make the error again, to be raised."""
        status = HTTPStatus(self.status)
        return RemoteError(self.code, Text(self.zh, self.en), self.details, status)


class Answer(Message):
    """How a task ended; ``said`` is what it has to tell beside its file.

    ``leaving`` says that the worker ends now, having no memory left.
    """

    refusal: Refusal | None = None
    said: dict[str, Any] = {}
    leaving: bool = False


def _plain(value: object) -> object:
    """Keep what JSON knows; everything else becomes its text."""
    if isinstance(value, int | float | bool | None):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return _writable(str(value))


def _writable(text: str) -> str:
    """Mark halves of characters, which JSON can escape but UTF-8 not write, as lost."""
    return text.encode("utf-8", "replace").decode("utf-8")
