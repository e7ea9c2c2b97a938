"""Keep features as GeoParquet, part by part, in memory bounded by their plain bytes.

Parts are held as WKB in Arrow, a tenth of what they take as objects, and put in Hilbert
order at the end. The same features give the same bytes.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from geo.messages import Note, listed
from geo.types import BBox, FloatArray
from layers.readers.table import id_text
from layers.writers import HILBERT_FROM_ROWS, atomic_file, hilbert_order

_ROW_GROUP_ROWS = 10_000
GEOMETRY, COVER, ID_IN_FILE = "geometry", "bbox", "id_in_file"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_STATE = ("as_text", "id_columns", "kinds")


class FeatureKeeper:
    """Collects the parts of one layer and writes them.

    Parameters
    ----------
    where : str
        Names the layer in notes.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._parts: list[pa.Table] = []
        self._bounds: list[FloatArray] = []
        self._as_text: set[str] = set()
        self._id_columns: set[str] = set()
        self.kinds: set[str] = set()
        self.rows = 0

    def add(self, frame: gpd.GeoDataFrame) -> None:
        """Take a part: valid 2-D features; the index becomes the column ``id``."""
        values = frame.geometry.to_numpy()
        attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        self.add_columns(
            self._arrow(attributes.reset_index(drop=True)),
            frame.index.astype(str),
            pa.array(shapely.to_wkb(values), type=pa.large_binary()),
            np.asarray(shapely.bounds(values), dtype=np.float64),
            set(frame.geom_type.unique()),
        )

    def add_columns(
        self,
        columns: pa.Table,
        ids: pd.Index,
        wkb: pa.LargeBinaryArray,
        bounds: FloatArray,
        kinds: set[str],
    ) -> None:
        """Take a part in Arrow, with the bounding boxes and kinds of its geometries."""
        self._id_columns |= {"id"} & {*columns.column_names}
        named = {_free(one): columns[one] for one in columns.column_names}
        table = pa.table({"id": pa.array(ids, type=pa.string()), **named})
        corners = [pa.array(bounds[:, i]) for i in range(4)]
        cover = pa.StructArray.from_arrays(corners, names=list(_CORNERS))
        table = table.append_column(GEOMETRY, wkb).append_column(COVER, cover)
        self._parts.append(table)
        self._bounds.append(bounds)
        self.kinds |= kinds
        self.rows += len(ids)

    def absorb(self, part: "FeatureKeeper") -> None:
        """Take what another keeper has of the part of the layer that comes next."""
        self._parts += part._parts
        self._bounds += part._bounds
        self._as_text |= part._as_text
        self._id_columns |= part._id_columns
        self.kinds |= part.kinds
        self.rows += part.rows

    def state(self) -> tuple[list[pa.Table], dict[str, list[str]]]:
        """Answer the tables kept, and what else there is to know, fit for JSON."""
        sets = (self._as_text, self._id_columns, self.kinds)
        return self._parts, dict(zip(_STATE, map(sorted, sets), strict=True))

    @classmethod
    def restored(
        cls, where: str, tables: list[pa.Table], about: Mapping[str, list[str]]
    ) -> "FeatureKeeper":
        """Make a keeper of what :meth:`state` answered, elsewhere or before."""
        keeper = cls(where)
        keeper._parts = tables
        keeper._bounds = [_corners(table) for table in tables]
        sets = (set(about[name]) for name in _STATE)
        keeper._as_text, keeper._id_columns, keeper.kinds = sets
        keeper.rows = sum(table.num_rows for table in tables)
        return keeper

    @property
    def bounds(self) -> BBox:
        """The box around all features, in their CRS; there must be one."""
        every = np.concatenate(self._bounds)
        low, high = every[:, :2].min(axis=0), every[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def geometry(self, crs: CRS) -> gpd.GeoSeries:
        """Answer all features as objects, in the order of the file; index: ids."""
        ids = [one for part in self._parts for one in part["id"].to_pylist()]
        wkb = [part[GEOMETRY].to_numpy() for part in self._parts]
        shapes = shapely.from_wkb(np.concatenate(wkb))
        return gpd.GeoSeries(shapes, index=pd.Index(ids, name="id"), crs=crs)

    @property
    def notes(self) -> list[Note]:
        """Columns that had to become text."""
        if not self._as_text:
            return []
        details = {"where": self._where, "columns": listed(sorted(self._as_text))}
        return [Note("columns_as_text", details)]

    def write(self, path: Path, crs: CRS, about: str) -> None:
        """Write GeoParquet 1.1 with a covering column; ``about`` goes into the file.

        Raises
        ------
        LayerWriteError
        """
        table = pa.concat_tables(self._united(), promote_options="permissive")
        if self._id_columns and _same_ids(table):
            table = table.drop_columns([ID_IN_FILE])
        bounds = np.concatenate(self._bounds)
        order = np.arange(self.rows)
        if self.rows >= HILBERT_FROM_ROWS:
            middle = shapely.points((bounds[:, :2] + bounds[:, 2:]) / 2)
            order = hilbert_order(gpd.GeoSeries(middle))
            table = table.combine_chunks()
        told = {b"geo": self._geo(crs, bounds), b"provenance": about.encode()}
        schema = table.schema.with_metadata(told)
        # No two shapes are the same: looking for repetitions only costs time.
        plain = [one for one in table.column_names if one not in (GEOMETRY, COVER)]
        with (
            atomic_file(path) as temporary,
            pq.ParquetWriter(
                temporary, schema, compression="zstd", use_dictionary=plain
            ) as out,
        ):
            for start in range(0, self.rows, _ROW_GROUP_ROWS):
                rows = pa.array(order[start : start + _ROW_GROUP_ROWS])
                out.write_table(table.take(rows).cast(schema))

    def _arrow(self, attributes: pd.DataFrame) -> pa.Table:
        columns = {}
        attributes.columns = list(map(str, attributes.columns))
        for name in attributes.columns:
            values = attributes[name]
            try:
                column = pa.array(values, from_pandas=True)
            except (pa.ArrowException, TypeError, ValueError, OverflowError):
                self._as_text.add(name)
                column = pa.array(_texts(values), type=pa.string())
            if pa.types.is_dictionary(column.type):
                column = column.dictionary_decode()
            columns[name] = column
        return pa.table(columns)

    def _united(self) -> list[pa.Table]:
        """Make columns text that are of different kinds in different parts."""
        names = dict.fromkeys(
            name for part in self._parts for name in part.column_names
        )
        for name in names:
            types = {
                _family(part.schema.field(name).type)
                for part in self._parts
                if name in part.column_names
            } - {"null"}
            if len(types) > 1:
                self._as_text.add(name)
                self._parts = [_with_text(part, name) for part in self._parts]
        return self._parts

    def _geo(self, crs: CRS, bounds: FloatArray) -> bytes:
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        column = {
            "encoding": "WKB",
            "geometry_types": sorted(self.kinds),
            "crs": crs.to_json_dict(),
            "bbox": [*map(float, low), *map(float, high)],
            "covering": {"bbox": {one: [COVER, one] for one in _CORNERS}},
        }
        about = {
            "version": "1.1.0",
            "primary_column": GEOMETRY,
            "columns": {GEOMETRY: column},
        }
        return json.dumps(about, sort_keys=True).encode()


def _corners(table: pa.Table) -> FloatArray:
    """Answer the boxes ``(n, 4)`` of the covering column."""
    cover = table[COVER].combine_chunks().flatten()
    return np.column_stack([one.to_numpy(zero_copy_only=False) for one in cover])


def _free(name: str) -> str:
    """No column of the file may have the name of one of ours."""
    if name == "id":
        return ID_IN_FILE
    return f"{name}_" if name in (GEOMETRY, COVER) else name


def _same_ids(table: pa.Table) -> bool:
    """Whether the file's column of ids says what ours says, in every row."""
    stated = list(map(id_text, table[ID_IN_FILE].to_pylist()))
    ids: list[str | None] = table["id"].to_pylist()
    return stated == ids


def _texts(values: pd.Series) -> list[str | None]:
    # NaN and NaT differ from themselves.
    missing = [one is None or one is pd.NA or one != one for one in values]
    return [
        None if gone else str(one) for one, gone in zip(values, missing, strict=True)
    ]


def _family(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return str(kind)


def _with_text(part: pa.Table, name: str) -> pa.Table:
    if name not in part.column_names:
        return part
    values = [None if one is None else str(one) for one in part[name].to_pylist()]
    place = part.column_names.index(name)
    return part.set_column(place, name, pa.array(values, type=pa.string()))
