"""Run notebooks from top to bottom, each in a kernel of its own.

usage: python scripts/run_notebooks.py FOLDER [NOTEBOOK ...]

Writes the notebooks with their outputs into FOLDER; those in git have none. Exit code 1
if a cell fails or says anything on standard error.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
CELL_SECONDS = 300


def notebooks() -> list[Path]:
    """Answer all notebooks, in order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def executed(notebook: Path) -> Any:
    """Run a notebook and answer it with its outputs.

    Raises
    ------
    CellExecutionError
        Names the cell and says what went wrong.
    """
    content = nbformat.read(notebook, as_version=4)
    # Sockets are files of this run: no port is opened that others could reach.
    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        sockets = {"transport": "ipc", "ip": f"{folder}/k"}
        client = NotebookClient(
            content,
            config=Config({"KernelManager": sockets}),
            kernel_name="python3",
            timeout=CELL_SECONDS,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    return content


def complaints(content: Any) -> Iterator[str]:
    """Name cells that wrote to standard error, which is where warnings go."""
    for number, cell in enumerate(content.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                yield f"cell {number}: {output.text.strip()}"


def main(arguments: list[str]) -> int:
    """Run what is asked for, all notebooks by default; answer the exit code."""
    if not arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for notebook in [Path(one) for one in arguments[1:]] or notebooks():
        started = time.perf_counter()
        try:
            content = executed(notebook)
        except CellExecutionError as error:
            sys.stderr.write(f"{notebook.name}: {error}\n")
            failed = 1
            continue
        nbformat.write(content, folder / notebook.name)
        for line in complaints(content):
            sys.stderr.write(f"{notebook.name}: {line}\n")
            failed = 1
        seconds = time.perf_counter() - started
        sys.stdout.write(f"{notebook.name}  {seconds:.1f} s\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
