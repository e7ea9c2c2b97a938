"""The polygons that a site shares with layers, to be seen on a map.

What is measured comes from :mod:`service.site`; this is only what it looks like.
"""

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.area import area
from geo.crs import WORKING_CRS
from geo.errors import GeoError
from geo.overlay_geos import shared_polygons
from geo.types import FloatArray, GeometryArray
from layers.catalog import Catalog
from layers.loaded import VectorLayer
from service.models import Answer, NoteModel

_STEPS = 4000
"""The finest detail kept is this part of the site's larger side."""
_DIGITS = 7


class PiecesReport(Answer):
    """A GeoJSON collection in lon/lat degrees: the site, then its pieces.

    Each feature says its ``role``, site or piece, and a piece its ``layer`` and
    ``name``. Outlines are simplified for display; areas are those of the full shapes.
    """

    type: Literal["FeatureCollection"] = "FeatureCollection"
    bbox: tuple[float, float, float, float]
    features: tuple[dict[str, Any], ...]
    rest_m2: float | None
    """Of the site, in none of the layers; null without layers."""
    notes: tuple[NoteModel, ...] = ()


def site_pieces(
    catalog: Catalog, site: str, layers: tuple[str, ...], *, crs: str | None = None
) -> PiecesReport:
    """Cut a site by layers.

    Parameters
    ----------
    catalog : Catalog
    site : str
        Path of a file of polygons.
    layers : tuple of str
        Ids of layers of polygons that may be shown; others are left out.
    crs : str, optional
        States the CRS of a file that carries none.

    Raises
    ------
    EcobarrierError
        The site or a layer cannot be read.
    """
    own = _polygons(catalog.vector(site, crs=crs))
    west, south, east, north = (float(one) for one in own.total_bounds)
    finest = max(east - west, north - south) / _STEPS
    features = [_feature(shape, finest, role="site") for shape in own.geometry]
    rest: GeometryArray = own.geometry.to_numpy()
    for layer_id in layers:
        table = _polygons(catalog.vector(layer_id))
        found, _ = shared_polygons(own.geometry, table.geometry)
        names = table["name_zh"].to_numpy(), table["name_en"].to_numpy()
        features += [
            _feature(
                shape,
                finest,
                role="piece",
                layer=layer_id,
                name=_text(names[0][j]),
                name_en=_text(names[1][j]),
            )
            for shape, j in zip(found.geometry, found.j, strict=True)
        ]
        rest = _without(rest, np.asarray(found.geometry))
    left = gpd.GeoSeries(rest, crs=WORKING_CRS)
    return PiecesReport(
        bbox=(west, south, east, north),
        features=tuple(features),
        rest_m2=float(area(left).sum()) if layers else None,
    )


def _polygons(layer: VectorLayer) -> gpd.GeoDataFrame:
    table = layer.features
    flat: gpd.GeoDataFrame = table[
        shapely.get_dimensions(table.geometry.to_numpy()) == 2
    ]
    if flat.empty:
        raise GeoError("no_polygons", where=layer.spec.id)
    return flat


def _without(rest: GeometryArray, pieces: GeometryArray) -> GeometryArray:
    if not len(pieces):
        return rest
    return np.asarray(shapely.difference(rest, shapely.union_all(pieces)))


def _feature(
    shape: BaseGeometry, finest: float, **properties: object
) -> dict[str, Any]:
    def rounded(points: FloatArray) -> FloatArray:
        return np.round(points, _DIGITS)

    drawn = shapely.transform(shapely.simplify(shape, finest), rounded)
    geometry = mapping(drawn)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
