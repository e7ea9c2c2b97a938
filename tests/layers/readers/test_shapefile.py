"""Shapefiles as they come: GBK, parts missing, cut off, mislabelled."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from geo.errors import CRSError
from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.loaded import VectorLayer

Make = Callable[..., Path]
DENGKOU = "磴口光伏治沙一期"

ESRI_ZONE_36 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_'
    'System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",36500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
PARCEL = shapely.box(36415000, 4466000, 36416000, 4466500)


def codes(layer: VectorLayer) -> list[str]:
    return [note.code for note in layer.notes]


def listing(path: Path) -> list[tuple[str, int]]:
    return sorted((one.name, one.stat().st_mtime_ns) for one in path.parent.iterdir())


@pytest.mark.parametrize(
    ("drop", "cpg", "language_byte", "code"),
    [
        ((), None, None, "shapefile_encoding_cpg"),
        ((), "936", None, "shapefile_encoding_cpg"),
        ((".cpg",), None, 0x4D, "shapefile_encoding_ldid"),
        ((".cpg",), None, 0x57, "shapefile_encoding_trial"),
        ((".cpg",), None, 0x00, "shapefile_encoding_trial"),
        ((".cpg",), "UTF-8", 0x00, "shapefile_encoding_trial"),
        ((".cpg",), "UTF-8", 0x4D, "shapefile_encoding_ldid"),
        ((".cpg",), "ISO-8859-1", 0x57, "shapefile_encoding_trial"),
        ((".cpg",), "nonsense", 0x00, "shapefile_encoding_trial"),
        ((".cpg",), "", 0x00, "shapefile_encoding_trial"),
    ],
)
def test_gbk_is_read_whatever_the_label_pyogrio_380(
    files: Catalog,
    gbk_shapefile: Make,
    drop: tuple[str, ...],
    cpg: str | None,
    language_byte: int | None,
    code: str,
) -> None:
    path = gbk_shapefile(drop=drop, cpg=cpg, language_byte=language_byte)
    layer = files.vector(str(path))
    assert layer.features["名称"].tolist() == [DENGKOU]
    assert layer.features["name_zh"].tolist() == [DENGKOU]
    assert code in codes(layer)
    wrong = bool(cpg) and code != "shapefile_encoding_cpg"
    assert ("shapefile_cpg_wrong" in codes(layer)) == wrong


def test_utf8_without_label(files: Catalog, gbk_shapefile: Make) -> None:
    layer = files.vector(str(gbk_shapefile(encoding="utf-8", language_byte=0)))
    assert layer.features["name_zh"].tolist() == [DENGKOU]
    note = next(n for n in layer.notes if n.code == "shapefile_encoding_trial")
    assert note.details["encoding"] == "utf-8"
    assert note.details["sample"]


def test_western_text_stays_western(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile(names=("磴磴",), encoding="gbk", cpg="ISO-8859-1")
    dbf = path.with_suffix(".dbf")
    content = dbf.read_bytes().replace("名称".encode("gbk"), b"NAME")
    dbf.write_bytes(content.replace("磴磴".encode("gbk"), "gelé".encode("latin-1")))
    layer = files.vector(str(path))
    assert layer.features["name_zh"].tolist() == ["gelé"]
    assert "shapefile_encoding_cpg" in codes(layer)


def test_utf8_and_gbk_in_one_file(files: Catalog, gbk_shapefile: Make) -> None:
    boxes = (shapely.box(107, 40, 108, 41), shapely.box(109, 40, 110, 41))
    path = gbk_shapefile(shapes=boxes, names=(DENGKOU, "磴口" * 4), language_byte=0)
    dbf = path.with_suffix(".dbf")
    content = dbf.read_bytes()
    first, other = DENGKOU.encode("gbk"), "阿拉善".encode()
    dbf.write_bytes(content.replace(first, other.ljust(len(first)), 1))
    layer = files.vector(str(path))
    assert layer.features["name_zh"].tolist() == ["阿拉善", "磴口" * 4]
    assert "shapefile_encoding_mixed" in codes(layer)


def test_stated_encoding(files: Catalog, gbk_shapefile: Make) -> None:
    path = str(gbk_shapefile())
    assert files.vector(path, encoding="GBK").features["name_zh"].iloc[0] == DENGKOU
    with pytest.raises(LayerReadError) as refused:
        files.vector(path, encoding="utf-8")
    assert refused.value.code == "encoding_wrong"
    with pytest.raises(LayerReadError):
        files.vector(path, encoding="no such")


def test_plain_text_needs_no_note(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile(names=("Dengkou",))
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("名称".encode("gbk"), b"NAME"))
    layer = files.vector(str(path))
    assert layer.notes == ()
    assert layer.features["name_zh"].tolist() == ["Dengkou"]


def test_name_cut_in_a_character_mapshaper_669(files: Catalog, tmp_path: Path) -> None:
    """geopandas#1417: geopandas cannot read back what it has just written."""
    path = tmp_path / "a.shp"
    columns = {"生态保护红线类型": ["水源涵养"], "生态保护红线面积": [1.5]}
    frame = gpd.GeoDataFrame(
        columns, geometry=[shapely.box(107, 40, 108, 41)], crs=4490
    )
    with pytest.warns(RuntimeWarning):
        pyogrio.write_dataframe(frame, path, encoding="utf-8")
    layer = files.vector(str(path))
    texts = [one for one in layer.features.columns if one.startswith("生态")]
    assert texts == ["生态保", "生态_1"]
    assert layer.features[texts[0]].tolist() == ["水源涵养"]


