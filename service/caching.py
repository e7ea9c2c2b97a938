"""How long an answer stays good, and how to answer who has it already.

A layer's content never changes under its hash, so the hashes of the layers, the
address and the version of the software say whether an answer is still the same,
before any work is done.
"""

import hashlib
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version

from fastapi import HTTPException, Request

from layers.models import LayerSpec

IMMUTABLE = "public, max-age=31536000, immutable"
"""The version of the content is in the address."""
REVALIDATE = "no-cache"
"""May be kept, must be asked for each time; 304 where it is still the same."""
NEVER = "no-store"
"""States of the moment, and refusals."""


def layer_tag(
    request: Request, layers: Iterable[LayerSpec], *more: object, strong: bool = True
) -> str:
    """Answer the ETag of what is made of layers.

    Parameters
    ----------
    request : Request
        Its address counts, with the host: links in the answer repeat it.
    layers : iterable of LayerSpec
        All that the answer rests on; their content's hashes count.
    *more : object
        What else the answer depends on: language, format, the caller's scopes.
    strong : bool
        Whether the same tag means the same bytes.
    """
    facts = [version("ecobarrier"), str(request.url), *map(str, more)]
    facts += [f"{one.id}:{one.sha256}" for one in layers]
    digest = hashlib.blake2b("\n".join(facts).encode(), digest_size=12).hexdigest()
    return f'"{digest}"' if strong else f'W/"{digest}"'


def unless_known(
    request: Request, tag: str, cache_control: str = REVALIDATE
) -> dict[str, str]:
    """Answer the headers of a fresh answer, or end the request with 304.

    Raises
    ------
    HTTPException
        304: ``If-None-Match`` names the tag.
    """
    headers = {"ETag": tag, "Cache-Control": cache_control}
    if matches(request.headers.get("if-none-match", ""), tag):
        headers["Vary"] = "Accept, Accept-Language"
        raise HTTPException(HTTPStatus.NOT_MODIFIED, headers=headers)
    return headers


def matches(wished: str, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag; compared weakly (RFC 9110, 13.1.2)."""
    if not tag:
        return False
    opaque = tag.removeprefix("W/")
    named = {one.strip().removeprefix("W/") for one in wished.split(",")}
    return "*" in named or opaque in named


def private(cache_control: str) -> str:
    """Answer the same rule for what was answered to the holder of a key only."""
    rules = [one.strip() for one in cache_control.split(",")]
    return ", ".join(["private", *(r for r in rules if r not in ("public", "private"))])
