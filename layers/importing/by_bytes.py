"""Features of a large file that are sound: their bytes are kept as they stand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import health as geometry_health
from geo.checks import require_plausible_points
from geo.engine import WkbLayer, read_wkb
from geo.engine.screen import Screened, screen
from geo.engine.wkb import READ, UNCLOSED
from geo.messages import Note, listed
from geo.types import REGION, BoolArray, FloatArray
from geo.validity import repair, without_not_finite
from layers.importing.work import Work
from layers.readers.parts import WkbPart
from layers.vector import ID_COLUMNS, ids_of

_MARGIN_DEGREES = 0.5


def take_bytes(part: WkbPart, crs: CRS, work: Work) -> None:
    """Keep the sound features of a part as they stand; examine and repair the others.

    Parameters
    ----------
    part : WkbPart
        Placed: its coordinates are in ``crs``, x,y order.
    crs : CRS
        Horizontal.
    work : Work

    Raises
    ------
    CoordinateError
    """
    ids, notes = _named(part, work)
    offsets, data = _buffers(part.wkb)
    valid = part.wkb.is_valid().to_numpy(zero_copy_only=False)
    layer = read_wkb(data, offsets, valid)
    seen = screen(layer.rings, geometry_health.scale_of(crs))
    sound = (layer.fault == READ) & ~seen.doubtful & _plain(layer, offsets, data)
    sound &= ~_far(seen.box, sound, crs)
    close = gpd.GeoSeries(part.shapes(~sound), index=ids[~sound], crs=crs)
    finite, lost = without_not_finite(close, work.where)
    _require_plausible(layer, sound, finite, ids, work.where)
    geometry_health.examine(close, work.health)
    repaired = repair(finite, work.where)
    work.rows += len(ids)
    work.crs = crs
    work.say([*notes, *_closed(layer, ids, work.where), *lost, *repaired.notes])
    _keep(part, ids, sound, seen, repaired.geometry, work)


def _closed(layer: WkbLayer, ids: pd.Index, where: str) -> list[Note]:
    """Say whose rings lacked their end and were closed when they were built."""
    open_ones = [str(one) for one in ids[layer.fault == UNCLOSED]]
    if not open_ones:
        return []
    details = {"where": where, "count": len(open_ones), "features": listed(open_ones)}
    return [Note("reader_geometry_mended", details)]


def _named(part: WkbPart, work: Work) -> tuple[pd.Index, list[Note]]:
    naming = [one for one in part.columns.column_names if one.lower() in ID_COLUMNS]
    frame = part.columns.select(naming).to_pandas()
    if not naming:
        frame = pd.DataFrame(index=range(len(part.wkb)))
    ids, notes = ids_of(frame, None, work.where, before=work.rows)
    return work.unique(ids), notes


def _buffers(wkb: pa.BinaryArray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and bytes of an Arrow array, without a copy."""
    _, offsets, data = wkb.buffers()
    whole = np.frombuffer(offsets, np.int32)[wkb.offset : wkb.offset + len(wkb) + 1]
    return whole, np.frombuffer(data or b"", np.uint8)


def _plain(layer: WkbLayer, offsets: np.ndarray, data: np.ndarray) -> BoolArray:
    """Whether the bytes hold two coordinates per vertex and nothing else.

    A polygon has 9 bytes beside its rings; a multipolygon 9, and 9 for each part. A
    ring has 4 beside its vertices.
    """
    rings, size = layer.rings, layer.rings.size
    vertices = np.bincount(rings.feature, np.diff(rings.offsets), size)
    count = np.bincount(rings.feature, minlength=size)
    parts = np.bincount(rings.feature[~rings.is_hole], minlength=size)
    length = np.diff(offsets) - 16 * vertices - 4 * count
    usual = ((length == 9) & (parts == 1)) | (length == 9 + 9 * parts)
    usual[usual] = data[offsets[:-1][usual]] == 1
    return np.asarray(usual)


def _far(box: FloatArray, sound: BoolArray, crs: CRS) -> BoolArray:
    """Whether boxes lie outside the region; asked only where some could."""
    far = np.zeros(len(box), dtype=bool)
    if not sound.any():
        return far
    low, high = box[sound, :2].min(axis=0), box[sound, 2:].max(axis=0)
    x, y = np.meshgrid(*np.linspace(low, high, 9).T)
    degrees = coordinate_systems.to_degrees(
        np.column_stack([x.ravel(), y.ravel()]), crs
    )
    west, south, east, north = REGION
    inner = np.array([west, south]) + _MARGIN_DEGREES, np.array([east, north])
    within = (degrees > inner[0]) & (degrees < inner[1] - _MARGIN_DEGREES)
    if not within.all():
        far[sound] = geometry_health.outside_region(box[sound], crs)
    return far


def _require_plausible(
    layer: WkbLayer,
    sound: BoolArray,
    others: gpd.GeoSeries,
    ids: pd.Index,
    where: str,
) -> None:
    """Judge the part as a whole: some faults show only in all vertices together."""
    crs = coordinate_systems.require(others, where)
    rings = layer.rings
    owner = np.repeat(rings.feature, np.diff(rings.offsets))
    chosen = sound[owner]
    more, of = shapely.get_coordinates(others.to_numpy(), return_index=True)
    place_of = ids.get_indexer(others.index)
    require_plausible_points(
        np.concatenate([rings.coordinates[chosen], more]),
        np.concatenate([owner[chosen], place_of[of]]),
        crs,
        ids,
        where,
    )


def _keep(
    part: WkbPart,
    ids: pd.Index,
    sound: BoolArray,
    seen: Screened,
    repaired: gpd.GeoSeries,
    work: Work,
) -> None:
    """Put sound and repaired features together again in the order of the file."""
    again = ids.get_indexer(repaired.index)
    rows = np.concatenate([np.flatnonzero(sound), again])
    order = np.argsort(rows, kind="stable")
    values = repaired.to_numpy()
    shapes = pa.concat_arrays(
        [
            part.wkb.filter(pa.array(sound)).cast(pa.large_binary()),
            pa.array(shapely.to_wkb(values), type=pa.large_binary()),
        ]
    )
    boxes = np.concatenate([seen.box[sound], shapely.bounds(values).reshape(-1, 4)])
    if not len(rows):
        return
    kept = rows[order]
    work.keeper.add_columns(
        part.columns.take(pa.array(kept)),
        ids[kept],
        shapes.take(pa.array(order)),
        boxes[order],
        _kinds(part, sound) | set(repaired.geom_type.unique()),
    )


def _kinds(part: WkbPart, sound: BoolArray) -> set[str]:
    """Answer what the sound features are, by the byte after the byte order."""
    if not sound.any():
        return set()
    offsets, data = _buffers(part.wkb)
    # GDAL writes little-endian: the byte after the byte order holds the type.
    multi = data[offsets[:-1][sound] + 1] == shapely.GeometryType.MULTIPOLYGON
    return {"MultiPolygon" if one else "Polygon" for one in np.unique(multi)}
