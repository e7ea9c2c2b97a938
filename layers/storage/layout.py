"""Names in a workspace, the same in a folder and in a store."""

from typing import NamedTuple

LAYERS = "layers"
CHECKS = "checks"
METADATA = "metadata.json"
"""Written last: a version without it is unfinished."""
MANIFEST = "files.json"
"""In a store: the other files of a version, with size and SHA-256."""
IMPORT_REPORT = "import.json"
CHECK_REPORT = "report.json"
"""Written last, as :data:`METADATA`."""
POINTER = "current"
LOCK = ".lock"
LEFT = ".left"
"""Of a version: written when it went out of use."""
CHANGED = ".changed"
"""In the folder of layers; replaced whenever another version is in use."""
MARKER = ".store"
"""In a local folder that mirrors a store: the address of the store."""
CONDITIONS = ".conditions"
"""In a store: written to see whether it keeps conditions; read by nobody."""
ROOT_FILES = ("keys.json", "figures.toml", "rules.toml")
"""Files of the workspace itself; each is read as a whole."""


class Pointed(NamedTuple):
    """What a pointer says.

    Parameters
    ----------
    version : str
    when : str
        UTC, ISO 8601; empty where the pointer does not say.
    """

    version: str
    when: str


def read_pointer(content: bytes) -> Pointed:
    r"""Read a pointer: the version, and in a store when it was published.

    Examples
    --------
    >>> read_pointer(b"0123456789ab\n2026-01-02T03:04:05Z 77aa\n").when
    '2026-01-02T03:04:05Z'
    """
    lines = content.decode("utf-8", errors="replace").splitlines() or [""]
    rest = lines[1].split() if len(lines) > 1 else []
    return Pointed(lines[0].strip(), rest[0] if rest else "")


def version_key(layer: str, version: str, name: str = METADATA) -> str:
    """Answer the key of a file of a version."""
    return f"{LAYERS}/{layer}/{version}/{name}"


def pointer_key(layer: str) -> str:
    """Answer the key of the pointer of a layer."""
    return f"{LAYERS}/{layer}/{POINTER}"


CHANGED_KEY = f"{LAYERS}/{CHANGED}"
