"""GeoTIFF: north-up, full resolution, and nothing counted that is no value."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning

from geo.errors import CoordinateError, CRSError
from geo.grid import Window
from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.loaded import RasterLayer

Write = Callable[..., Path]
NORTH_UP = Affine(0.5, 0, 105, 0, -0.5, 42)
VALUES = np.arange(12, dtype="float32").reshape(3, 4)


@pytest.fixture
def tif(tmp_path: Path) -> Write:
    def write(
        values: np.ndarray = VALUES,
        *,
        transform: Affine | None = NORTH_UP,
        crs: str | None = "EPSG:4490",
        nodata: float | None = None,
        tags: tuple[tuple[str, Any], ...] = (),
        name: str = "植被.tif",
        **options: object,
    ) -> Path:
        stack = values if values.ndim == 3 else values[None]
        path = tmp_path / name
        profile = {"transform": transform} if transform is not None else {}
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=stack.shape[0],
            height=stack.shape[1],
            width=stack.shape[2],
            dtype=values.dtype.name,
            crs=crs,
            nodata=nodata,
            **profile,
            **options,
        ) as dataset:
            dataset.write(stack)
            for key, value in tags:
                setattr(dataset, key, value)
        return path

    return write


def whole(layer: RasterLayer) -> np.ma.MaskedArray:
    return layer.read(Window(0, layer.grid.height, 0, layer.grid.width))


def codes(layer: RasterLayer) -> list[str]:
    return [note.code for note in layer.notes]


def test_north_up(files: Catalog, tif: Write) -> None:
    layer = files.raster(str(tif()))
    grid = layer.grid
    assert (grid.height, grid.width) == (3, 4)
    assert (grid.x0, grid.y0, grid.dx, grid.dy) == (105, 42, 0.5, 0.5)
    assert grid.crs.to_epsg() == 4490
    assert layer.notes == ()
    assert (layer.spec.kind, layer.spec.status, layer.spec.crs) == (
        "raster",
        "user",
        "EPSG:4490",
    )
    values = whole(layer)
    assert values.dtype == np.float32
    assert not np.ma.getmaskarray(values).any()
    assert values.tolist() == VALUES.tolist()


@pytest.mark.parametrize(
    "window",
    [Window(0, 3, 0, 4), Window(1, 2, 1, 3), Window(2, 3, 0, 1), Window(0, 1, 3, 4)],
)
def test_south_up_reads_the_same_rasterstats_98(
    files: Catalog, tif: Write, window: Window
) -> None:
    north = files.raster(str(tif()))
    rising = Affine(0.5, 0, 105, 0, 0.5, 40.5)
    south = files.raster(str(tif(VALUES[::-1], transform=rising, name="south.tif")))
    assert south.grid == north.grid
    assert codes(south) == ["raster_flipped"]
    assert south.read(window).tolist() == north.read(window).tolist()
    assert south.read(window).shape == window.shape


@pytest.mark.parametrize(
    ("transform", "code"),
    [
        (NORTH_UP @ Affine.rotation(10), "raster_rotated"),
        (NORTH_UP @ Affine.shear(10), "raster_rotated"),
        (NORTH_UP @ Affine.rotation(90), "raster_rotated"),
        (Affine(-0.5, 0, 107, 0, -0.5, 42), "raster_mirrored"),
    ],
)
def test_turned_grids_are_refused(
    files: Catalog, tif: Write, transform: Affine, code: str
) -> None:
    with pytest.raises(LayerReadError) as refused:
        files.raster(str(tif(transform=transform)))
    assert refused.value.code == code
    assert "植被.tif" in str(refused.value)


def test_no_place_on_earth(files: Catalog, tif: Write) -> None:
    with pytest.warns(NotGeoreferencedWarning):
        path = tif(transform=None, crs=None)
    with pytest.raises(LayerReadError) as refused:
        files.raster(str(path))
    assert refused.value.code == "raster_not_placed"


def test_size_of_cells_without_a_place(files: Catalog, tif: Write) -> None:
    """A damaged tie point (TIFF tag 33922): GDAL then begins at 0, 0 and only warns."""
    path = tif()
    content = path.read_bytes()
    tag, unknown = (code.to_bytes(2, "little") for code in (33922, 33921))
    assert content.count(tag) == 1
    path.write_bytes(content.replace(tag, unknown))
    with pytest.raises(LayerReadError) as refused:
        files.raster(str(path))
    assert refused.value.code == "raster_not_placed"


def test_no_crs(files: Catalog, tif: Write) -> None:
    path = str(tif(crs=None))
    with pytest.raises(CRSError) as refused:
        files.raster(path)
    assert refused.value.code == "crs_missing"
    assert files.raster(path, crs="EPSG:4490").grid.crs.to_epsg() == 4490
    with pytest.raises(CRSError, match="not EPSG:4526"):
        files.raster(str(tif()), crs="EPSG:4526")


def test_unsafe_datum(files: Catalog, tif: Write) -> None:
    with pytest.raises(CRSError) as refused:
        files.raster(str(tif(crs="EPSG:4610")))
    assert refused.value.code == "crs_datum_unsafe"


def test_metres_declared_as_degrees(files: Catalog, tif: Write) -> None:
    with pytest.raises(CoordinateError):
        files.raster(str(tif(transform=Affine(500, 0, 415000, 0, -500, 4466000))))


def test_projected_grid(files: Catalog, tif: Write) -> None:
    metres = Affine(500, 0, 36415000, 0, -500, 4466000)
    layer = files.raster(str(tif(transform=metres, crs="EPSG:4524")))
    assert layer.spec.crs == "EPSG:4524"
    assert layer.grid.bounds == (36415000, 4464500, 36417000, 4466000)


@pytest.mark.parametrize(
    ("dtype", "sentinel"),
    [
        ("float32", -9999),
        ("float64", -9999),
        ("int16", -9999),
        ("int16", -32768),
        ("int16", 32767),
        ("uint16", 65535),
        ("int32", -2147483648),
        ("float32", -3.4028234663852886e38),
        ("float32", -3.40282306e38),
        ("float32", 9.969209968386869e36),
        ("float64", -1.7976931348623157e308),
        ("float32", -99999),
        ("float32", -999),
    ],
)
def test_undeclared_nodata_is_refused_geowrangler_163(
    files: Catalog, tif: Write, dtype: str, sentinel: float
) -> None:
    values = VALUES.astype(dtype)
    values[1, 2:] = sentinel
    path = str(tif(values))
    with pytest.raises(LayerReadError) as refused:
        files.raster(path)
    assert refused.value.code == "raster_nodata_undeclared"
    assert refused.value.details["share"] == "16.7%"
    stated = float(str(refused.value.details["value"]))
    masked = whole(files.raster(path, nodata=stated))
    assert np.ma.getmaskarray(masked).sum() == 2
    kept = whole(files.raster(path, nodata=math.nan))
    assert not np.ma.getmaskarray(kept).any()


def test_declared_nodata_and_nan_are_masked(files: Catalog, tif: Write) -> None:
    values = VALUES.copy()
    values[0, 0], values[2, 3] = -9999, np.nan
    layer = files.raster(str(tif(values, nodata=-9999)))
    assert layer.nodata == -9999
    mask = np.ma.getmaskarray(whole(layer))
    assert np.argwhere(mask).tolist() == [[0, 0], [2, 3]]


def test_stated_nodata_beside_another(files: Catalog, tif: Write) -> None:
    values = VALUES.copy()
    values[0, 0] = -9999
    layer = files.raster(str(tif(values, nodata=-9999)), nodata=11)
    assert codes(layer) == ["raster_nodata_both"]
    mask = np.ma.getmaskarray(whole(layer))
    assert np.argwhere(mask).tolist() == [[0, 0], [2, 3]]


def test_class_raster_needs_no_nodata(files: Catalog, tif: Write) -> None:
    values = np.array([[1, 2], [17, 0]], dtype="uint8")
    assert files.raster(str(tif(values))).notes == ()
    values[0, 0] = 255
    assert codes(files.raster(str(tif(values)))) == ["raster_value_doubtful"]


def test_all_cells_without_value(files: Catalog, tif: Write) -> None:
    values = np.full((3, 4), -9999, dtype="float32")
    masked = whole(files.raster(str(tif(values, nodata=-9999))))
    assert np.ma.getmaskarray(masked).all()


def test_scale_and_offset(files: Catalog, tif: Write) -> None:
    values = np.array([[0, 100], [5000, -3000]], dtype="int16")
    path = tif(values, nodata=-3000, tags=(("scales", (0.0001,)), ("offsets", (2.0,))))
    masked = whole(files.raster(str(path)))
    assert masked.dtype == np.float64
    assert masked[0].tolist() == [2.0, pytest.approx(2.01)]
    assert masked[1].tolist() == [2.5, None]


def test_never_from_overviews(files: Catalog, tif: Write) -> None:
    values = np.random.default_rng(1).random((512, 512)).astype("float32")
    path = tif(values, transform=Affine(0.01, 0, 105, 0, -0.01, 42))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], Resampling.average)
    window = Window(3, 500, 7, 411)
    read = files.raster(str(path)).read(window)
    assert (read.data == values[3:500, 7:411]).all()


def test_mask_of_the_file_counts(files: Catalog, tif: Write) -> None:
    values = VALUES.astype("int16")
    values[0, 0] = -9999
    path = tif(values)
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "r+") as dataset,
    ):
        dataset.write_mask(values != -9999)
    mask = np.ma.getmaskarray(whole(files.raster(str(path))))
    assert np.argwhere(mask).tolist() == [[0, 0]]


def test_several_bands(files: Catalog, tif: Write) -> None:
    path = str(tif(np.stack([VALUES, VALUES + 50])))
    with pytest.raises(LayerReadError) as refused:
        files.raster(path)
    assert refused.value.code == "raster_choose_band"
    assert whole(files.raster(path, band=2))[0, 0] == 50
    with pytest.raises(LayerReadError):
        files.raster(path, band=3)


def test_window_outside(files: Catalog, tif: Write) -> None:
    layer = files.raster(str(tif()))
    for window in (Window(0, 4, 0, 1), Window(-1, 1, 0, 1), Window(0, 1, 2, 5)):
        with pytest.raises(ValueError, match="not inside"):
            layer.read(window)


def test_empty_window(files: Catalog, tif: Write) -> None:
    layer = files.raster(str(tif()))
    assert layer.read(Window(1, 1, 0, 4)).shape == (0, 4)
    assert layer.read(Window(2, 2, 3, 3)).shape == (0, 0)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_truncated(files: Catalog, tif: Write, share: float) -> None:
    values = np.random.default_rng(1).random((300, 300)).astype("float32")
    path = tif(values, compress="deflate", nodata=-9999)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    def read() -> None:
        whole(files.raster(str(path)))

    with pytest.raises(LayerReadError) as refused:
        read()
    assert "植被.tif" in str(refused.value)


def test_gone_after_opening(files: Catalog, tif: Write) -> None:
    path = tif()
    layer = files.raster(str(path))
    path.unlink()
    with pytest.raises(LayerReadError):
        whole(layer)


def test_reading_writes_nothing(files: Catalog, tif: Write) -> None:
    path = tif()
    whole(files.raster(str(path)))
    assert [one.name for one in path.parent.iterdir()] == [path.name]
