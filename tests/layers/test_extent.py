from pathlib import Path, PurePosixPath
from types import MappingProxyType

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog, Entry
from layers.extent import extent
from layers.files import describe_file
from layers.writers import write_geoparquet
from layers.writers_exchange import write_geopackage

BOX = shapely.box(113, 42, 113.1, 42.1)


def catalog_of(path: Path, crs: str) -> Catalog:
    spec = describe_file(path, kind="vector", crs=crs, geometry="polygon", rows=1)
    entry = Entry(
        spec.model_copy(update={"path": PurePosixPath(path.name)}), path.parent
    )
    return Catalog(MappingProxyType({spec.id: entry}))


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
@pytest.mark.parametrize("code", [4490, 4326, 4526])
def test_of_vector_files(tmp_path: Path, suffix: str, code: int) -> None:
    path = tmp_path / f"sites{suffix}"
    table = gpd.GeoDataFrame({"id": ["a"]}, geometry=[BOX], crs=4490).to_crs(code)
    write = write_geoparquet if suffix == ".parquet" else write_geopackage
    write(table, path)
    catalog = catalog_of(path, f"EPSG:{code}")
    (layer,) = catalog.specs
    assert extent(catalog, layer.id) == pytest.approx(BOX.bounds, abs=0.003)


def test_of_the_seeds(seeds: Path) -> None:
    catalog = Catalog.open(seeds)
    for spec in catalog.specs:
        found = extent(catalog, spec.id)
        assert found is not None, spec.id
        west, south, east, north = found
        assert 80 < west < east < 140
        assert 30 < south < north < 60


def test_a_file_that_does_not_say_has_none(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    table = gpd.GeoDataFrame({"id": ["a"]}, geometry=[BOX], crs=4490)
    table.loc[0, "geometry"] = None
    write_geoparquet(table, path)
    catalog = catalog_of(path, "EPSG:4490")
    assert extent(catalog, catalog.specs[0].id) is None
