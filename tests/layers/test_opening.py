"""Files of a real S3 server read by ranges: the same values, few bytes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from affine import Affine
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.grid import Window
from geo.tile_matrix import TILE_MATRIX_SETS, WEB_MERCATOR_QUAD
from layers import opening
from layers.blocks import reader
from layers.catalog import Catalog
from layers.chunks import PolygonFile
from layers.errors import LayerReadError
from layers.extent import extent
from layers.files import content_sha256, describe_file
from layers.pmtiles import Archive
from layers.raster_tiles import close_datasets, tile_values
from layers.readers.raster import open_raster
from layers.storage import Store, files, mirror, open_store
from layers.storage.mirror import make_mirror
from layers.workspace import publish

CELLS = 2048


class Counting:
    """A store that adds up the bytes that were asked for."""

    def __init__(self, store: Store) -> None:
        self._store, self.bytes, self.requests = store, 0, 0
        self.whole: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def read_range(
        self, key: str, start: int, length: int, *, tag: str | None = None
    ) -> bytes:
        self.bytes += length
        self.requests += 1
        return self._store.read_range(key, start, length, tag=tag)

    def fetch(self, key: str, target: Path) -> None:
        self.whole.append(key)
        self._store.fetch(key, target)


class Place:
    """A bucket, and the folder that stands for it on this machine."""

    def __init__(self, url: str, root: Path, counting: Counting) -> None:
        self.url, self.root, self.counting = url, root, counting

    def file(self, local: Path) -> Path:
        """Put a file into the bucket; answer its name on this machine."""
        open_store(self.url).put(local.name, local)
        self.counting.bytes = self.counting.requests = 0
        return self.root / local.name


@pytest.fixture
def place(
    make_bucket: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    monkeypatch.setattr(files, "RANGED_FROM_BYTES", 100_000)
    url = make_bucket()
    root = make_mirror(url, tmp_path / "cache")
    counting = Counting(open_store(url))
    made = mirror.Mirror(root, counting)  # type: ignore[arg-type]
    monkeypatch.setitem(mirror._MIRRORS, (root, url), made)
    return Place(url, root, counting)


def cog(path: Path) -> np.ndarray:
    """Write a COG of noise, 4 MB that no compression makes smaller."""
    cells = np.random.default_rng(3).integers(0, 250, (CELLS, CELLS), dtype=np.uint8)
    options = {"driver": "COG", "blocksize": 256, "compress": "deflate"}
    shape = {"height": CELLS, "width": CELLS, "count": 1, "dtype": "uint8"}
    where = {"crs": "EPSG:4490", "transform": Affine(0.001, 0, 110, 0, -0.001, 42)}
    with rasterio.open(path, "w", nodata=255, **options, **shape, **where) as out:
        out.write(cells, 1)
    return cells


def test_a_window_of_a_cog(place: Place, tmp_path: Path) -> None:
    cells = cog(tmp_path / "a.tif")
    path = place.file(tmp_path / "a.tif")
    file = open_raster(path)
    window = Window(1000, 1100, 500, 600)
    np.testing.assert_array_equal(file.read(window), cells[1000:1100, 500:600])
    size = (tmp_path / "a.tif").stat().st_size
    assert place.counting.bytes < 0.2 * size
    assert not place.counting.whole
    assert not path.exists()


def test_zonal_blocks_and_tiles_of_a_cog(place: Place, tmp_path: Path) -> None:
    cells = cog(tmp_path / "a.tif")
    spec = describe_file(tmp_path / "a.tif", kind="raster", crs="EPSG:4490")
    publish(place.root, spec, tmp_path / "a.tif")
    other = make_mirror(place.url, tmp_path / "other")
    (tmp_path / "catalog.toml").write_text("")
    catalog = Catalog.open(tmp_path, other)
    layer = catalog.raster("a")
    with reader(layer) as read:
        got = read(Window(0, 256, 256, 512))
    np.testing.assert_array_equal(got, cells[:256, 256:512])
    found = extent(catalog, "a")
    assert found == pytest.approx((110, 42 - 2.048, 112.048, 42))
    local = Catalog.open(tmp_path).raster(str(tmp_path / "a.tif"))
    for zoom, row, column in ((6, 23, 51), (9, 191, 413)):
        where = zoom, row, column
        tiles = TILE_MATRIX_SETS[WEB_MERCATOR_QUAD.id]
        left = tile_values(layer, tiles, where, 256)
        np.testing.assert_array_equal(left, tile_values(local, tiles, where, 256))
    close_datasets()
    assert not catalog.place("a").exists()
    assert catalog.path("a").read_bytes() == (tmp_path / "a.tif").read_bytes()


def polygons(path: Path, rows: int = 4000) -> gpd.GeoDataFrame:
    """Write round polygons in row groups of 500."""
    places = shapely.points(*np.random.default_rng(2).uniform(30, 50, (2, rows)))
    shapes = shapely.buffer(places, 0.01, quad_segs=8)
    about = {"id": [f"p{row}" for row in range(rows)], "text": ["无用" * 20] * rows}
    frame = gpd.GeoDataFrame(about, geometry=shapes, crs="EPSG:4490")
    frame.to_parquet(path, row_group_size=500)
    return frame


def test_a_few_row_groups_of_geoparquet(place: Place, tmp_path: Path) -> None:
    frame = polygons(tmp_path / "a.parquet")
    path = place.file(tmp_path / "a.parquet")
    size = (tmp_path / "a.parquet").stat().st_size
    file = opening.open_parquet(path)
    table = file.read_row_groups([3], columns=["id", "geometry"])
    assert table["id"].to_pylist() == frame["id"].tolist()[1500:2000]
    assert table["geometry"][0].as_py() == frame.geometry.iloc[1500].wkb
    assert place.counting.bytes < 0.35 * size
    assert place.counting.requests <= 6


def test_chunks_of_geoparquet(place: Place, tmp_path: Path) -> None:
    polygons(tmp_path / "a.parquet")
    path = place.file(tmp_path / "a.parquet")
    here = list(PolygonFile(tmp_path / "a.parquet").chunks(700))
    there = list(PolygonFile(path).chunks(700))
    assert [one.ids for one in there] == [one.ids for one in here]
    assert all(a.wkb.equals(b.wkb) for a, b in zip(here, there, strict=True))
    assert not path.exists()


def test_a_tile_of_pmtiles(place: Place, tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    tiles = {(10, x, y): chance.bytes(900) for x in range(60) for y in range(60)}
    path = tmp_path / "a.pmtiles"
    with path.open("wb") as stream:
        writer = Writer(stream)
        for one in sorted(tiles, key=lambda key: zxy_to_tileid(*key)):
            writer.write_tile(zxy_to_tileid(*one), tiles[one])
        kinds = {"tile_type": TileType.MVT, "tile_compression": Compression.NONE}
        degrees = dict.fromkeys(
            ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"), 0
        )
        centre = dict.fromkeys(("center_zoom", "center_lon_e7", "center_lat_e7"), 0)
        zooms = {"min_zoom": 10, "max_zoom": 10}
        writer.finalize({**kinds, **degrees, **centre, **zooms}, {})
    size = path.stat().st_size
    with Archive(place.file(path)) as archive:
        for one in ((10, 0, 0), (10, 59, 59), (10, 30, 7)):
            assert archive.tile(*one) == tiles[one]
        assert archive.tile(10, 900, 900) is None
    assert place.counting.bytes < 0.2 * size


def test_a_small_file_is_fetched_once(place: Place, tmp_path: Path) -> None:
    frame = polygons(tmp_path / "a.parquet", rows=20)
    path = place.file(tmp_path / "a.parquet")
    for _ in range(2):
        assert len(PolygonFile(path)) == len(frame)
    assert place.counting.whole == ["a.parquet"]
    assert path.read_bytes() == (tmp_path / "a.parquet").read_bytes()


def test_the_hash_is_of_the_whole(place: Place, tmp_path: Path) -> None:
    polygons(tmp_path / "a.parquet")
    expected = hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()
    path = place.file(tmp_path / "a.parquet")
    assert content_sha256(path) == expected
    assert not path.exists()


def test_what_is_missing_is_refused(place: Place) -> None:
    place.file(Path(__file__))
    with pytest.raises(LayerReadError):
        Archive(place.root / "none.pmtiles")
    with pytest.raises(LayerReadError):
        open_raster(place.root / "none.tif")


def test_caches_are_no_part_of_a_store(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place.counting, "head", None, raising=False)
    with pytest.raises(LayerReadError):
        Archive(place.root / "cache" / "tiles" / "a.pmtiles")


def test_a_local_file_asks_nobody(tmp_path: Path) -> None:
    polygons(tmp_path / "a.parquet", rows=20)
    assert opening.open_parquet(tmp_path / "a.parquet").metadata.num_rows == 20
    assert isinstance(opening.open_parquet(tmp_path / "a.parquet"), pq.ParquetFile)
