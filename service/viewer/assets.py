"""The files of the page: our own modules and MapLibre GL out of its package.

All of them are under one address that names their content, so that browsers keep them
for ever and never mix two versions.
"""

import gzip
import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import brotli

Encoding = Literal["br", "gzip", "identity"]
_BROTLI_QUALITY = 6

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_MAPLIBRE = {"maplibre-gl.js": "js", "maplibre-gl.css": "css"}


def _own() -> dict[str, Traversable]:
    folder = files("service") / "static" / "viewer"
    return {one.name: one for one in folder.iterdir() if one.is_file()}


@cache
def assets() -> dict[str, bytes]:
    """Answer the files by name."""
    library = _package("maplibre") / "srcjs"
    found = {**_own(), **{name: library / name for name in _MAPLIBRE}}
    return {
        name: _without_source_map(one.read_bytes())
        for name, one in sorted(found.items())
        if suffix(name) in MEDIA_TYPES
    }


def modules() -> list[str]:
    """Name the page's own scripts, which import each other."""
    return [
        name for name in assets() if suffix(name) == ".js" and name not in _MAPLIBRE
    ]


@cache
def compressed(name: str, encoding: Encoding) -> bytes:
    """Answer a file as it is sent; packed once, which takes longer than sending."""
    return packed(assets()[name], encoding)


def packed(content: bytes, encoding: Encoding) -> bytes:
    """Answer content as it is sent."""
    if encoding == "br":
        small: bytes = brotli.compress(content, quality=_BROTLI_QUALITY)
        return small
    return gzip.compress(content, mtime=0) if encoding == "gzip" else content


@cache
def assets_key() -> str:
    """Name the content of all files together."""
    digest = hashlib.sha256(version("ecobarrier").encode())
    for name, content in assets().items():
        digest.update(name.encode() + content)
    return digest.hexdigest()[:16]


def _package(name: str) -> Path:
    """Answer the folder of a package without importing it."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def suffix(name: str) -> str:
    """Answer the suffix of a file's name, with its dot."""
    return name[name.rfind(".") :]


def _without_source_map(content: bytes) -> bytes:
    # The map is not in the package; a browser with its tools open would ask for it.
    start = content.rfind(b"//# sourceMappingURL=")
    return content if start < 0 else content[:start]
