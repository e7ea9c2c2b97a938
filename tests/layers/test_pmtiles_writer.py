"""The writer of PMTiles, read back by the reference library and by our reader."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, deserialize_directory, tileid_to_zxy

from layers.pmtiles import Archive, tile_id
from layers.pmtiles_writer import (
    Contents,
    Entry,
    directories,
    pack_directory,
    write_archive,
)

BOX = (97.0, 37.0, 126.5, 53.5)
ABOUT = Contents(BOX, 0, 3, {"name": "高程", "attribution": "made in code"})


def tiles() -> dict[tuple[int, int, int], bytes]:
    """All tiles of four zooms but some; runs of equal ones, and equal ones apart."""
    return {
        (z, x, y): b"same" if (x + y) % 3 else b"%d/%d/%d" % (z, x, y)
        for z in range(4)
        for x in range(1 << z)
        for y in range(1 << z)
        if (z, x, y) != (3, 2, 5)
    }


def write(path: Path) -> Path:
    ordered = sorted((tile_id(*place), one) for place, one in tiles().items())
    assert write_archive(iter(ordered), path, ABOUT) == len(tiles())
    return path


def test_reference_library_reads_every_tile(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pmtiles")
    with path.open("rb") as stream:
        read = MmapSource(stream)
        assert dict(all_tiles(read)) == tiles()
        reader = Reader(read)
        header = reader.header()
        assert reader.metadata() == dict(ABOUT.metadata)
        assert reader.get(3, 2, 5) is None
    assert header["tile_type"] is TileType.PNG
    assert header["tile_compression"] is Compression.NONE
    assert (header["min_lon_e7"], header["max_lat_e7"]) == (970000000, 535000000)
    assert header["addressed_tiles_count"] == len(tiles())
    assert header["tile_contents_count"] == len(set(tiles().values()))
    assert header["tile_entries_count"] < len(tiles())
    assert header["clustered"]


def test_own_reader_reads_every_tile_and_bytes_are_the_same_again(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.pmtiles")
    with Archive(path) as archive:
        found = {place: archive.tile(*place) for place in tiles()}
        assert archive.tile(3, 2, 5) is None
    assert found == tiles()
    assert write(tmp_path / "b.pmtiles").read_bytes() == path.read_bytes()


def test_each_content_is_there_once(tmp_path: Path) -> None:
    content = write(tmp_path / "a.pmtiles").read_bytes()
    assert content.count(b"same") == 1


@pytest.mark.parametrize("root_bytes", [200, 10_000])
def test_directory_too_long_for_the_root_gets_leaves(root_bytes: int) -> None:
    entries = [Entry(7 * n, 1 + n % 3, 90 + n % 50, 1000 * n) for n in range(20_000)]
    root, leaves = directories(entries, root_bytes)
    assert len(root) <= root_bytes
    first = deserialize_directory(root)
    assert all(one.run_length == 0 for one in first)
    found = [
        Entry(one.tile_id, one.run_length, one.length, one.offset)
        for leaf in first
        for one in deserialize_directory(
            leaves[leaf.offset : leaf.offset + leaf.length]
        )
    ]
    assert found == entries


def test_short_directory_has_no_leaves() -> None:
    assert directories([Entry(5, 1, 10, 0)], 1000)[1] == b""


@given(st.lists(st.tuples(*[st.integers(1, 2**40)] * 4), max_size=30))
def test_any_directory_is_read_back(rows: list[tuple[int, ...]]) -> None:
    entries = [Entry(*one) for one in sorted(rows)]
    found = deserialize_directory(pack_directory(entries))
    assert [(one.tile_id, one.run_length, one.length, one.offset) for one in found] == [
        tuple(one) for one in entries
    ]


def test_directories_carry_no_time() -> None:
    assert gzip.compress(b"", mtime=0)[4:8] == pack_directory([])[4:8] == bytes(4)


def test_numbers_of_tiles_are_the_reference_librarys() -> None:
    assert {tileid_to_zxy(tile_id(*place)) for place in tiles()} == set(tiles())
