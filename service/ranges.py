"""Parts of files by HTTP range (RFC 9110, section 14): one range at a time."""

import os
import re
import weakref
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from service.errors import RangeNotSatisfiableError

_CHUNK_BYTES = 1 << 20
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_MOST_DIGITS = 18


def file_response(
    request: Request, path: Path, *, media_type: str, etag: str, name: str
) -> Response:
    """Answer a file or the part of it that was asked for.

    Parameters
    ----------
    request : Request
        GET or HEAD; ``Range``, ``If-Range`` and ``If-None-Match`` are followed.
        Several ranges at once, and what is no range of bytes, get the whole file, as
        the standard allows.
    path : Path
    media_type : str
    etag : str
        Strong, with its quotes.
    name : str
        File name to save as, ASCII.

    Raises
    ------
    RangeNotSatisfiableError
        ``range_not_satisfiable``.
    """
    opened = _Opened(path)
    facts = os.fstat(opened.number)
    changed = formatdate(facts.st_mtime, usegmt=True)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": etag,
        "Last-Modified": changed,
    }
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range")
    condition = request.headers.get("if-range")
    if condition is not None and condition not in (etag, changed):
        asked = None
    part = None if asked is None else parse_range(asked, facts.st_size)
    first, last = part or (0, facts.st_size - 1)
    headers["Content-Length"] = str(last - first + 1)
    status = 200
    if part is not None:
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{facts.st_size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    if last - first < _CHUNK_BYTES:
        block = b"".join(opened.blocks(first, last))
        return Response(block, status, headers, media_type)
    blocks = opened.blocks(first, last)
    return StreamingResponse(blocks, status, headers, media_type)


def matches(condition: str | None, etag: str) -> bool:
    """Whether ``If-None-Match`` names an entity tag; weak ones count as the same."""
    if condition is None:
        return False
    named = {one.strip().removeprefix("W/") for one in condition.split(",")}
    return "*" in named or etag.removeprefix("W/") in named


def parse_range(value: str, size: int) -> tuple[int, int] | None:
    """Read one range: first and last byte, or None where the whole file is meant.

    Examples
    --------
    >>> parse_range("bytes=0-3", 10), parse_range("bytes=-4", 10)
    ((0, 3), (6, 9))
    >>> parse_range("bytes=8-99", 10), parse_range("bytes=0-1,4-5", 10)
    ((8, 9), None)

    Raises
    ------
    RangeNotSatisfiableError
        ``range_not_satisfiable``: it begins behind the end.
    """
    found = _RANGE.fullmatch(value.replace(" ", ""))
    if found is None or len(value) > 2 * _MOST_DIGITS + 8:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        begin, end = max(0, size - int(last)), size - 1
    else:
        begin, end = int(first), min(int(last) if last else size - 1, size - 1)
        if last and int(last) < int(first):
            return None
    if begin > end:
        raise RangeNotSatisfiableError("range_not_satisfiable", range=value, size=size)
    return begin, end


class _Opened:
    """A file that is read to the end of an answer, also if it is removed meanwhile.

    It is opened before the first byte of the answer is sent, and closed when nobody
    holds this any more.
    """

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.number)

    def blocks(self, first: int, last: int) -> Iterator[bytes]:
        """Read the bytes from ``first`` to ``last``."""
        while first <= last:
            most = min(last - first + 1, _CHUNK_BYTES)
            block = os.pread(self.number, most, first)
            if not block:
                # Made shorter meanwhile: the client sees that the answer is too short.
                return
            first += len(block)
            yield block
