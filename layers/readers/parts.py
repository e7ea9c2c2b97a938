"""A part of a large file: columns in Arrow, geometry as bytes, no objects yet."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from geo.messages import Note
from geo.types import BoolArray
from layers.readers.table import Table

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Fetch each item in a thread of its own while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


_WHOLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}
"""Types of pandas that know a missing value."""


@dataclass(frozen=True)
class WkbPart:
    """Some features in the order of the file.

    Parameters
    ----------
    columns : pyarrow.Table
        ``(n,)`` rows, without the geometry.
    wkb : pyarrow.BinaryArray
        ``(n,)``, 32-bit offsets; null where a feature has no geometry.
    crs : CRS or None
        The one the file carries.
    total : int
        Features of the whole file, as it states.
    notes : tuple of Note
    """

    columns: pa.Table
    wkb: pa.BinaryArray
    crs: CRS | None
    total: int
    notes: tuple[Note, ...] = ()

    def table(self) -> Table:
        """Answer the same with geometries as objects.

        Rings that lack their end are closed, without a note; what cannot be built at
        all is None.
        """
        shapes = _built(self.wkb)
        attributes = self.columns.to_pandas(types_mapper=self._nullable)
        frame = gpd.GeoDataFrame(attributes, geometry=shapes, crs=self.crs)
        return Table(frame, self.notes)

    def _nullable(self, kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
        """Keep whole numbers whole beside a missing one: doubles have 53 bits only."""
        if not pa.types.is_integer(kind) or not self._lacks(kind):
            return None
        return _WHOLE.get(kind)

    def _lacks(self, kind: pa.DataType) -> bool:
        """Whether a value is missing in any column of that type."""
        return any(one.type == kind and one.null_count for one in self.columns.columns)

    def shapes(self, rows: BoolArray) -> np.ndarray:
        """Answer the geometries of some rows as objects; see :meth:`table`."""
        return _built(self.wkb.filter(pa.array(rows)))


def as_table(part: Table | WkbPart) -> Table:
    """Answer a part with geometries as objects, whatever it is."""
    return part.table() if isinstance(part, WkbPart) else part


def _built(wkb: pa.BinaryArray) -> np.ndarray:
    # NaN among the coordinates is looked for later; here it only warns.
    with np.errstate(invalid="ignore"):
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="fix")
    return np.asarray(shapes, dtype=object)
