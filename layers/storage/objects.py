"""Files by key in an S3-compatible store, by the library obstore.

Credentials and endpoint are the library's to find, in its standard chain: the variables
``AWS_*``, a web identity, the metadata service of the machine. We never see them, and
nothing that the library or the store says is repeated word for word: a store's answer
may quote the key it was sent.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from layers.errors import StoreConflictError, StoreError, StoreKeyError
from layers.storage.store import ANY_TYPE, Head, checked_key

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import S3Store

Result = TypeVar("Result")

_users: dict[str, int] = {}
"""The process that used a store first; those forked from it inherit the note."""
_TRIES = 6
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
_GIVE_UP_S = 60
_PART_BYTES = 16 * 1024 * 1024
_INSTANCE_METADATA = ("169.254.169.254", "169.254.170.2", "fd00:ec2::254")
_HOST = re.compile(r"https?://(?:[^@/\s]*@)?(\[[^\]/\s]*\](?::\d+)?|[^/\s?]+)")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status(?: code)?: (\d{3})")
_RETRIES = re.compile(r"after (\d+) retries")


class ObjectStore:
    """A bucket, or a folder in one; see :class:`layers.storage.store.Store`.

    Parameters
    ----------
    bucket : str
    prefix : str
        Without ``/`` at either end; empty for the whole bucket.

    Raises
    ------
    StoreError
        ``store_library_missing``, ``store_no_credentials``.
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._url = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bucket, self._prefix = bucket, prefix
        self._opened = self._open()

    def __repr__(self) -> str:
        return f"ObjectStore({self.url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as an address; that one has its own credentials."""
        return ObjectStore, (self._bucket, self._prefix)

    def _open(self) -> "S3Store":
        try:
            from obstore.store import S3Store
        except ImportError as error:
            raise StoreError("store_library_missing", url=self.url) from error
        with self._told(""):
            return S3Store(
                self._bucket,
                prefix=self._prefix or None,
                # Whoever sets the endpoint decides whether it is encrypted.
                client_options={
                    "allow_http": True,
                    "connect_timeout": timedelta(seconds=5),
                    "timeout": timedelta(seconds=60),
                },
                retry_config={
                    "max_retries": _TRIES,
                    "retry_timeout": timedelta(seconds=_GIVE_UP_S),
                    "backoff": {
                        "init_backoff": timedelta(seconds=_FIRST_PAUSE_S),
                        "max_backoff": timedelta(seconds=_LONGEST_PAUSE_S),
                        "base": 2,
                    },
                },
            )

    @property
    def url(self) -> str:
        """``s3://bucket/prefix``."""
        return self._url

    def read(self, key: str) -> bytes:
        """See :meth:`Store.read`."""
        import obstore

        key = checked_key(key)
        return self._repeated(
            key, lambda: obstore.get(self._opened, key).bytes().to_bytes()
        )

    def read_range(
        self, key: str, start: int, length: int, *, tag: str | None = None
    ) -> bytes:
        """See :meth:`Store.read_range`."""
        import obstore

        key = checked_key(key)
        if length == 0:
            return b""

        def ask() -> bytes:
            options: dict[str, Any] = {"range": (start, start + length)}
            if tag is not None:
                options["if_match"] = tag
            got = obstore.get(self._opened, key, options=options)  # type: ignore[arg-type]
            if tag is not None and str(got.meta["e_tag"]) != tag:
                # Of a store that ignores the condition.
                raise StoreConflictError("store_changed", url=self.url, key=key)
            return got.bytes().to_bytes()

        try:
            return self._repeated(key, ask)
        except StoreError:
            # A start behind the end is no fault of the store's: it has no byte there.
            there = self.head(key)
            if there is None or there.size > start:
                raise
            return b""

    def fetch(self, key: str, target: Path) -> None:
        """See :meth:`Store.fetch`."""
        import obstore

        key = checked_key(key)

        def write() -> None:
            with target.open("wb") as sink:
                for block in obstore.get(self._opened, key).stream(_PART_BYTES):
                    sink.write(block)

        self._repeated(key, write)

    def head(self, key: str) -> Head | None:
        """See :meth:`Store.head`."""
        import obstore

        key = checked_key(key)
        try:
            found = self._repeated(key, lambda: obstore.head(self._opened, key))
        except StoreKeyError:
            return None
        return _head(found)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See :meth:`Store.keys`."""
        yield from self.heads(prefix)

    def heads(self, prefix: str = "") -> dict[str, Head]:
        """See :meth:`Store.heads`."""
        import obstore

        prefix = checked_key(prefix, prefix=True).rstrip("/")

        def ask() -> dict[str, Head]:
            pages = obstore.list(self._opened, prefix=prefix or None)
            return {one["path"]: _head(one) for page in pages for one in page}

        return dict(sorted(self._repeated(prefix, ask).items()))

    def put(
        self,
        key: str,
        content: bytes | Path,
        media_type: str = ANY_TYPE,
        *,
        encoding: str | None = None,
        cache_control: str | None = None,
    ) -> str:
        """See :meth:`Store.put`."""
        import obstore

        key = checked_key(key)
        headers = {"Content-Type": media_type}
        headers |= {"Content-Encoding": encoding} if encoding else {}
        headers |= {"Cache-Control": cache_control} if cache_control else {}

        def write() -> str:
            done = obstore.put(
                self._opened,
                key,
                content,
                attributes=headers,
                chunk_size=_PART_BYTES,
                max_concurrency=4,
            )
            return str(done["e_tag"])

        return self._repeated(key, write)

    def create(
        self, key: str, content: bytes | Path, media_type: str = ANY_TYPE
    ) -> str:
        """See :meth:`Store.create`."""
        plain = content if isinstance(content, bytes) else content.read_bytes()
        return self._conditional(key, plain, media_type, "create", "store_exists")

    def swap(
        self,
        key: str,
        content: bytes,
        tag: str | None,
        media_type: str = ANY_TYPE,
    ) -> str:
        """See :meth:`Store.swap`."""
        mode = "create" if tag is None else {"e_tag": tag}
        return self._conditional(key, content, media_type, mode, "store_changed")

    def _conditional(
        self, key: str, content: bytes, media_type: str, mode: Any, code: str
    ) -> str:
        import obstore

        key = checked_key(key)

        def write() -> str:
            done = obstore.put(
                self._opened,
                key,
                content,
                attributes={"Content-Type": media_type},
                mode=mode,
                use_multipart=False,
            )
            return str(done["e_tag"])

        try:
            return self._repeated(key, write)
        except (StoreConflictError, StoreKeyError):
            # An answer that was lost on the way: what we wrote refuses our own
            # repetition.
            there = self.head(key)
            if there is not None and self.read(key) == content:
                return there.tag
        raise StoreConflictError(code, url=self.url, key=key)

    def delete(self, key: str) -> None:
        """See :meth:`Store.delete`."""
        import obstore

        key = checked_key(key)
        try:
            self._repeated(key, lambda: obstore.delete(self._opened, key))
        except StoreKeyError:
            return

    def _repeated(self, key: str, ask: Callable[[], Result]) -> Result:
        """Ask again, after growing pauses, what failed on the way.

        The library does so itself where it knows that asking twice does no harm; with
        us nothing does, so that what it leaves is repeated here.
        """
        if _users.setdefault("first", os.getpid()) != os.getpid():
            # The library's threads stayed behind in the parent: it would wait for ever.
            raise StoreError("store_forked", url=self.url)
        until = time.monotonic() + _GIVE_UP_S
        pause = _FIRST_PAUSE_S
        for _ in range(_TRIES):
            try:
                with self._told(key):
                    return ask()
            except _BrokenOffError:
                if time.monotonic() > until:
                    break
            # No secret depends on this number.
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        with self._told(key):
            return ask()

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Turn the library's errors into ours; none of its words are kept."""
        from obstore import exceptions as known

        try:
            yield
        except (known.BaseError, FileNotFoundError) as error:
            # The library's has no number; that of a local file is not ours to tell.
            if getattr(error, "errno", None) is not None:
                raise
            ours = self._error(key, error)
        else:
            return
        # Not "from error": its words may quote what was sent.
        raise ours from None

    def _error(self, key: str, error: Exception) -> StoreError:
        from obstore import exceptions as known

        said = str(error)
        code = next(iter(_CODE.findall(said)), "")
        status = next(iter(_STATUS.findall(said)), "")
        host = next(iter(_HOST.findall(said)), "-")
        if host.removeprefix("[").split("]")[0].split(":")[0] in _INSTANCE_METADATA:
            return StoreError("store_no_credentials", url=self.url)
        if isinstance(error, (known.PermissionDeniedError, known.UnauthenticatedError)):
            reason = code or status or "403"
            return StoreError("store_refused", url=self.url, host=host, reason=reason)
        if code == "NoSuchBucket":
            return StoreError("store_bucket_missing", url=self.url, host=host)
        if isinstance(error, (known.NotFoundError, FileNotFoundError)):
            return StoreKeyError("store_key_missing", url=self.url, key=key)
        if isinstance(error, (known.AlreadyExistsError, known.PreconditionError)):
            return StoreConflictError("store_changed", url=self.url, key=key)
        # 501: this store has no such request, and will not have it a moment later.
        if status and (status == "501" or not status.startswith("5")):
            reason = f"{host}: {status} {code}".rstrip()
            return StoreError("store_failed", url=self.url, reason=reason)
        return self._broken_off(said, host, code or status)

    def _broken_off(self, said: str, host: str, reason: str) -> StoreError:
        """Tell what may be tried again from what the library has tried enough."""
        tried = _RETRIES.search(said)
        enough = tried is not None and int(tried[1]) >= _TRIES
        kind = StoreError if enough else _BrokenOffError
        words = {"url": self.url, "host": host, "reason": reason or "-"}
        return kind("store_unreachable", **words)


def _head(found: "ObjectMeta") -> Head:
    when = found["last_modified"].timestamp()
    return Head(found["size"], str(found["e_tag"]), when)


class _BrokenOffError(StoreError):
    """A request that broke off on the way and may be tried again."""
