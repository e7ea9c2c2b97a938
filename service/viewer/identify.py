"""What is at a place: features of all vector layers, cells of all rasters."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from geo.area import area
from geo.crs import WORKING_CRS
from geo.grid import Window
from layers.catalog import Catalog
from layers.loaded import RasterLayer
from layers.models import Bilingual, LayerSpec
from layers.query.conditions import Spatial
from layers.scan import Page
from layers.values import JsonValue, json_value
from service.cache import BoundedCache
from service.features.store import FeatureStore
from service.models import Answer

MOST_OF_A_LAYER = 8
MOST_BYTES = 20_000_000
_HIDDEN = ("name_zh", "name_en", "area_km2", "adcode")


class FoundFeature(Answer):
    """A feature at the place; ``area_m2`` is of the whole feature, None for lines."""

    layer: str
    id: str
    name: str | None
    name_en: str | None
    area_m2: float | None
    attributes: dict[str, Any]


class FoundCell(Answer):
    """The value of a raster at the place; None where it has none there."""

    layer: str
    value: float | int | None
    label: Bilingual | None
    unit: str | None


class Found(Answer):
    """What is at a place: by layer, in the order of the catalogue."""

    lon: float
    lat: float
    features: tuple[FoundFeature, ...]
    cells: tuple[FoundCell, ...]


class Identifier:
    """Looks places up; safe for several threads.

    Parameters
    ----------
    store : FeatureStore
    """

    def __init__(self, store: FeatureStore) -> None:
        self._store = store
        self._rasters = BoundedCache[RasterLayer](64)

    def at(
        self,
        catalog: Catalog,
        lon: float,
        lat: float,
        reach: float,
        specs: list[LayerSpec],
    ) -> Found:
        """Answer what is at a place.

        Parameters
        ----------
        catalog : Catalog
            The layers are of.
        lon, lat : float
            Degrees.
        reach : float
            Degrees around the place in which lines and points count as being there.
        specs : list of LayerSpec
            Those that the caller may see.
        """
        place = shapely.Point(lon, lat)
        vectors = [one for one in specs if one.kind == "vector"]
        rasters = [one for one in specs if one.kind == "raster"]
        return Found(
            lon=lon,
            lat=lat,
            features=tuple(
                found for one in vectors for found in self._features(one, place, reach)
            ),
            cells=tuple(self._cell(catalog, one, lon, lat) for one in rasters),
        )

    def _features(
        self, spec: LayerSpec, place: shapely.Point, reach: float
    ) -> Iterator[FoundFeature]:
        served = self._store.open(spec)
        near = place.buffer(reach) if spec.geometry != "polygon" and reach else place
        found = served.matches(Spatial("intersects", near))
        page = served.page(found.part(0, MOST_OF_A_LAYER), most_bytes=MOST_BYTES)
        areas = _areas(page)
        attributes = dict(page.attributes)
        for row, label in enumerate(page.ids):
            values = {
                name: json_value(column[row]) for name, column in attributes.items()
            }
            yield FoundFeature(
                layer=spec.id,
                id=label,
                name=_text(values.get("name_zh")),
                name_en=_text(values.get("name_en")),
                area_m2=areas[row],
                attributes={
                    name: value
                    for name, value in values.items()
                    if value is not None and name not in _HIDDEN
                },
            )

    def _cell(
        self, catalog: Catalog, spec: LayerSpec, lon: float, lat: float
    ) -> FoundCell:
        raster = self._rasters.get(spec, lambda: catalog.raster(spec.id))
        value = _value(raster, lon, lat)
        title = next((one.title for one in spec.classes if one.value == value), None)
        return FoundCell(layer=spec.id, value=value, label=title, unit=spec.unit)


def _areas(page: Page) -> list[float | None]:
    """Square metres on the ellipsoid, of polygons."""
    shapes = gpd.GeoSeries(page.geometry, crs=WORKING_CRS)
    flat = shapely.get_dimensions(shapes.to_numpy()) == 2
    return [
        float(value) if is_flat else None
        for value, is_flat in zip(area(shapes), flat, strict=True)
    ]


def _value(raster: RasterLayer, lon: float, lat: float) -> float | int | None:
    grid = raster.grid
    step = Transformer.from_crs(WORKING_CRS, grid.crs, always_xy=True)
    x, y = step.transform(lon, lat)
    column = int(np.floor((x - grid.x0) / grid.dx))
    row = int(np.floor((grid.y0 - y) / grid.dy))
    if not (0 <= row < grid.height and 0 <= column < grid.width):
        return None
    cell = raster.read(Window(row, row + 1, column, column + 1))
    if np.ma.getmaskarray(cell).any():
        return None
    found: float | int = cell.data[0, 0].item()
    return found


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
