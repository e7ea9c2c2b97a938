"""Inputs of the layer tests, all made in code."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import pyogrio
import pytest
import shapely

from layers.catalog import Catalog

MakeGeoJson = Callable[..., Path]
MakeShapefile = Callable[..., Path]


@pytest.fixture
def files() -> Catalog:
    """A catalogue without layers, for reading files."""
    return Catalog(MappingProxyType({}))


@pytest.fixture(scope="session")
def seeds() -> Path:
    return Path(__file__).parents[2] / "seeds"


@pytest.fixture
def geojson(tmp_path: Path) -> MakeGeoJson:
    """Write a FeatureCollection of the geometries, or any text or object."""

    def make(
        *geometries: object,
        properties: object = None,
        raw: object = None,
        **more: object,
    ) -> Path:
        document = raw
        if raw is None:
            features = [
                {"type": "Feature", "properties": properties, "geometry": one}
                for one in geometries
            ]
            document = {"type": "FeatureCollection", "features": features, **more}
        text = document if isinstance(document, str) else json.dumps(document)
        path = tmp_path / "地块.geojson"
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def gbk_shapefile(tmp_path: Path) -> MakeShapefile:
    """pyogrio#380: Chinese names and values in GBK, as planning offices hand over."""

    def make(
        *,
        crs: str | None = "EPSG:4490",
        drop: tuple[str, ...] = (".cpg",),
        cpg: str | None = None,
        language_byte: int | None = None,
        shapes: tuple[shapely.Geometry, ...] = (shapely.box(107, 40, 108, 41),),
        names: tuple[str, ...] = ("磴口光伏治沙一期",),
        encoding: str = "gbk",
    ) -> Path:
        path = tmp_path / "红线.shp"
        written = crs or "EPSG:4490"
        frame = gpd.GeoDataFrame(
            {"名称": list(names)}, geometry=list(shapes), crs=written
        )
        pyogrio.write_dataframe(frame, path, encoding=encoding)
        if crs is None:
            path.with_suffix(".prj").unlink()
        for suffix in drop:
            path.with_suffix(suffix).unlink(missing_ok=True)
        if cpg is not None:
            path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
        if language_byte is not None:
            with path.with_suffix(".dbf").open("r+b") as stream:
                stream.seek(29)
                stream.write(struct.pack("B", language_byte))
        return path

    return make
