"""The reader of PMTiles against the reference library's writer and reader."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.errors import LayerReadError
from layers.pmtiles import (
    DIRECTORIES_KEPT,
    Archive,
    Header,
    parse_directory,
    plain_tile,
    tile_id,
)

MakeArchive = Callable[[dict[tuple[int, int, int], bytes]], Path]


@pytest.fixture
def archive(tmp_path: Path) -> MakeArchive:
    """Write an archive with the reference library."""

    def make(tiles: dict[tuple[int, int, int], bytes]) -> Path:
        path = tmp_path / "made.pmtiles"
        with path.open("wb") as stream:
            writer = Writer(stream)
            for place in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
                writer.write_tile(zxy_to_tileid(*place), tiles[place])
            zooms = [zoom for zoom, _, _ in tiles]
            header = {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_zoom": min(zooms),
                "max_zoom": max(zooms),
                "min_lon_e7": 971000000,
                "min_lat_e7": 374000000,
                "max_lon_e7": 1261000000,
                "max_lat_e7": 533000000,
                "center_zoom": 0,
                "center_lon_e7": 0,
                "center_lat_e7": 0,
            }
            writer.finalize(header, {"name": "测试"})
        return path

    return make


def many() -> dict[tuple[int, int, int], bytes]:
    """Tiles enough for leaf directories, with runs of equal ones and with holes."""
    random = np.random.default_rng(7)
    return {
        (8, x, y): b"sea" if x < 40 else random.bytes(int(random.integers(9, 300)))
        for x in range(256)
        for y in range(256)
        if (x + y) % 7
    }


@given(
    zoom=st.integers(0, 26), at=st.tuples(st.floats(0, 0.9999), st.floats(0, 0.9999))
)
def test_tile_id_equals_the_reference(zoom: int, at: tuple[float, float]) -> None:
    x, y = (int(part * (1 << zoom)) for part in at)
    assert tile_id(zoom, x, y) == zxy_to_tileid(zoom, x, y)


def test_reads_what_the_reference_library_wrote(archive: MakeArchive) -> None:
    tiles = many()
    with Archive(archive(tiles)) as made:
        assert made.header.leaves_length > 0
        for x in range(0, 256, 3):
            for y in range(256):
                assert made.tile(8, x, y) == tiles.get((8, x, y))
        assert len(made._leaves) <= DIRECTORIES_KEPT
        assert made.metadata == {"name": "测试"}
        header = made.header
    corners = header.west, header.south, header.east, header.north
    assert corners == pytest.approx((97.1, 37.4, 126.1, 53.3))


def test_zooms_beyond_the_archive_have_no_tiles(archive: MakeArchive) -> None:
    with Archive(archive({(3, 1, 1): b"a", (4, 2, 2): b"b"})) as made:
        assert made.tile(2, 0, 0) is None
        assert made.tile(5, 4, 4) is None
        assert made.tile(4, 2, 2) == b"b"


@pytest.mark.parametrize("kept", [0, 5, 126, 127, 200, 0.5, 0.99])
def test_cut_off_archive_is_refused(archive: MakeArchive, kept: float) -> None:
    path = archive(many())
    content = path.read_bytes()
    size = int(kept * len(content)) if kept < 1 else int(kept)
    path.write_bytes(content[:size])
    with pytest.raises(LayerReadError) as refused:
        Archive(path)
    assert refused.value.code == "tiles_damaged"


def test_archive_cut_off_while_it_is_open_is_an_error(archive: MakeArchive) -> None:
    path = archive(many())
    with Archive(path) as made:
        with path.open("r+b") as stream:
            stream.truncate(made.header.data_offset)
        with pytest.raises(LayerReadError):
            made.tile(8, 100, 100)


@pytest.mark.parametrize("name", ["other", "root", "leaf"])
def test_damaged_bytes_are_refused(archive: MakeArchive, name: str) -> None:
    path = archive(many())
    content = bytearray(path.read_bytes())
    header = Header.parse(bytes(content))
    at = {"other": 0, "root": header.root_offset, "leaf": header.leaves_offset}[name]
    length = header.leaves_length if name == "leaf" else 20
    content[at : at + length] = b"\xff" * length
    path.write_bytes(content)
    with pytest.raises(LayerReadError), Archive(path) as made:
        made.tile(8, 100, 100)


def test_missing_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerReadError):
        Archive(tmp_path / "none.pmtiles")


@given(block=st.binary(max_size=200))
def test_no_directory_crashes_the_reader(block: bytes) -> None:
    try:
        parse_directory(block)
    except ValueError:
        return


def test_plain_tile_unpacks() -> None:
    assert plain_tile(gzip.compress(b"tile")) == b"tile"
    assert plain_tile(b"tile") == b"tile"
    with pytest.raises(LayerReadError):
        plain_tile(gzip.compress(b"tile")[:-6])
