"""Write a layer as a drawing: closed polylines, hatches for polygons with holes."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from ezdxf.filemanagement import new
from ezdxf.layouts.layout import Modelspace
from ezdxf.lldxf.const import BOUNDARY_PATH_EXTERNAL
from shapely.geometry.base import BaseGeometry

from geo.messages import Note
from layers.writers import atomic_file

_LAYER = "Layer"
_FORBIDDEN = str.maketrans(dict.fromkeys("<>/\\\":;?*|=`'", "_"))


def write_dxf(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write DXF R2010 (UTF-8), coordinates with all digits.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS, which the format cannot say. A column ``Layer``
        names each feature's layer; else the file's name does.
    path : Path
        Replaced atomically.

    Returns
    -------
    tuple of Note
        What is lost.

    Raises
    ------
    LayerWriteError
    """
    document = new("R2010")
    space = document.modelspace()
    names = [path.stem] * len(frame)
    if _LAYER in frame.columns:
        names = [str(name) for name in frame[_LAYER]]
    for name, shape in zip(names, frame.geometry.to_numpy(), strict=True):
        layer = name.translate(_FORBIDDEN)[:200] or "0"
        if layer not in document.layers:
            document.layers.add(layer)
        for part in shapely.get_parts(shape):
            _draw(part, space, layer)
    with atomic_file(path) as temporary:
        document.saveas(str(temporary))
    return (Note("export_drawing_loss", {"file": path.name}),)


def _draw(part: BaseGeometry, space: Modelspace, layer: str) -> None:
    about = {"layer": layer}
    if isinstance(part, shapely.Polygon) and len(part.interiors):
        hatch = space.add_hatch(dxfattribs=about)
        for number, ring in enumerate((part.exterior, *part.interiors)):
            flags = BOUNDARY_PATH_EXTERNAL if number == 0 else 0
            hatch.paths.add_polyline_path(_points(ring)[:-1], flags=flags)
    elif isinstance(part, shapely.Polygon):
        space.add_lwpolyline(_points(part.exterior)[:-1], close=True, dxfattribs=about)
    elif isinstance(part, shapely.Point):
        space.add_point((part.x, part.y), dxfattribs=about)
    else:
        space.add_lwpolyline(_points(part), dxfattribs=about)


def _points(line: BaseGeometry) -> list[tuple[float, float]]:
    return [(x, y) for x, y in np.asarray(shapely.get_coordinates(line)).tolist()]
