"""Damaged files of every format: a layer or a reasoned refusal, never anything else.

A few run always, 20,000 with the mark ``slow``.
"""

import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from geo.errors import EcobarrierError
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region

Make = Callable[[Path], list[Path]]

FEW, MANY = 60, 20_000
MOST_S = 10.0
# Beyond what Python and the libraries hold before, 0.3 GB.
MOST_KB = 2_700_000

RING = "106.5,40.3,0 106.6,40.3,0 106.6,40.4,0 106.5,40.4,0 106.5,40.3,0"
TEXTS = {
    "a.txt": "[地块坐标]\n4,0.05,DK1,管护房,面,,管护,,@\nJ1,1,4466000,36373000\n"
    "J2,1,4466000,36373020\nJ3,1,4466025,36373020\n",
    "b.txt": "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=36\n"
    "[地块坐标]\n8,48.9914,DK001,甲,面,K48G,光伏,0404,@\n"
    "J1,1,4466000,36415000\nJ2,1,4466500,36415000\nJ3,1,4466500,36416000\n"
    "J4,1,4466000,36416000\nJ5,2,4466100,36415200\nJ6,2,4466100,36415300\n"
    "J7,2,4466200,36415300\nJ8,2,4466200,36415200\n",
    "a.geojson": '{"type":"FeatureCollection","features":[{"type":"Feature","id":7,'
    '"properties":{"名称":"甲","n":1},"geometry":{"type":"Polygon","coordinates":'
    "[[[106.5,40.3],[106.6,40.3],[106.6,40.4],[106.5,40.4],[106.5,40.3]]]}}]}",
    "a.csv": "地块,点号,X,Y\nA,1,4466000,36373000\nA,2,4466000,36373020\n"
    "A,3,4466025,36373020\n",
    "a.dat": "1,,36373000,4466000,1\n2,,36373020,4466000,1\n3,,36373020,4466025,1\n",
    "a.kml": "<kml><Document><Placemark><name>甲</name><Polygon><outerBoundaryIs>"
    f"<LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon></Placemark></Document></kml>",
    "a.geojsonl": '{"type":"Feature","properties":{"a":1},"geometry":'
    '{"type":"Point","coordinates":[106.5,40.3]}}\n',
    "a.dxf": "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n0\nENDSEC\n0\nSECTION\n"
    "2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n3\n70\n1\n10\n36373000.0\n20\n4466000.0\n"
    "10\n36373020.0\n20\n4466000.0\n10\n36373020.0\n20\n4466025.0\n0\nENDSEC\n0\nEOF\n",
}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Damage a file: mostly gently, so that many still say something, some roughly."""
    damaged = bytearray(content)
    if chance.random() < 0.7:
        for _ in range(chance.randint(1, 3)):
            chance.choice(GENTLE)(damaged, chance)
        return bytes(damaged)
    for _ in range(chance.randint(1, 3)):
        chance.choice(ROUGH)(damaged, chance)
    return bytes(damaged)


def swap_digit(damaged: bytearray, chance: random.Random) -> None:
    """Replace one digit of a text by another."""
    digits = [i for i, byte in enumerate(damaged[:20_000]) if 48 <= byte <= 57]
    if digits:
        damaged[chance.choice(digits)] = chance.randrange(48, 58)


def change_separator(damaged: bytearray, chance: random.Random) -> None:
    """Make of one comma, blank, tab or line end another."""
    marks = [i for i, byte in enumerate(damaged[:20_000]) if byte in b", \t\r\n;"]
    if marks:
        damaged[chance.choice(marks)] = chance.choice(b", \t\r\n;")


def repeat_line(damaged: bytearray, chance: random.Random) -> None:
    """Write one line, or what lies between two blanks, twice: a vertex repeated."""
    mark = chance.choice((b"\n", b" ", b"],"))
    pieces = bytes(damaged).split(mark)
    if 2 < len(pieces) < 5_000:
        at = chance.randrange(len(pieces))
        pieces.insert(at, pieces[at])
        damaged[:] = mark.join(pieces)


def flip_late_bit(damaged: bytearray, chance: random.Random) -> None:
    """Flip one bit of the second half, where the data are."""
    if damaged:
        at = chance.randrange(len(damaged) // 2, len(damaged))
        damaged[at] ^= 1 << chance.randrange(8)


def change_byte(damaged: bytearray, chance: random.Random) -> None:
    """Overwrite one byte."""
    if damaged:
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)


def cut_off(damaged: bytearray, chance: random.Random) -> None:
    """Lose the end."""
    del damaged[chance.randrange(len(damaged) + 1) :]


def overwrite(damaged: bytearray, chance: random.Random) -> None:
    """Write noise over a stretch."""
    at, size = chance.randrange(len(damaged) + 1), chance.choice((2, 8, 64))
    damaged[at : at + size] = chance.randbytes(size)


def repeat(damaged: bytearray, chance: random.Random) -> None:
    """Write a stretch twice."""
    at, size = chance.randrange(len(damaged) + 1), chance.choice((8, 64, 512))
    damaged[at:at] = damaged[at : at + size]


def insert(damaged: bytearray, chance: random.Random) -> None:
    """Put something strange in between."""
    at = chance.randrange(len(damaged) + 1)
    damaged[at:at] = chance.choice((b"\0", b"-", b"1e308", b"nan", b",", b"\xff\xfe"))


GENTLE = (swap_digit, swap_digit, change_separator, repeat_line, flip_late_bit)
ROUGH = (change_byte, cut_off, overwrite, repeat, insert)


def inputs(folder: Path, count: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(20_261_125)  # noqa: S311
    samples = [
        (name, text.encode(code))
        for name, text in TEXTS.items()
        for code in ("utf-8", "gb18030")
    ]
    samples += [(one.name, one.read_bytes()) for one in sorted(folder.iterdir())]
    for number in range(count):
        name, content = samples[number % len(samples)]
        if name.endswith(".nc") and number % 10:
            # Each takes a process of its own.
            name, content = samples[number // 10 % len(TEXTS)]
        yield name, mutated(content, chance)


def rasters(place: Path) -> None:
    """Write GeoTIFF and both kinds of NetCDF."""
    import netCDF4
    import numpy as np
    import rasterio
    from affine import Affine

    values = np.arange(64, dtype="int16").reshape(8, 8)
    grid = {"transform": Affine(0.5, 0, 105, 0, -0.5, 42), "crs": "EPSG:4490"}
    shape = {"height": 8, "width": 8, "count": 1, "dtype": "int16"}
    with rasterio.open(place / "a.tif", "w", driver="GTiff", **shape, **grid) as out:
        out.write(values, 1)
    forms: dict[str, Literal["NETCDF4", "NETCDF3_CLASSIC"]] = {
        "a.nc": "NETCDF4",
        "b.nc": "NETCDF3_CLASSIC",
    }
    for name, form in forms.items():
        with netCDF4.Dataset(place / name, "w", format=form) as data:
            axes = {"lat": ("degrees_north", 38), "lon": ("degrees_east", 105)}
            for axis, (unit, first) in axes.items():
                data.createDimension(axis, 8)
                steps = data.createVariable(axis, "f8", (axis,))
                steps.units, steps[:] = unit, first + 0.5 * np.arange(8)
            cells = data.createVariable("v", "i2", ("lat", "lon"))
            cells.grid_mapping, cells[:] = "crs", values
            mapping = data.createVariable("crs", "i4")
            mapping.grid_mapping_name = "latitude_longitude"
            mapping.semi_major_axis = 6378137.0
            mapping.inverse_flattening = 298.257222101
            mapping.geographic_crs_name = "China Geodetic Coordinate System 2000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Binary formats, as GDAL and openpyxl write them."""
    import geopandas as gpd
    import openpyxl
    import pyogrio
    import shapely

    place = tmp_path_factory.mktemp("samples")
    box = [shapely.box(106.5, 40.3, 106.6, 40.4)]
    frame = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=box, crs="EPSG:4490")
    for suffix in (".gpkg", ".fgb"):
        pyogrio.write_dataframe(frame, place / f"a{suffix}")
    pyogrio.write_dataframe(frame, place / "a.shz", driver="ESRI Shapefile")
    (place / "a.shz").rename(place / "a.zip")
    frame.to_parquet(place / "a.parquet")
    frame.to_file(place / "a.geojson")
    rasters(place)
    book = openpyxl.Workbook()
    corners = [(4466000, 36373000), (4466000, 36373020), (4466025, 36373020)]
    rows = [["A", i, *corner] for i, corner in enumerate(corners, start=1)]
    for row in [["地块", "点号", "X", "Y"], *rows]:
        book.worksheets[0].append(row)
    book.save(place / "a.xlsx")
    return place


