"""Rows of a zonal table, chunk of zones by chunk of zones.

Each chunk is measured by :func:`geo.zonal.zonal`. What a zone has does not depend on
the zones measured with it, to the last bit (:mod:`geo.raster.tally`), so it does not
depend on the chunks either.
"""

from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.crs import WORKING_CRS
from geo.exact import exact_sum
from geo.types import NODATA, OUTSIDE, FloatArray, IntArray
from geo.zonal import Zonal, zonal
from layers.blocks import reader
from layers.chunks import Chunk, PolygonSource
from layers.loaded import RasterLayer
from layers.partitions import Batch, pieces
from service.intervals import intervals, labels
from service.partitioned import Rows, Sums

CLASS_FIELDS = [
    ("zone_id", pa.string()),
    ("kind", pa.string()),
    ("value", pa.float64()),
    ("label", pa.string()),
    ("label_en", pa.string()),
    ("area_m2", pa.float64()),
    ("share", pa.float64()),
]
"""``kind`` is ``class``, ``nodata`` or ``outside``; only the first has a ``value``."""

STATISTICS = ("mean", "std", "min", "max", "sum")
"""Of the zone, repeated on each of its rows as ``zone_mean`` and so on."""


class Question(NamedTuple):
    """What is asked of the raster.

    Parameters
    ----------
    breaks : FloatArray or None
        Limits of value intervals; None where each value is a class.
    percentiles : tuple of float
        Of a continuous raster.
    """

    breaks: FloatArray | None
    percentiles: tuple[float, ...]

    @classmethod
    def of(
        cls,
        raster: RasterLayer,
        breaks: tuple[float, ...],
        percentiles: tuple[float, ...],
    ) -> "Question":
        """Ask as :func:`service.analysis.zonal_report` does."""
        limits = intervals(raster, breaks)
        return cls(limits, () if limits is None else percentiles)

    @property
    def columns(self) -> list[str]:
        """Statistics of a zone; class numbers have none."""
        if self.breaks is None:
            return []
        return [*STATISTICS, *(f"percentile_{p:g}" for p in self.percentiles)]

    @property
    def schema(self) -> pa.Schema:
        """Of the rows."""
        more = [(f"zone_{name}", pa.float64()) for name in self.columns]
        return pa.schema([*CLASS_FIELDS, *more])


class _Measured(NamedTuple):
    """Rows of a chunk, ordered by the place of their zone; areas of all its zones."""

    zone: IntArray
    table: pa.Table
    zone_area_m2: FloatArray


class ZonalWork:
    """What it takes to measure a raster within any zones of a layer.

    Parameters
    ----------
    source : PolygonSource
        The zones.
    raster : RasterLayer
    question : Question
    threads : int
    """

    def __init__(
        self,
        source: PolygonSource,
        raster: RasterLayer,
        question: Question,
        *,
        threads: int = 2,
    ) -> None:
        self._source, self._raster, self._question = source, raster, question
        self._threads = threads
        self._label = labels(raster.spec, question.breaks)
        self.schema = question.schema

    def rows(self, batch: Batch) -> Iterator[Rows]:
        """Answer the rows of neighbouring partitions, with exact sums."""
        first = batch[0].start
        chunks = self._source.chunks(
            start=first, stop=batch[-1].stop, ahead=self._threads > 1
        )
        for chunk in chunks:
            measured = self._measured(chunk)
            for part, some in pieces(batch, first, len(chunk.ids)):
                low, high = np.searchsorted(measured.zone, (some.start, some.stop))
                table = measured.table.slice(low, high - low)
                area_m2 = measured.zone_area_m2[some]
                sums = {"features": len(area_m2), **_sums(table, area_m2)}
                yield Rows(part, table, sums)
            first += len(chunk.ids)

    def _measured(self, chunk: Chunk) -> "_Measured":
        zones, zone_area_m2 = _zones(chunk), np.zeros(len(chunk.ids))
        if not len(zones):
            none = np.empty(0, np.int64)
            return _Measured(none, self.schema.empty_table(), zone_area_m2)
        with reader(self._raster) as read:
            found = zonal(
                zones,
                self._raster.grid,
                read,
                breaks=self._question.breaks,
                percentiles=self._question.percentiles,
                threads=self._threads,
            )
        zone_area_m2[found.zone_area_m2.index] = found.zone_area_m2
        zone = found.classes["zone"].to_numpy().astype(np.int64)
        table = self._table(found, zone, np.asarray(chunk.ids, object))
        return _Measured(zone, table, zone_area_m2)

    def _table(self, found: Zonal, zone: IntArray, ids: np.ndarray) -> pa.Table:
        classes = found.classes
        value = pd.to_numeric(classes["value"], errors="coerce").to_numpy(np.float64)
        names = [self._label(one) for one in classes["value"]]
        columns = [
            pa.array(ids[zone], pa.string()),
            _kinds(classes["value"]),
            pa.array(value, mask=np.isnan(value)),
            pa.array([zh for zh, _ in names], pa.string()),
            pa.array([en for _, en in names], pa.string()),
            classes["area_m2"].to_numpy(),
            classes["share"].to_numpy(),
        ]
        row = found.statistics.index.get_indexer(pd.Index(zone))
        for name in self._question.columns:
            of_zone = found.statistics[name].to_numpy(np.float64)[row]
            columns.append(pa.array(of_zone, mask=np.isnan(of_zone)))
        return pa.table(columns, schema=self.schema)


def _zones(chunk: Chunk) -> gpd.GeoSeries:
    """Zones by their place in the chunk; without those that have no area."""
    shapes = chunk.geometry(np.arange(len(chunk.ids)))
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    return gpd.GeoSeries(shapes[there], index=there, crs=WORKING_CRS)


def _kinds(values: pd.Series) -> pa.Array:
    kinds = np.full(len(values), "class", dtype=object)
    for other in (NODATA, OUTSIDE):
        kinds[(values == other).to_numpy()] = other
    return pa.array(kinds, pa.string())


def _sums(table: pa.Table, zone_area_m2: FloatArray) -> Sums:
    area_m2 = table.column("area_m2").to_numpy()
    kind = table.column("kind").to_numpy()
    of_kind = {name: exact_sum(area_m2[kind == name]) for name in set(kind.tolist())}
    return {"rows": len(kind), "zones": exact_sum(zone_area_m2), **of_kind}