def test_missing_shx_is_rebuilt_elsewhere(files: Catalog, gbk_shapefile: Make) -> None:
    boxes = (shapely.box(107, 40, 108, 41), shapely.box(109, 40, 110, 41))
    path = gbk_shapefile(drop=(".shx",), shapes=boxes, names=("甲", "乙"))
    before = listing(path)
    layer = files.vector(str(path))
    assert "shapefile_shx_rebuilt" in codes(layer)
    assert layer.features["name_zh"].tolist() == ["甲", "乙"]
    assert [one.bounds for one in layer.source_geometry] == [
        one.bounds for one in boxes
    ]
    assert listing(path) == before


def test_reading_writes_nothing(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile()
    before = listing(path)
    files.vector(str(path))
    assert listing(path) == before


def test_parts_in_mixed_case(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile()
    path.with_suffix(".dbf").rename(path.with_suffix(".Dbf"))
    path.with_suffix(".prj").rename(path.with_suffix(".PRJ"))
    layer = files.vector(str(path))
    assert layer.features["name_zh"].tolist() == [DENGKOU]
    assert layer.spec.crs == "EPSG:4490"


def test_missing_dbf(files: Catalog, gbk_shapefile: Make) -> None:
    layer = files.vector(str(gbk_shapefile(drop=(".dbf", ".cpg"))))
    assert codes(layer) == ["shapefile_dbf_missing"]
    assert layer.features["name_zh"].tolist() == [None]


def test_missing_prj_offers_zones(files: Catalog, gbk_shapefile: Make) -> None:
    path = str(gbk_shapefile(crs=None, shapes=(PARCEL,)))
    with pytest.raises(CRSError) as refused:
        files.vector(path)
    assert refused.value.code == "crs_missing_candidates"
    assert refused.value.details["candidates"] == "EPSG:4524"
    assert files.vector(path, crs="EPSG:4524").spec.crs == "EPSG:4524"


def test_missing_prj_without_zone_prefix(files: Catalog, gbk_shapefile: Make) -> None:
    """An easting without zone number falls into several zones: all are named."""
    bare = shapely.box(415000, 4466000, 416000, 4466500)
    with pytest.raises(CRSError) as refused:
        files.vector(str(gbk_shapefile(crs=None, shapes=(bare,))))
    offered = str(refused.value.details["candidates"]).split(", ")
    meridians = {CRS(code).to_cf()["longitude_of_central_meridian"] for code in offered}
    assert {102, 105, 108, 111} <= meridians


def test_missing_prj_with_degrees(files: Catalog, gbk_shapefile: Make) -> None:
    with pytest.raises(CRSError) as refused:
        files.vector(str(gbk_shapefile(crs=None)))
    assert refused.value.details["candidates"] == "EPSG:4490"


def test_missing_prj_far_from_the_region(files: Catalog, gbk_shapefile: Make) -> None:
    with pytest.raises(CRSError) as refused:
        files.vector(str(gbk_shapefile(crs=None, shapes=(shapely.box(1, 2, 3, 4),))))
    assert refused.value.code == "crs_missing"


def test_unreadable_prj(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile(crs=None)
    path.with_suffix(".prj").write_text("no WKT", encoding="ascii")
    with pytest.raises(CRSError):
        files.vector(str(path))
    layer = files.vector(str(path), crs="EPSG:4490")
    assert "shapefile_prj_unreadable" in codes(layer)


def test_gauss_krueger_in_esri_words_proj4js_333(
    files: Catalog, gbk_shapefile: Make
) -> None:
    path = gbk_shapefile(crs=None, shapes=(PARCEL,))
    path.with_suffix(".prj").write_text(ESRI_ZONE_36, encoding="ascii")
    layer = files.vector(str(path))
    assert "crs_transformed" in codes(layer)
    same = files.vector(str(path), crs="EPSG:4524")
    assert same.features.geometry.iloc[0].equals(layer.features.geometry.iloc[0])
    assert same.spec.crs == layer.spec.crs
    oracle = gpd.GeoSeries([PARCEL], crs=4524).to_crs(4490).total_bounds
    assert layer.features.total_bounds == pytest.approx(oracle, abs=1e-9)
    with pytest.raises(CRSError, match="not EPSG:4525"):
        files.vector(str(path), crs="EPSG:4525")


def test_xian_1980_is_refused(files: Catalog, gbk_shapefile: Make) -> None:
    with pytest.raises(CRSError) as refused:
        files.vector(str(gbk_shapefile(crs="EPSG:2360", shapes=(PARCEL,))))
    assert refused.value.code == "crs_datum_unsafe"


@pytest.mark.parametrize("suffix", [".shp", ".dbf"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_cut_off_part(
    files: Catalog, gbk_shapefile: Make, suffix: str, share: float
) -> None:
    path = gbk_shapefile()
    part = path.with_suffix(suffix)
    content = part.read_bytes()
    part.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code in ("layer_truncated", "layer_unreadable")
    assert part.name in str(refused.value)


def test_damaged_record_length(files: Catalog, gbk_shapefile: Make) -> None:
    path = gbk_shapefile(drop=(".shx",))
    content = bytearray(path.read_bytes())
    content[104:108] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(content))
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "layer_truncated"


def test_parts_of_two_files(files: Catalog, gbk_shapefile: Make) -> None:
    boxes = (shapely.box(107, 40, 108, 41), shapely.box(109, 40, 110, 41))
    two = gbk_shapefile(shapes=boxes, names=("甲", "乙"))
    kept = two.with_suffix(".dbf").read_bytes()
    one = gbk_shapefile()
    one.with_suffix(".dbf").write_bytes(kept)
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(one))
    assert refused.value.code == "shapefile_parts_differ"


def test_version_covers_all_parts(files: Catalog, gbk_shapefile: Make) -> None:
    before = files.vector(str(gbk_shapefile())).spec.version
    assert files.vector(str(gbk_shapefile(names=("别名",)))).spec.version != before
