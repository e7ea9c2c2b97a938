"""What folders of long runs share: one process leads, and only the same run goes on."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from layers.writers import write_text, writing

LOCK = ".lock"


@contextmanager
def led(folder: Path) -> Iterator[bool]:
    """Answer whether this process leads the run of a folder, until the block ends.

    Raises
    ------
    LayerWriteError
    """
    with writing(folder):
        stream = (folder / LOCK).open("ab")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Described(NamedTuple):
    """What a run was when it began, and what it is now; as JSON reads it back."""

    kept: dict[str, Any]
    wanted: dict[str, Any]

    def differing(self) -> list[str]:
        """Answer the keys whose values are not the same; none for the same run."""
        kept, wanted = self
        return [key for key in {**kept, **wanted} if kept.get(key) != wanted.get(key)]


def described(path: Path, about: Mapping[str, Any]) -> Described:
    """Read what a run was, or write what it is if it is new.

    Parameters
    ----------
    path : Path
    about : mapping
        Fit for JSON.

    Raises
    ------
    ValueError
        The file is damaged.
    LayerWriteError
    """
    wanted = json.loads(json.dumps(about))
    if path.exists():
        kept = json.loads(path.read_bytes())
        if not isinstance(kept, dict):
            raise ValueError(path.name)
        return Described(kept, wanted)
    write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", path)
    return Described(wanted, wanted)
