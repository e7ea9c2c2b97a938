"""Every format handed out: read back by GDAL and by our own readers, areas equal."""

import csv
import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from geo.area import area
from geo.grid import Window
from layers.catalog import Catalog
from layers.downloads import (
    FORMATS,
    Telling,
    write_cells,
    write_features,
    write_original,
)
from layers.errors import LayerFormatError
from layers.loaded import RasterLayer, VectorLayer
from layers.models import Bilingual
from layers.readers.coordinate_tables import TableOptions, read_csv
from layers.readers.raster import open_raster
from layers.writers import write_cog

PART = Bilingual(zh="全部要素", en="All features")
TELLING = Telling("ecobarrier test", (PART,))
WHOLE = Window(0, 30, 0, 40)
READ_BY_US = ("geojson", "gpkg", "geoparquet", "fgb", "shp")
# GDAL as pyogrio bundles it has no Parquet driver.
BY_GDAL = ("geojson", "gpkg", "fgb", "shp", "kml", "csv")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.open(Path(__file__).parents[2] / "seeds")


@pytest.fixture(scope="module")
def redline(catalog: Catalog) -> VectorLayer:
    return catalog.vector("redline")


@pytest.fixture
def parcels(tmp_path: Path, files: Catalog) -> VectorLayer:
    """Three parcels in the plane of a Gauss-Krueger zone, with Chinese field names."""
    corners = [(36415000 + 900 * i, 4466000) for i in range(3)]
    shapes = [shapely.box(x, y, x + 777.7, y + 333.3) for x, y in corners]
    columns = {
        "生态保护红线类型": ["水源涵养", "防风固沙", None],
        "生态保护红线面积": [1.25, np.nan, 3.0],
        "DKMC": ["甲", "乙", "丙"],
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4524")
    path = tmp_path / "地块.gpkg"
    pyogrio.write_dataframe(frame, path)
    return files.vector(str(path))


def written(layer: VectorLayer, form: str, folder: Path, **more: object) -> Path:
    path = folder / f"out{FORMATS[form].suffix}"
    write_features(layer, None, path, form, telling=TELLING, **more)  # type: ignore[arg-type]
    return path


def gdal_path(path: Path) -> str:
    return f"/vsizip/{path}/{path.stem}.shp" if path.suffix == ".zip" else str(path)


@pytest.mark.parametrize("form", READ_BY_US)
def test_areas_are_equal_after_reading_again(
    files: Catalog, tmp_path: Path, redline: VectorLayer, form: str
) -> None:
    again = files.vector(str(written(redline, form, tmp_path))).features
    assert again.index.tolist() == redline.features.index.tolist()
    assert area(again.geometry).tolist() == pytest.approx(
        area(redline.features.geometry).tolist(), rel=1e-14
    )


@pytest.mark.parametrize("form", READ_BY_US)
def test_areas_of_projected_parcels_are_equal_too(
    files: Catalog, tmp_path: Path, parcels: VectorLayer, form: str
) -> None:
    again = files.vector(str(written(parcels, form, tmp_path)))
    if not FORMATS[form].degrees:
        assert again.spec.crs == parcels.spec.crs == "EPSG:4524"
        official = [
            area(gpd.GeoSeries(one.source_geometry), edges="official").tolist()
            for one in (again, parcels)
        ]
        assert official[0] == pytest.approx(official[1], rel=1e-12)
    assert area(again.features.geometry).tolist() == pytest.approx(
        area(parcels.features.geometry).tolist(), rel=1e-12
    )


@pytest.mark.parametrize("form", BY_GDAL)
def test_gdal_reads_every_vector_format(
    tmp_path: Path, redline: VectorLayer, form: str
) -> None:
    table = pyogrio.read_dataframe(gdal_path(written(redline, form, tmp_path)))
    assert len(table) == len(redline.features)
    named = "Name" if form == "kml" else "name_zh"
    assert set(table[named]) == set(redline.features["name_zh"])
    found = area(gpd.GeoSeries(table.geometry.set_crs(4490, allow_override=True)))
    expected = area(redline.features.geometry)
    assert sorted(found) == pytest.approx(sorted(expected), rel=1e-14)


def test_workbook_has_numbers_and_chinese(tmp_path: Path, parcels: VectorLayer) -> None:
    book = openpyxl.load_workbook(written(parcels, "xlsx", tmp_path))
    sheet, beside = book.worksheets
    heading, *rows = [[cell.value for cell in row] for row in sheet.rows]
    assert heading[:3] == ["id", "生态保护红线类型", "生态保护红线面积"]
    assert [row[2] for row in rows] == [1.25, None, 3]
    areas = [row[heading.index("area_m2")] for row in rows]
    expected = area(parcels.features.geometry).tolist()
    # Excel and its writers keep 16 digits of a number.
    assert areas == pytest.approx(expected, rel=1e-15)
    shapes = shapely.from_wkt([row[heading.index("WKT")] for row in rows])
    assert shapely.equals_identical(shapes, parcels.features.geometry.to_numpy()).all()
    said = [row[0].value for row in beside.rows]
    assert any("用户" in str(line) for line in said)


def test_workbook_never_holds_a_formula(tmp_path: Path, parcels: VectorLayer) -> None:
    evil = parcels.features.assign(name_zh="=1+1")
    layer = VectorLayer(
        parcels.spec, evil, parcels.source_geometry, parcels.change_m2, ()
    )
    sheet = openpyxl.load_workbook(written(layer, "xlsx", tmp_path)).worksheets[0]
    cells = [cell for row in sheet.rows for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"] * 3


def test_csv_never_holds_a_formula(tmp_path: Path, parcels: VectorLayer) -> None:
    evil = parcels.features.assign(name_zh="=1+1").rename(columns={"name_en": "@A1"})
    layer = VectorLayer(
        parcels.spec, evil, parcels.source_geometry, parcels.change_m2, ()
    )
    file = written(layer, "csv", tmp_path)
    heading, *rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert "'@A1" in heading
    assert [row[heading.index("name_zh")] for row in rows] == ["'=1+1"] * 3
    again = read_csv(file, TableOptions()).frame
    assert set(again["name_zh"]) == {"=1+1"}
    assert "@A1" in again.columns


def test_workbook_leaves_out_what_no_cell_holds(
    tmp_path: Path, redline: VectorLayer
) -> None:
    notes = write_features(redline, None, tmp_path / "a.xlsx", "xlsx", telling=TELLING)
    assert [note.code for note in notes] == ["shapes_left_out"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet.max_row == len(redline.features) + 1


def test_sqlpage_528_csv_has_the_mark(tmp_path: Path, redline: VectorLayer) -> None:
    content = written(redline, "csv", tmp_path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first = content.decode("utf-8-sig").splitlines()[:2]
    assert heading.endswith("layer_licence,layer_caution,WKT")
    assert redline.spec.version in first
    assert redline.spec.caution is not None
    assert redline.spec.caution.zh in first


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_mapshaper_669_chinese_field_names(
    files: Catalog, tmp_path: Path, parcels: VectorLayer, encoding: str
) -> None:
    path = written(parcels, "shp", tmp_path, encoding=encoding)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        table = archive.read("out.dbf")
        assert archive.read("out.cpg").decode() == encoding.upper()
        aliases = archive.read("FIELDS.csv").decode("utf-8-sig").splitlines()
        assert "状态" in archive.read("PROVENANCE.txt").decode("utf-8-sig")
    assert {"out.shp", "out.shx", "out.dbf", "out.prj", "out.cpg"} <= set(names)
    count = (int.from_bytes(table[8:10], "little") - 33) // 32
    fields = [table[32 * (1 + i) :][:11].split(b"\0")[0] for i in range(count)]
    decoded = [field.decode(encoding) for field in fields]
    assert [line.split(",")[0] for line in aliases[1:]] == decoded
    assert len(set(decoded)) == count
    assert "生态保护红线类型" in aliases[2]
    read = files.vector(str(path)).features
    assert read["name_zh"].tolist() == ["甲", "乙", "丙"]
    assert read[decoded[1]].tolist()[:2] == ["水源涵养", "防风固沙"]


def test_character_that_gbk_lacks(tmp_path: Path, parcels: VectorLayer) -> None:
    odd = parcels.features.assign(name_zh="𠮷林")
    layer = VectorLayer(
        parcels.spec, odd, parcels.source_geometry, parcels.change_m2, ()
    )
    with pytest.raises(LayerFormatError, match=r"𠮷.*utf-8"):
        written(layer, "shp", tmp_path, encoding="gbk")
    assert [one.name for one in tmp_path.glob("out*")] == []


def test_hard_15_mixed_kinds_become_a_file_each(
    tmp_path: Path, parcels: VectorLayer
) -> None:
    shapes = parcels.source_geometry.to_numpy().copy()
    point = shapely.Point(36415000, 4466000)
    shapes[0] = shapely.GeometryCollection([point, shapes[0]])
    shapes[1] = None
    mixed = gpd.GeoSeries(shapes, parcels.source_geometry.index, crs=4524)
    layer = VectorLayer(parcels.spec, parcels.features, mixed, parcels.change_m2, ())
    path = written(layer, "shp", tmp_path)
    counts = {
        kind: len(pyogrio.read_dataframe(f"/vsizip/{path}/out_{kind}.shp"))
        for kind in ("point", "polygon")
    }
    assert counts == {"point": 2, "polygon": 2}


@pytest.mark.parametrize("form", ["geojson", "gpkg", "geoparquet", "fgb", "kml"])
def test_provenance_is_inside(tmp_path: Path, redline: VectorLayer, form: str) -> None:
    path = written(redline, form, tmp_path)
    if form == "geojson":
        text = json.loads(path.read_text("utf-8"))["provenance"]
    elif form == "geoparquet":
        text = pq.read_schema(path).metadata[b"provenance"].decode()
    elif form == "kml":
        text = path.read_text("utf-8").split("<description>")[1]
    else:
        about = pyogrio.read_info(path)
        text = (about["dataset_metadata"] or about["layer_metadata"])["provenance"]
    spec = redline.spec
    assert spec.caution is not None
    for said in (
        "modelled",
        spec.caution.en,
        spec.provenance.source,
        spec.licence,
        spec.provenance.retrieved.isoformat(),
        spec.version,
        "精度",
        PART.zh,
    ):
        assert said in text, said


def test_part_of_a_layer(tmp_path: Path, redline: VectorLayer, files: Catalog) -> None:
    wanted = redline.features.index[[5, 2]].tolist()
    path = tmp_path / "a.gpkg"
    write_features(redline, wanted, path, "gpkg", telling=TELLING)
    assert files.vector(str(path)).features.index.tolist() == wanted


def test_kml_keeps_chinese_fields_apart(tmp_path: Path, parcels: VectorLayer) -> None:
    text = written(parcels, "kml", tmp_path).read_text("utf-8")
    assert "<displayName>生态保护红线类型</displayName>" in text
    table = pyogrio.read_dataframe(tmp_path / "out.kml")
    assert table["field_1"].dropna().tolist() == ["水源涵养", "防风固沙"]


def test_kml_survives_what_xml_forbids(tmp_path: Path, parcels: VectorLayer) -> None:
    odd = parcels.features.assign(name_zh="a\x00b<&]]>\x0b")
    layer = VectorLayer(
        parcels.spec, odd, parcels.source_geometry, parcels.change_m2, ()
    )
    table = pyogrio.read_dataframe(written(layer, "kml", tmp_path))
    assert table["Name"].tolist() == ["ab<&]]>"] * 3


@pytest.fixture
def raster(tmp_path: Path, redline: VectorLayer) -> RasterLayer:
    cells = np.arange(1200, dtype=np.int16).reshape(30, 40)
    cells[0, 0] = -32768
    path = tmp_path / "cells.tif"
    to = Affine(0.1, 0, 108, 0, -0.1, 42)
    write_cog(cells, path, transform=to, crs="EPSG:4326", nodata=-32768)
    return RasterLayer(redline.spec, open_raster(path))


def test_cog_window(tmp_path: Path, raster: RasterLayer) -> None:
    out = tmp_path / "out.tif"
    write_cells(raster, (108.55, 41.22, 109.05, 41.48), out, telling=TELLING)
    with rasterio.open(out) as window, rasterio.open(raster.file.path) as whole:
        assert window.nodata == whole.nodata
        assert "modelled" in window.tags()["PROVENANCE"]
        assert window.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (window.read(1) == whole.read(1)[5:8, 5:11]).all()
        x, y = window.xy(0, 0)
        assert next(whole.sample([(x, y)]))[0] == window.read(1)[0, 0]


def test_whole_cog(tmp_path: Path, raster: RasterLayer) -> None:
    write_cells(raster, None, tmp_path / "out.tif", telling=TELLING)
    with rasterio.open(tmp_path / "out.tif") as copy:
        assert (copy.read(1) == raster.read(WHOLE).filled(-32768)).all()


def test_window_beside_the_raster(tmp_path: Path, raster: RasterLayer) -> None:
    with pytest.raises(LayerFormatError, match="bbox"):
        write_cells(raster, (0, 0, 1, 1), tmp_path / "out.tif", telling=TELLING)


def test_window_that_is_too_large(
    tmp_path: Path, raster: RasterLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.downloads.MAX_CELLS", 1199)
    with pytest.raises(LayerFormatError, match="1200"):
        write_cells(raster, None, tmp_path / "out.tif", telling=TELLING)


def test_hard_13_original_keeps_heights(tmp_path: Path, files: Catalog) -> None:
    solid = shapely.from_wkt("POLYGON Z ((107 40 9, 108 40 9, 108 41 9, 107 40 9))")
    path = tmp_path / "high.fgb"
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=[solid], crs=4490), path)
    layer = files.vector(str(path))
    write_original(layer.spec, path, tmp_path / "out.zip", telling=TELLING)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("high.fgb") == path.read_bytes()
        assert layer.spec.sha256 in archive.read("PROVENANCE.txt").decode("utf-8-sig")
    assert not written(layer, "gpkg", tmp_path).name.endswith("fgb")
    assert not pyogrio.read_dataframe(tmp_path / "out.gpkg").has_z.any()
