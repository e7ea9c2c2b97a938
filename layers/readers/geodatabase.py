"""Read one layer of a File Geodatabase, with curves as chords."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyogrio

from geo.messages import Note
from layers.errors import LayerReadError
from layers.readers.guard import Format, reading
from layers.readers.table import Table
from layers.readers.vector import chosen_layer, read_ogr

GEODATABASE = Format("File Geodatabase", "vector", (".gdb",))

ARC_STEP_DEGREES = 0.1
"""Of a chord: it lies within 4e-7 of the radius of its arc, and a circle keeps its area
to 5e-7; GDAL's own 4 degrees would lose 8e-4."""


def read_geodatabase(path: Path, *, layer: str | None = None) -> Table:
    """Read a layer of a ``.gdb`` folder.

    Parameters
    ----------
    path : Path
    layer : str or None
        May be left out when only one has geometries.

    Raises
    ------
    LayerReadError
    """
    with reading(path, GEODATABASE.name):
        if not path.exists():
            raise LayerReadError("layer_file_missing", file=str(path))
        if not (path / "a00000001.gdbtable").is_file():
            details = {"file": path.name, "format": GEODATABASE.name}
            raise LayerReadError("layer_wrong_content", **details)
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind]
    chosen = chosen_layer(path, names, layer)
    with fine_arcs():
        frame, notes = read_ogr(path, path, GEODATABASE, layer=chosen)
    note = Note("encoding_by_format", {"file": path.name, "encoding": "utf-8"})
    return Table(frame, (note, *notes))


@contextmanager
def fine_arcs() -> Iterator[None]:
    """Let GDAL cut arcs into short chords meanwhile."""
    name = "OGR_ARC_STEPSIZE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: str(ARC_STEP_DEGREES)})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})