def peak_kb() -> int:
    """Answer the most memory this process has held since the peak was set back."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_layer_or_a_reason(
    folder: Path, tmp_path: Path, region: Region, count: int
) -> None:
    if count == MANY:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_KB * 4096, MOST_KB * 4096))
    outcomes = {"layer": 0, "refused": 0}
    # What other tests in this process took before is not ours: 5 sets the peak back to
    # what is held now (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    held_kb = peak_kb()
    for number, (name, content) in enumerate(inputs(folder, count)):
        path = tmp_path / name
        path.write_bytes(content)
        began = time.process_time()
        try:
            report = import_files(
                [path], ImportOptions(id="mine"), tmp_path / "work", region
            )
        except EcobarrierError as error:
            outcomes["refused"] += 1
            told = bool(error.text.zh and error.text.en)
        except BaseException as error:
            (tmp_path / f"found-{number}-{name}").write_bytes(content)
            raise AssertionError(f"{name} {number}: {error!r}") from error
        else:
            outcomes["layer"] += 1
            told = report.rows > 0 or report.raster is not None
        assert told
        assert time.process_time() - began < MOST_S, (name, number)
    assert peak_kb() - held_kb < MOST_KB
    assert outcomes["layer"] > count / 5, outcomes
    print(outcomes)  # noqa: T201
