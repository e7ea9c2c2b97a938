"""Make a layer's served form in a process of its own, whose memory is given back.

``python -m layers.baking SEEDS WORKSPACE LAYER FOLDER`` answers one line of JSON: null,
or why not. An empty WORKSPACE stands for none.
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
from layers.catalog import Catalog
from layers.errors import CatalogError, LayerReadError, LayerWriteError
from layers.served import bake

_KINDS: dict[str, type[EcobarrierError]] = {
    kind.__name__: kind
    for kind in (
        CRSError,
        CatalogError,
        CoordinateError,
        GeometryError,
        LayerReadError,
        LayerWriteError,
    )
}


def bake_apart(
    seeds: Path, workspace: Path | None, layer_id: str, folder: Path
) -> None:
    """Make the served form; see :func:`layers.served.bake`.

    Raises
    ------
    EcobarrierError
        What ``bake`` raised there; ``layer_unreadable`` where the process was killed,
        as happens when memory runs out.
    """
    arguments = [str(seeds), str(workspace or ""), layer_id, str(folder)]
    # Our own interpreter and module; nothing a caller wrote but a known layer's id.
    command = [sys.executable, "-m", "layers.baking", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        details = {"format": "-", "reason": f"exit code {done.returncode}"}
        raise LayerReadError("layer_unreadable", file=layer_id, **details)
    failure = json.loads(done.stdout)
    if failure is not None:
        kind = _KINDS.get(failure["kind"], LayerReadError)
        raise kind(failure["code"], **failure["details"])


def main(seeds: str, workspace: str, layer_id: str, folder: str) -> None:
    """Make it and say how it went."""
    failure = None
    try:
        catalog = Catalog.open(
            Path(seeds), Path(workspace) if workspace else None, fresh=False
        )
        bake(catalog, layer_id, Path(folder))
    except EcobarrierError as error:
        details = {name: str(value) for name, value in error.details.items()}
        name = type(error).__name__
        failure = {"kind": name, "code": error.code, "details": details}
    sys.stdout.write(json.dumps(failure))


if __name__ == "__main__":
    main(*sys.argv[1:5])
