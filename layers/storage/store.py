"""What a store of files by key must do; folder and object store both do it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from layers.errors import StoreError

ANY_TYPE = "application/octet-stream"


class Head(NamedTuple):
    """What is known of a key without reading it.

    Parameters
    ----------
    size : int
        Bytes.
    tag : str
        Another one whenever the content is another.
    modified : float
        When it was written, POSIX seconds by the store's clock.
    """

    size: int
    tag: str
    modified: float


class Store(Protocol):
    """Files by key, below one address.

    A key is a relative path with ``/``, such as ``layers/redline/current``. A file is
    there whole or not at all. Requests that fail on the way are repeated with growing
    pauses before an error is raised. No credentials are in any name or message. Safe
    to use from several threads.

    Every method may raise :class:`layers.errors.StoreError`: ``store_unreachable``,
    ``store_refused``, ``store_no_credentials``, ``store_bucket_missing``,
    ``store_failed``, ``store_key_wrong``.
    """

    @property
    def url(self) -> str:
        """The address, without credentials and without ``/`` at its end."""
        ...

    def read(self, key: str) -> bytes:
        """Answer the whole content.

        Raises
        ------
        StoreKeyError
            ``store_key_missing``.
        """
        ...

    def read_range(
        self, key: str, start: int, length: int, *, tag: str | None = None
    ) -> bytes:
        """Answer ``length`` bytes from ``start`` on, fewer where the file ends.

        Parameters
        ----------
        key : str
        start, length : int
            Not negative.
        tag : str or None
            What the file must still have: of a file that was replaced since,
            nothing is answered.

        Raises
        ------
        StoreKeyError
        StoreConflictError
            ``store_changed``: it has another tag.
        """
        ...

    def fetch(self, key: str, target: Path) -> None:
        """Write the whole content to a new local file, without holding it in memory.

        Raises
        ------
        StoreKeyError
        OSError
            Of the local file.
        """
        ...

    def head(self, key: str) -> Head | None:
        """Answer size, tag and time; None where there is no such file."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Answer the keys in the folder ``prefix``, at any depth, ascending."""
        ...

    def heads(self, prefix: str = "") -> dict[str, Head]:
        """Answer the same with what :meth:`head` says of each, in one request."""
        ...

    def put(
        self,
        key: str,
        content: bytes | Path,
        media_type: str = ANY_TYPE,
        *,
        encoding: str | None = None,
        cache_control: str | None = None,
    ) -> str:
        """Write a file, replacing what is there; answer its tag.

        Parameters
        ----------
        key : str
        content : bytes or Path
            A path: the content of that local file, of any size.
        media_type, encoding, cache_control : str
            Headers that a web server in front of the store gives; a folder keeps none.
        """
        ...

    def create(
        self, key: str, content: bytes | Path, media_type: str = ANY_TYPE
    ) -> str:
        """Write a file that is not there yet; answer its tag.

        The content is held in memory. Of several who create one key at once, one
        succeeds, unless they bring the same bytes.

        Raises
        ------
        StoreConflictError
            ``store_exists``: it is there, with other content.
        """
        ...

    def swap(
        self,
        key: str,
        content: bytes,
        tag: str | None,
        media_type: str = ANY_TYPE,
    ) -> str:
        """Replace a file that is still the one that was seen; answer the new tag.

        Of several who swap one key at once, one succeeds. For that the content of
        each must be its own (a random number in it will do): a request whose answer
        was lost is recognised by what it left.

        Parameters
        ----------
        key : str
        content : bytes
        tag : str or None
            From :meth:`head` or a former write; None: there was no file.
        media_type : str

        Raises
        ------
        StoreConflictError
            ``store_changed``.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is none."""
        ...


def checked_key(key: str, *, prefix: bool = False) -> str:
    """Answer a key that names a file below the store's address, and nothing else.

    Raises
    ------
    StoreError
        ``store_key_wrong``.
    """
    parts = key.rstrip("/").split("/") if prefix and key else key.split("/")
    wrong = any(part in ("", ".", "..") for part in parts)
    if (wrong and not (prefix and key == "")) or any(
        one in key for one in ("\\", "\0", "://")
    ):
        raise StoreError("store_key_wrong", key=key)
    return key
