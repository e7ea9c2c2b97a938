"""The parts of large files that can be read apart, each by another process.

A partition is some rows of one file, as many as a part has where one process reads the
file from end to end, so that both say the same of it. Whoever examines a partition also
reads it: to skip the rows before it takes a fraction of a second, and what is read is
used where it is. Were it read by the client and sent, one process would read for all,
and every part would cross the network twice.

GeoPackage, shapefile, FlatGeobuf and GeoParquet can be read so. In all other formats a
part is known only when what comes before it was read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import EcobarrierError
from layers.errors import LayerReadError
from layers.importing import sources
from layers.importing.options import ImportOptions
from layers.importing.region import Region
from layers.importing.taking import Course, carried_crs, require_same_place, settled
from layers.importing.work import Work
from layers.readers import geoparquet_parts, shapefile
from layers.readers.guard import reading
from layers.readers.parts import WkbPart
from layers.readers.vector import (
    FLATGEOBUF,
    GEOPACKAGE,
    Stretch,
    feature_count,
    geopackage_layer,
    read_stretch,
)


@dataclass(frozen=True)
class Rows:
    """Some rows of a file, to be read by themselves.

    Parameters
    ----------
    path : Path
        Absolute; the same for every process.
    stamp : tuple of int
        Bytes and time of the last change, when the rows were counted.
    layer : str or None
        Inside the file.
    stretch : Stretch
    before : int
        Rows of the whole layer before these.
    """

    path: Path
    stamp: tuple[int, int]
    layer: str | None
    stretch: Stretch
    before: int

    def __str__(self) -> str:
        first, rows = self.stretch.first + 1, self.stretch.rows
        return (
            f"{self.path.name}: {first:,}–{min(first + rows - 1, self.stretch.total):,}"
        )


@dataclass(frozen=True)
class Plan:
    """All partitions of a layer.

    Parameters
    ----------
    course : Course or None
        What the first part decided; None if there is none.
    rows : tuple of Rows
    refusal : EcobarrierError or None
        Why nothing can come after these rows.
    """

    course: Course | None
    rows: tuple[Rows, ...]
    refusal: EcobarrierError | None = None


def can_be_cut(paths: list[Path]) -> bool:
    """Whether all of some files are so large and of such a format as to be cut."""
    return all(
        sources.is_streamed(path)
        and (path.suffix.lower() != ".shp" or shapefile.cuttable(path))
        for path in paths
    )


def planned(
    paths: list[Path], options: ImportOptions, work: Work, region: Region
) -> Plan:
    """Cut files into partitions, and decide by the first where the layer is.

    Raises
    ------
    DecisionNeededError
    LayerReadError, GeoError
        What the first part cannot be used for; of later files it is in the plan, for
        faults of the files before come first.
    """
    course: Course | None = None
    carried: object = None
    rows: list[Rows] = []
    before = 0
    for path in paths:
        try:
            first = _first(path, options)
            if first is not None and course is None:
                course, carried = settled(first, work, region), carried_crs(first)
            elif first is not None and course and carried_crs(first) != carried:
                require_same_place(first, course, work, region)
            rows += _cut(path, options, before)
        except EcobarrierError as error:
            if not rows:
                raise
            return Plan(course, tuple(rows), error)
        before = rows[-1].before + rows[-1].stretch.rows if rows else 0
    return Plan(course, tuple(rows))


def _first(path: Path, options: ImportOptions) -> sources.Part | None:
    stream = sources.parts_of(path, options)
    try:
        return next(stream, None)
    finally:
        stream.close()


def _cut(path: Path, options: ImportOptions, before: int) -> Iterator[Rows]:
    layer, size = None, sources.PART_ROWS
    if path.suffix.lower() == ".gpkg":
        layer = geopackage_layer(path, options.part)
    with reading(path, path.suffix):
        total = _count(path, layer)
        stamp = _stamp(path)
    for first in range(0, total, size):
        stretch = Stretch(first, min(size, total - first), total)
        yield Rows(path.absolute(), stamp, layer, stretch, before + first)


def _count(path: Path, layer: str | None) -> int:
    if sources.is_parquet(path):
        return geoparquet_parts.row_count(path)
    return feature_count(path, layer=layer)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def read_rows(rows: Rows, options: ImportOptions) -> Iterator[WkbPart]:
    """Read a partition, as a rule in one part.

    Raises
    ------
    LayerReadError
        ``import_file_elsewhere``: this process finds no such file, or another.
    """
    path = rows.path
    if not path.is_file() or _stamp(path) != rows.stamp:
        raise LayerReadError("import_file_elsewhere", file=str(path))
    if path.suffix.lower() == ".shp":
        yield from shapefile.read_shapefile_stretch(
            path, rows.stretch, encoding=options.encoding
        )
        return
    if sources.is_parquet(path):
        yield from geoparquet_parts.read_geoparquet_stretch(path, rows.stretch)
        return
    form = GEOPACKAGE if path.suffix.lower() == ".gpkg" else FLATGEOBUF
    yield from read_stretch(path, form, rows.stretch, layer=rows.layer)
