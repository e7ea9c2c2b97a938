"""What is noted of the files of a version."""

import json
from pathlib import Path

from layers.storage.layout import MANIFEST, METADATA


def known_sha256(path: Path) -> str | None:
    """Answer the hash that a file of a version must have; None if nobody noted it."""
    noted = manifest(path.parent).get(path.name)
    if noted is not None:
        return str(noted["sha256"])
    try:
        spec = json.loads((path.parent / METADATA).read_bytes())
    except (OSError, ValueError):
        return None
    return str(spec["sha256"]) if spec.get("path") == path.name else None


def manifest(version: Path) -> dict[str, dict[str, object]]:
    """Answer the other files of a version, with size and SHA-256; none unlisted."""
    try:
        found = json.loads((version / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
