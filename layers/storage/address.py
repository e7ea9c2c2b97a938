"""Addresses of stores, and how to open one."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from layers.errors import StoreError
from layers.storage.folder import FolderStore
from layers.storage.store import Store

KNOWN = ("s3://BUCKET/PREFIX", "file:///FOLDER")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with
# the underscores and capitals that stores of others allow.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


def is_url(text: str) -> bool:
    """Whether a text is an address rather than the name of a file or layer."""
    return "://" in text


def open_store(url: str) -> Store:
    """Open the store at an address; nothing is asked of it yet.

    Parameters
    ----------
    url : str
        ``s3://bucket/prefix``, ``file:///folder``, or a folder. Credentials and the
        endpoint come from the environment, never from the address.

    Raises
    ------
    StoreError
        ``store_scheme_unknown``, ``store_address_wrong``,
        ``store_address_credentials``, ``store_library_missing``.
    """
    if not is_url(url):
        return FolderStore(Path(url))
    scheme, bucket, path = split_address(url)
    if scheme == "file":
        return FolderStore(Path("/") / path)
    from layers.storage.objects import ObjectStore

    return ObjectStore(bucket, path)


def split_address(url: str) -> tuple[str, str, str]:
    """Answer scheme, bucket and path; the path without ``/`` at either end.

    Raises
    ------
    StoreError
    """
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    if scheme not in ("s3", "file"):
        # Only the scheme is named: the rest may hold a password.
        raise StoreError(
            "store_scheme_unknown", scheme=scheme[:20], known=", ".join(KNOWN)
        )
    if "@" in rest.split("/", 1)[0] or "?" in rest or "#" in rest:
        raise StoreError("store_address_credentials", scheme=scheme)
    bucket, _, path = rest.partition("/")
    path = path.strip("/")
    parts = path.split("/") if path else []
    wrong = any(one in ("", ".", "..") for one in parts) or "\\" in path
    named = not bucket if scheme == "file" else _BUCKET.fullmatch(bucket)
    if wrong or not named:
        raise StoreError("store_address_wrong", url=url, known=", ".join(KNOWN))
    if scheme == "file":
        path = unquote(urlsplit(url).path).strip("/")
    return scheme, bucket, path


def split_file(url: str) -> tuple[Store, str]:
    """Answer the store that an address of one file lies in, and its key there.

    Raises
    ------
    StoreError
    """
    scheme, bucket, path = split_address(url)
    folder, _, key = path.rpartition("/")
    if not key:
        raise StoreError("store_address_wrong", url=url, known=", ".join(KNOWN))
    parent = f"/{folder}" if folder else ""
    return open_store(f"{scheme}://{bucket}{parent}"), key
