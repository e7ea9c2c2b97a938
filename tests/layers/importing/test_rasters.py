"""Rasters brought in: the same areas come out, and nothing is guessed.

The oracle of the areas is the same computation on the source itself, and for single
cells the closed form of the ellipsoid.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import netCDF4
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from geo.errors import CoordinateError, CRSError
from geo.grid import Window
from geo.zonal import zonal
from layers.catalog import Catalog
from layers.errors import LayerReadError, LayerWriteError
from layers.exporting import export_raster
from layers.importing.report import ImportReport
from layers.loaded import RasterLayer

Bring = Callable[..., ImportReport]

NORTH_UP = Affine(0.5, 0, 105, 0, -0.5, 42)
SOUTH_UP = Affine(0.5, 0, 105, 0, 0.5, 40)
CLASSES = np.array([[1, 2, 2, 3], [1, 1, 2, 3], [0, 1, 3, 3], [0, 0, 1, 2]], "uint8")
HEIGHTS = np.linspace(900.0, 1600.0, 16, dtype="float32").reshape(4, 4)
ZONE = gpd.GeoSeries(
    [shapely.Polygon([(105.1, 40.2), (106.8, 40.4), (106.6, 41.7), (105.3, 41.9)])],
    index=["a"],
    crs="EPSG:4490",
)


def tif(folder: Path, values: np.ndarray, **more: Any) -> Path:
    path = folder / str(more.pop("name", "地表.tif"))
    colours, tags = more.pop("colours", None), more.pop("tags", {})
    stack = values if values.ndim == 3 else values[None]
    profile = {"crs": "EPSG:4490", "transform": NORTH_UP, **more}
    with rasterio.open(
        path, "w", driver="GTiff", count=len(stack), height=stack.shape[1],
        width=stack.shape[2], dtype=values.dtype.name, **profile,
    ) as out:  # fmt: skip
        out.write(stack)
        if colours:
            out.write_colormap(1, colours)
        for key, value in tags.items():
            setattr(out, key, value)
    return path


def netcdf(folder: Path, **more: Any) -> Path:
    """Write rows from the south, as most programs of the climate field do."""
    path = folder / "植被.nc"
    axes = {"lat": np.arange(40.25, 42, 0.5), "lon": np.arange(105.25, 107, 0.5)}
    axes |= more.get("axes", {})
    names = {"lat": "latitude", "lon": "longitude"}
    units = {"lat": "degrees_north", "lon": "degrees_east"}
    if more.get("plane"):
        axes = {
            "y": 4_466_000 + 100.0 * np.arange(4),
            "x": 415e3 + 100.0 * np.arange(4),
        }
        names = {"y": "projection_y_coordinate", "x": "projection_x_coordinate"}
        units = {"y": "m", "x": "m"}
    with netCDF4.Dataset(path, "w", format=more.get("form", "NETCDF4")) as out:
        for key, values in axes.items():
            out.createDimension(key, len(values))
            axis = out.createVariable(key, "f8", (key,))
            axis.units, axis.standard_name = units[key], names[key]
            axis[:] = values
        for name in more.get("variables", ["ndvi"]):
            dims = more.get("dims", tuple(axes))
            cells = out.createVariable(name, "i2", dims, fill_value=-999)
            cells.set_auto_maskandscale(False)
            cells.scale_factor, cells.units = 0.01, "1"
            shape = tuple(len(axes[one]) for one in dims)
            cells[:] = np.arange(math.prod(shape), dtype="i2").reshape(shape)
            cells[0, 0] = -999
            if "crs" in more:
                cells.grid_mapping = "crs"
        if "crs" in more:
            mapping = out.createVariable("crs", "i4")
            mapping.setncatts(CRS.from_user_input(more["crs"]).to_cf())
    return path


@pytest.fixture
def kept(workspace: Path) -> Callable[[], RasterLayer]:
    def call() -> RasterLayer:
        seeds = Path(__file__).parents[3] / "seeds"
        return Catalog.open(seeds, workspace).raster("mine")

    return call


def areas(layer: RasterLayer) -> list[tuple[Any, ...]]:
    classes = zonal(ZONE, layer.grid, layer.read).classes
    return list(classes.itertuples(index=False, name=None))


def source_of(path: Path, **options: Any) -> RasterLayer:
    seeds = Path(__file__).parents[3] / "seeds"
    return Catalog.open(seeds).raster(str(path), **options)


def cells(layer: RasterLayer) -> list[list[float | None]]:
    grid = layer.grid
    rows: list[list[float | None]] = layer.read(
        Window(0, grid.height, 0, grid.width)
    ).tolist()
    return rows


def codes_of(report: ImportReport) -> dict[str, str]:
    return {one["what"]: one["code"] for one in report.decisions}


@pytest.mark.parametrize("transform", [NORTH_UP, SOUTH_UP], ids=["north", "south"])
def test_areas_of_classes_are_those_of_the_source(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer], transform: Affine
) -> None:
    values = CLASSES if transform is NORTH_UP else CLASSES[::-1]
    path = tif(tmp_path, values, transform=transform, nodata=0)
    report = bring(path)
    layer, source = kept(), source_of(path)
    assert areas(layer) == areas(source)
    assert layer.grid == source.grid
    assert cells(layer) == cells(source)
    assert cells(layer) == [[one or None for one in row] for row in CLASSES.tolist()]
    assert report.kind == "raster"
    assert report.raster is not None
    assert report.raster.classes == {"1": 5, "2": 4, "3": 4}
    assert report.raster.without_value == 3
    codes = codes_of(report)
    assert codes["values"] == "decision_values_few"
    assert codes["nodata"] == "decision_nodata_declared"
    flipped = "raster_flipped" in {one["code"] for one in report.notes}
    assert flipped == (transform is SOUTH_UP)


def test_quantities(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    path = tif(tmp_path, HEIGHTS, tags={"units": ("m",)}, nodata=-9999)
    report = bring(path)
    layer = kept()
    before = zonal(ZONE, *((one := source_of(path)).grid, one.read)).statistics
    after = zonal(ZONE, layer.grid, layer.read).statistics
    assert after.equals(before)
    assert layer.spec.unit == "m"
    assert [value for value, _ in layer.spec.style.ramp][::4] == [900.0, 1600.0]
    assert report.raster is not None
    assert (report.raster.minimum, report.raster.maximum) == (900.0, 1600.0)
    assert codes_of(report)["units"] == "decision_unit_file"


def test_scale_and_offset_are_kept(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    numbers = np.arange(16, dtype="int16").reshape(4, 4)
    tags = {"scales": (0.1,), "offsets": (5.0,)}
    report = bring(tif(tmp_path, numbers, tags=tags))
    assert np.allclose(kept().read(Window(0, 4, 0, 4)), numbers * 0.1 + 5.0)
    assert report.raster is not None
    assert report.raster.maximum == 6.5
    assert codes_of(report)["values"] == "decision_values_many"


def test_colour_table_becomes_classes(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    colours = {1: (255, 0, 0, 255), 2: (0, 128, 0, 255), 3: (0, 0, 255, 255)}
    report = bring(tif(tmp_path, CLASSES, nodata=0, colours=colours))
    found = {one.value: one.colour for one in kept().spec.classes}
    assert found == {1: "#ff0000", 2: "#008000", 3: "#0000ff"}
    assert codes_of(report)["values"] == "decision_values_table"


def test_values_as_stated(bring: Bring, tmp_path: Path) -> None:
    path = tif(tmp_path, CLASSES, nodata=0)
    assert codes_of(bring(path, values="quantity", unit="m"))["units"] == (
        "decision_unit_stated"
    )
    halves = tif(tmp_path, HEIGHTS, name="b.tif")
    with pytest.raises(LayerReadError, match="不能作为类别"):
        bring(halves, values="classes")


def test_nodata_as_stated_and_never_guessed(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    """geowrangler#163: -9999 undeclared made a mean of -2492."""
    values = HEIGHTS.copy()
    values[1, 1] = -9999
    path = tif(tmp_path, values)
    with pytest.raises(LayerReadError) as refusal:
        bring(path)
    assert refusal.value.code == "raster_nodata_undeclared"
    report = bring(path, nodata=-9999)
    assert report.raster is not None
    assert report.raster.minimum == 900.0
    assert kept().read(Window(1, 2, 1, 2)).count() == 0
    # As a measurement, it is kept as one, and read again as one.
    bring(path, nodata=float("nan"))
    assert kept().read(Window(1, 2, 1, 2)).tolist() == [[-9999.0]]


