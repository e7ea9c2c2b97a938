"""Zipped shapefiles: names in GBK, folders, several, hostile ones."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.readers import zipped

Make = Callable[..., Path]


def pack(shapefile: Path, names: list[str], *, name: str = "送审.zip") -> Path:
    """Pack the parts under each of the names, deflated."""
    path = shapefile.parent.parent / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside in names:
            for part in sorted(shapefile.parent.glob(f"{shapefile.stem}.*")):
                archive.write(part, inside + part.suffix)
    return path


@pytest.fixture
def shapefile(gbk_shapefile: Make) -> Path:
    path = gbk_shapefile()
    folder = path.parent / "parts"
    folder.mkdir()
    for part in path.parent.glob("红线.*"):
        part.rename(folder / part.name)
    return folder / path.name


@pytest.mark.parametrize("inside", ["红线", "成果/红线", "../../红线", "/红线"])
def test_one_shapefile(files: Catalog, shapefile: Path, inside: str) -> None:
    path = pack(shapefile, [inside])
    before = sorted(path.parent.rglob("*"))
    layer = files.vector(str(path))
    assert layer.features["name_zh"].tolist() == ["磴口光伏治沙一期"]
    assert layer.spec.title.zh == "送审"
    assert sorted(path.parent.rglob("*")) == before


def test_names_in_the_senders_code_page(files: Catalog, shapefile: Path) -> None:
    path = pack(shapefile, ["ab"])
    gbk = "红".encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"ab.", gbk + b"."))
    assert len(files.vector(f"{path}:红").features) == 1


def test_several_shapefiles(files: Catalog, shapefile: Path) -> None:
    path = pack(shapefile, ["甲", "b/乙"])
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "layer_choose"
    assert len(files.vector(f"{path}:乙").features) == 1
    with pytest.raises(LayerReadError) as refused:
        files.vector(f"{path}:丙")
    assert refused.value.code == "layer_part_unknown"


def test_no_shapefile(files: Catalog, shapefile: Path) -> None:
    shapefile.unlink()
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(pack(shapefile, ["a"])))
    assert refused.value.code == "zip_without_shapefile"


def test_too_large(
    files: Catalog, shapefile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(pack(shapefile, ["a"])))
    assert refused.value.code == "zip_too_large"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_truncated(files: Catalog, shapefile: Path, share: float) -> None:
    path = pack(shapefile, ["a"])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(LayerReadError, match=r"送审\.zip"):
        files.vector(str(path))


@pytest.mark.parametrize("at", range(30, 400, 23))
def test_overwritten_bytes(files: Catalog, shapefile: Path, at: int) -> None:
    path = pack(shapefile, ["a"])
    content = bytearray(path.read_bytes())
    content[at : at + 12] = b"\xff" * 12
    path.write_bytes(bytes(content))
    try:
        layer = files.vector(str(path))
    except LayerReadError:
        return
    assert len(layer.features) == 1
