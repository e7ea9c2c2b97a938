"""The seeds are as their catalogue says, and each way of lying is found."""

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.files import content_sha256
from layers.verify import verify

Change = Callable[[Path], None]


@pytest.fixture
def copy(seeds: Path, tmp_path: Path) -> Path:
    """Enough of the seeds to break: two folders, the catalogue cut to them."""
    folder = tmp_path / "seeds"
    for name in ("tianditu", "koeppen", "LICENSES"):
        shutil.copytree(seeds / name, folder / name)
    text = (seeds / "catalog.toml").read_text(encoding="utf-8")
    head, *entries = text.split("[[layer]]")
    kept = [
        one
        for one in entries
        if 'path = "tianditu/' in one or 'path = "koeppen/' in one
    ]
    (folder / "catalog.toml").write_text("[[layer]]".join([head, *kept]), "utf-8")
    return folder


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "catalog.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def rebuild(
    folder: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
) -> None:
    """Change the leagues and catalogue the new content."""
    path = folder / "tianditu/leagues.parquet"
    before = content_sha256(path)
    change(gpd.read_parquet(path)).to_parquet(path)
    rewrite(folder, before, content_sha256(path))


def test_seeds_are_whole(seeds: Path) -> None:
    assert [str(one.text) for one in verify(seeds)] == []


def test_copy_is_whole(copy: Path) -> None:
    assert verify(copy) == []


def swap_file(folder: Path) -> None:
    shutil.copy(
        folder / "tianditu/banners.parquet", folder / "tianditu/leagues.parquet"
    )


def drop_row(folder: Path) -> None:
    rebuild(folder, lambda frame: frame.iloc[1:])


def spoil_shape(folder: Path) -> None:
    bow = shapely.Polygon([(110, 41), (112, 43), (112, 41), (110, 43)])

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry([bow, *frame.geometry.iloc[1:]], crs=frame.crs)

    rebuild(folder, change)


def repeat_id(folder: Path) -> None:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(id="1501")

    rebuild(folder, change)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (swap_file, {"catalog_sha256", "catalog_rows_differ"}),
        (drop_row, {"catalog_rows_differ", "catalog_union_differs"}),
        (spoil_shape, {"catalog_invalid_geometry"}),
        (repeat_id, {"feature_ids_repeated"}),
        (
            lambda folder: rebuild(folder, lambda frame: frame.to_crs(4326)),
            {"catalog_crs_differs"},
        ),
        (
            lambda folder: rebuild(
                folder, lambda frame: frame.set_geometry(frame.boundary)
            ),
            {"catalog_geometry_differs", "catalog_union_differs"},
        ),
        (
            lambda folder: (folder / "tianditu/leagues.parquet").unlink(),
            {"layer_file_missing"},
        ),
        (
            lambda folder: (folder / "tianditu/leagues.parquet").write_bytes(b"PAR1"),
            {"catalog_sha256", "layer_unreadable"},
        ),
        (
            lambda folder: (folder / "koeppen/extra.tif").write_bytes(b""),
            {"catalog_unlisted"},
        ),
        (lambda folder: (folder / "note.txt").write_text(""), {"catalog_unlisted"}),
        (
            lambda folder: (folder / "LICENSES/MIT.txt").unlink(),
            {"catalog_licence_missing"},
        ),
        (
            lambda folder: rewrite(folder, '"MIT"', '"(MIT OR No-Such-1.0)"'),
            {"catalog_licence_missing"},
        ),
        (
            lambda folder: rewrite(folder, 'crs = "EPSG:4326"', 'crs = "EPSG:4524"'),
            {"catalog_crs_differs"},
        ),
        (
            lambda folder: rewrite(folder, "rows", "no_such_field"),
            {"catalog_entry_wrong"},
        ),
    ],
)
def test_each_lie_is_found(copy: Path, change: Change, codes: set[str]) -> None:
    change(copy)
    findings = verify(copy)
    assert {one.note.code for one in findings} == codes
    for one in findings:
        assert one.text.zh
        assert one.as_dict()["code"] == one.note.code