def test_mask_without_a_value_for_it(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    """All 256 values of a byte are in use, and a mask says which cells have none."""
    values = np.arange(256, dtype="uint8").reshape(16, 16)
    path = tif(tmp_path, values)
    with rasterio.open(path, "r+") as out:
        out.write_mask(values != 7)
    report = bring(path)
    assert "raster_no_value_free" in {one["code"] for one in report.notes}
    flat = [one for row in cells(kept()) for one in row]
    assert flat == [None if one == 7 else one for one in range(256)]


def test_infinite_values_are_no_data(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    values = HEIGHTS.copy()
    values[0, 0], values[3, 3] = np.inf, np.nan
    report = bring(tif(tmp_path, values, nodata=-1))
    assert report.faults == {"not_finite": 1}
    assert kept().read(Window(0, 4, 0, 4)).count() == 14


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("more", "code", "kind"),
    [
        ({"transform": Affine(0.5, 0.2, 105, 0.2, -0.5, 42)}, "raster_rotated", None),
        ({"transform": Affine(-0.5, 0, 107, 0, -0.5, 42)}, "raster_mirrored", None),
        ({"crs": None}, "crs_missing", CRSError),
        ({"crs": None, "transform": Affine.identity()}, "raster_not_placed", None),
        ({"transform": Affine.identity()}, "raster_not_placed", None),
        ({"crs": "EPSG:4610"}, "crs_datum_unsafe", CRSError),
        (
            {"transform": Affine(100, 0, 415e3, 0, -100, 4466e3)},
            "coordinates_metres",
            CoordinateError,
        ),
        (
            {"transform": Affine(0.5, 0, 40, 0, -0.5, 112)},
            "coordinates_swapped",
            CoordinateError,
        ),
    ],
)
def test_refused_with_a_reason(
    bring: Bring, tmp_path: Path, more: Any, code: str, kind: type[Exception] | None
) -> None:
    with pytest.raises(kind or LayerReadError) as refusal:
        bring(tif(tmp_path, HEIGHTS, **more))
    assert getattr(refusal.value, "code", None) == code


def test_crs_as_stated_overrules(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    place = Affine(100, 0, 415e3, 0, -100, 4466e3)
    path = tif(tmp_path, HEIGHTS, crs=None, transform=place)
    report = bring(path, crs="CGCS2000 3-degree zone 36")
    assert report.crs == "EPSG:4545"
    assert codes_of(report)["prefix"] == "decision_prefix_absent"
    again = bring(tif(tmp_path, HEIGHTS, crs="EPSG:4546", transform=place), crs="4545")
    assert again.crs == "EPSG:4545"
    assert kept().grid.crs == CRS.from_epsg(4545)


def test_easting_of_another_zone_is_refused(bring: Bring, tmp_path: Path) -> None:
    place = Affine(100, 0, 38_415e3, 0, -100, 4466e3)
    with pytest.raises(CoordinateError) as refusal:
        bring(tif(tmp_path, HEIGHTS, crs="EPSG:4524", transform=place))
    assert refusal.value.code == "coordinates_wrong_zone"


def test_band_is_asked(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    path = tif(tmp_path, np.stack([HEIGHTS, HEIGHTS + 1]))
    with pytest.raises(LayerReadError) as refusal:
        bring(path)
    assert refusal.value.code == "raster_choose_band"
    report = bring(path, band=2)
    assert cells(kept()) == (HEIGHTS + 1).tolist()
    decided = next(one for one in report.decisions if one["what"] == "band")
    assert (decided["value"], decided["alternatives"]) == ("2", ["1"])


def test_windows_are_put_together(
    bring: Bring,
    tmp_path: Path,
    kept: Callable[[], RasterLayer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("layers.importing.raster_cells._CELLS", 1)
    values = np.arange(700 * 300, dtype="int32").reshape(700, 300)
    place = Affine(0.001, 0, 105, 0, 0.001, 40)
    bring(tif(tmp_path, values, transform=place, nodata=5))
    found = kept().read(Window(0, 700, 0, 300))
    assert (found.data[::-1] == values)[values != 5].all()
    assert found.count() == 700 * 300 - 1


def test_no_value_at_all_is_refused(bring: Bring, tmp_path: Path) -> None:
    with pytest.raises(LayerReadError) as refusal:
        bring(tif(tmp_path, np.zeros((4, 4), "uint8"), nodata=0))
    assert refusal.value.code == "raster_nothing_inside"


def test_one_raster_at_a_time(bring: Bring, tmp_path: Path) -> None:
    path = tif(tmp_path, HEIGHTS)
    with pytest.raises(LayerReadError) as refusal:
        bring(path, path)
    assert refusal.value.code == "import_raster_alone"


def test_same_again_is_the_same_version(bring: Bring, tmp_path: Path) -> None:
    path = tif(tmp_path, HEIGHTS)
    first, again = bring(path), bring(path)
    assert (first.version, first.unchanged, again.unchanged) == (
        again.version,
        False,
        True,
    )
    assert bring(path, unit="m").version != first.version


def test_restricted(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    bring(tif(tmp_path, HEIGHTS), secrecy="内部")
    spec = kept().spec
    assert spec.restricted
    assert spec.caution is not None
    assert "内部" in spec.caution.zh


def test_export_gives_the_cells_back(
    bring: Bring, tmp_path: Path, workspace: Path, kept: Callable[[], RasterLayer]
) -> None:
    bring(tif(tmp_path, HEIGHTS))
    seeds = Path(__file__).parents[3] / "seeds"
    export_raster(Catalog.open(seeds, workspace).path("mine"), tmp_path / "out.tif")
    assert cells(source_of(tmp_path / "out.tif")) == HEIGHTS.tolist()
    assert areas(source_of(tmp_path / "out.tif")) == areas(kept())
    with pytest.raises(LayerWriteError):
        export_raster(tmp_path / "out.tif", tmp_path / "out.nc")


@pytest.mark.parametrize(
    ("form", "order"),
    [("NETCDF4", 1), ("NETCDF3_CLASSIC", -1), ("NETCDF3_64BIT_OFFSET", 1)],
)
def test_netcdf(
    bring: Bring,
    tmp_path: Path,
    kept: Callable[[], RasterLayer],
    form: str,
    order: int,
) -> None:
    axes = {"lat": np.arange(40.25, 42, 0.5)[::order]}
    report = bring(netcdf(tmp_path, form=form, axes=axes), crs="EPSG:4490")
    wanted = np.arange(16).reshape(4, 4)[::-order] * 0.01
    found = kept().read(Window(0, 4, 0, 4))
    assert np.allclose(found.compressed(), wanted[~np.ma.getmaskarray(found)])
    assert found.count() == 15
    assert np.ma.getmaskarray(found)[-1 if order == 1 else 0, 0]
    assert kept().grid.bounds == (105.0, 40.0, 107.0, 42.0)
    assert codes_of(report)["part"] == "decision_variable"
    assert codes_of(report)["units"] == "decision_unit_file"
    assert report.files[0].name == "植被.nc"


@pytest.mark.filterwarnings("ignore:You will likely lose:UserWarning")
def test_netcdf_with_a_grid_mapping(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer]
) -> None:
    report = bring(netcdf(tmp_path, plane=True, crs="EPSG:4545"))
    assert report.crs == "EPSG:4545"
    assert kept().grid.bounds == (414_950.0, 4_465_950.0, 415_350.0, 4_466_350.0)


@pytest.mark.parametrize(
    ("more", "options", "code"),
    [
        ({}, {}, "crs_missing"),
        ({"variables": ["ndvi", "evi"]}, {"crs": "EPSG:4490"}, "layer_choose"),
        (
            {"variables": ["ndvi", "evi"]},
            {"crs": "EPSG:4490", "part": "lai"},
            "layer_part_unknown",
        ),
        (
            {"axes": {"lat": np.array([40.0, 40.5, 41.7, 42])}},
            {"crs": "EPSG:4490"},
            "netcdf_axes_irregular",
        ),
        ({"dims": ("lon", "lat")}, {"crs": "EPSG:4490"}, "coordinates_swapped"),
    ],
    ids=["no crs", "two variables", "unknown variable", "irregular", "lon first"],
)
def test_netcdf_refused_with_a_reason(
    bring: Bring, tmp_path: Path, more: Any, options: Any, code: str
) -> None:
    with pytest.raises((LayerReadError, CRSError, CoordinateError)) as refusal:
        bring(netcdf(tmp_path, **more), **options)
    assert getattr(refusal.value, "code", None) == code


def test_netcdf_variable_as_stated(bring: Bring, tmp_path: Path) -> None:
    path = netcdf(tmp_path, variables=["ndvi", "evi"])
    assert bring(path, crs="EPSG:4490", part="evi").raster is not None


def test_what_is_no_raster_is_refused(bring: Bring, tmp_path: Path) -> None:
    for name in ("a.tif", "a.nc"):
        (tmp_path / name).write_bytes(b"hello")
        with pytest.raises(LayerReadError) as refusal:
            bring(tmp_path / name)
        assert refusal.value.code == "layer_wrong_content"


def test_netcdf_with_its_header_twice(bring: Bring, tmp_path: Path) -> None:
    """The format's library dies of it (segmentation fault), but nobody else does."""
    path = netcdf(tmp_path, form="NETCDF3_CLASSIC")
    content = path.read_bytes()
    path.write_bytes(content[:12] + content)
    with pytest.raises(LayerReadError) as refusal:
        bring(path, crs="EPSG:4490")
    assert refusal.value.code == "layer_unreadable"
