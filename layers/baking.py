"""Make a layer's served form in a process of its own, whose memory is given back.

``python -m layers.baking LIFELINE FROM FOLDER`` reads what the layer is from its input
and answers one line of JSON: null, or why not.
"""

import json
import subprocess
import sys
from pathlib import Path

from geo.errors import (
    CoordinateError,
    CRSError,
    EcobarrierError,
    GeometryError,
)
from layers.apart import end_with, lifeline
from layers.catalog import Entry
from layers.errors import (
    CatalogError,
    LayerReadError,
    LayerWriteError,
    VersionRemovedError,
)
from layers.models import LayerSpec
from layers.served import bake
from layers.snapshot import only
from layers.storage.files import removed_version

_KINDS: dict[str, type[EcobarrierError]] = {
    kind.__name__: kind
    for kind in (
        CRSError,
        CatalogError,
        CoordinateError,
        GeometryError,
        LayerReadError,
        LayerWriteError,
        VersionRemovedError,
    )
}


def bake_apart(entry: Entry, folder: Path) -> None:
    """Make the served form; see :func:`layers.served.bake`.

    Parameters
    ----------
    entry : Entry
        The layer is described to the process, which must not look up the version that
        is in use by then.
    folder : Path

    Raises
    ------
    EcobarrierError
        What ``bake`` raised there; ``layer_unreadable`` where the process was killed,
        as happens when memory runs out.
    """
    # Our own interpreter and module; nothing a caller wrote.
    with lifeline() as line:
        done = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "layers.baking", str(line)),
                *(str(entry.folder), str(folder)),
            ],
            input=entry.spec.model_dump_json(),
            pass_fds=[line],
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        gone = removed_version(entry.folder / entry.spec.path)
        if gone is not None:
            raise gone
        details = {"format": "-", "reason": f"exit code {done.returncode}"}
        raise LayerReadError("layer_unreadable", file=entry.spec.id, **details)
    failure = json.loads(done.stdout)
    if failure is not None:
        kind = _KINDS.get(failure["kind"], LayerReadError)
        raise kind(failure["code"], **failure["details"])


def main(line: str, source: str, folder: str) -> None:
    """Make it and say how it went."""
    end_with(int(line))
    failure = None
    try:
        spec = LayerSpec.model_validate_json(sys.stdin.read())
        bake(only(Entry(spec, Path(source))), spec.id, Path(folder))
    except EcobarrierError as error:
        details = {name: str(value) for name, value in error.details.items()}
        name = type(error).__name__
        failure = {"kind": name, "code": error.code, "details": details}
    sys.stdout.write(json.dumps(failure))


if __name__ == "__main__":
    main(*sys.argv[1:4])
