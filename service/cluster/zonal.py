"""The recipe of a zonal table, from which a worker makes the work."""

from dataclasses import dataclass
from functools import lru_cache

from layers.catalog import is_file_name
from layers.chunks import open_source
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from layers.partitions import Partition
from layers.readers import file_name
from service.cluster.inputs import Seen, Shelf, named
from service.zonal_rows import Question, ZonalWork

HELD = 2
"""Rasters that a worker keeps open between partitions."""


@dataclass(frozen=True)
class ZonalJob:
    """A raster within zones; see :class:`service.partitioned.RowJob`.

    Parameters
    ----------
    shelf : Shelf
    zones, raster : Seen
    spec : str
        What the raster says of itself, as JSON: a worker need not hash the file.
    crs : str or None
    nodata : float or None
        As they were stated for a raster file.
    breaks, percentiles : tuple of float
    """

    shelf: Shelf
    zones: Seen
    raster: Seen
    spec: str
    crs: str | None
    nodata: float | None
    breaks: tuple[float, ...]
    percentiles: tuple[float, ...]

    def ready(self) -> ZonalWork:
        """Open zones and raster, once per process."""
        return _ready(self)

    def named(self, part: Partition) -> str:
        """Name a partition by the layer of zones and its rows, from 1."""
        return named(self.zones, part)


@lru_cache(maxsize=HELD)
def _ready(job: ZonalJob) -> ZonalWork:
    from layers.readers.raster import open_raster

    catalog = job.shelf.open()
    job.zones.require(catalog)
    job.raster.require(catalog)
    if is_file_name(job.raster.name):
        path = file_name(job.raster.name).path
        file = open_raster(path, crs=job.crs, nodata=job.nodata)
        raster = RasterLayer(LayerSpec.model_validate_json(job.spec), file)
    else:
        raster = catalog.raster(job.raster.name)
    question = Question.of(raster, job.breaks, job.percentiles)
    source = open_source(catalog, job.zones.name)
    return ZonalWork(source, raster, question, threads=1)
