"""GeoPackage, FlatGeobuf and GeoParquet: which layer, what is damaged."""

import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pandas.testing import assert_series_equal

from geo.errors import CRSError, EcobarrierError
from layers.catalog import Catalog
from layers.errors import LayerReadError

Write = Callable[[gpd.GeoDataFrame, Path], None]


def to_parquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path)


def by_gdal(frame: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path)


WRITERS: dict[str, Write] = {
    ".gpkg": by_gdal,
    ".fgb": by_gdal,
    ".parquet": to_parquet,
    ".shp": by_gdal,
}


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    boxes = [shapely.box(x, 40, x + 1, 41) for x in (105, 107, 109)]
    columns = {"adcode": [150100, 150200, 150300], "name": ["甲", "乙", "丙"]}
    return gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:4490")


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_is_written_is_read(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    path = tmp_path / f"盟市{suffix}"
    WRITERS[suffix](frame, path)
    layer = files.vector(str(path))
    read = layer.features.sort_index()
    assert read.index.tolist() == ["150100", "150200", "150300"]
    assert read["name_zh"].tolist() == ["甲", "乙", "丙"]
    assert [
        a.equals(b) for a, b in zip(read.geometry, frame.geometry, strict=True)
    ] == [True] * 3
    assert layer.spec.crs == "EPSG:4490"
    assert (layer.spec.rows, layer.spec.geometry) == (3, "polygon")
    assert (layer.spec.status, layer.spec.licence) == ("user", "not stated")
    assert layer.spec.accuracy_m is None
    zero = pd.Series(0.0, layer.features.index, name="change_m2")
    assert_series_equal(layer.change_m2, zero)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("share", [0.01, 0.4, 0.8, 0.99])
def test_truncated(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str, share: float
) -> None:
    path = tmp_path / f"a{suffix}"
    WRITERS[suffix](frame, path)
    content = path.read_bytes()
    path.write_bytes(content[: max(int(len(content) * share), 1)])
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert path.name in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("at", range(16, 2000, 97))
def test_overwritten_bytes_are_no_traceback(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str, at: int
) -> None:
    path = tmp_path / f"a{suffix}"
    WRITERS[suffix](frame, path)
    content = bytearray(path.read_bytes())
    content[at : at + 24] = b"\xff" * 24
    path.write_bytes(bytes(content))
    try:
        layer = files.vector(str(path))
    except EcobarrierError:
        return
    assert layer.features.geometry.is_valid.all()


@pytest.mark.parametrize("suffix", [*WRITERS, ".geojson", ".tif"])
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 64])
def test_other_content(
    files: Catalog, tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(LayerReadError) as refused:
        files.layer(str(path))
    assert path.name in str(refused.value)


def test_driver_is_not_chosen_by_content(files: Catalog, tmp_path: Path) -> None:
    """GDAL would follow a virtual format to any other file, whatever the suffix."""
    secret = tmp_path / "other.csv"
    secret.write_text("WKT\nPOINT(107 40)\n")
    path = tmp_path / "a.gpkg"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="other"><SrcDataSource>{secret}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    assert len(pyogrio.list_layers(path)) == 1
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "layer_wrong_content"


class TestSeveralLayers:
    @pytest.fixture
    def path(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> Path:
        path = tmp_path / "规划.gpkg"
        pyogrio.write_dataframe(frame, path, layer="红线")
        pyogrio.write_dataframe(frame.iloc[:1], path, layer="plan", append=True)
        return path

    def test_asks_which(self, files: Catalog, path: Path) -> None:
        with pytest.raises(LayerReadError) as refused:
            files.vector(str(path))
        assert refused.value.code == "layer_choose"
        assert "规划.gpkg:红线" in refused.value.text.zh

    def test_takes_the_one_named(self, files: Catalog, path: Path) -> None:
        assert len(files.vector(f"{path}:红线").features) == 3
        assert len(files.vector(str(path), part="plan").features) == 1
        assert files.vector(f"{path}:plan").spec.title.en == "规划: plan"

    def test_names_those_there_are(self, files: Catalog, path: Path) -> None:
        with pytest.raises(LayerReadError) as refused:
            files.vector(f"{path}:other")
        assert refused.value.code == "layer_part_unknown"
        assert "红线, plan" in str(refused.value)


def test_plain_tables_are_no_choice(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame, path, layer="shapes")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="table", append=True)
    assert len(files.vector(str(path)).features) == 3


def test_geopackage_without_geometry(files: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path)
    with pytest.raises(LayerReadError, match="no geometry"):
        files.vector(str(path))


def test_sqlite_that_is_no_geopackage(files: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("create table a (b)")
    connection.close()
    with pytest.raises(LayerReadError):
        files.vector(str(path))


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".parquet"])
def test_no_crs_is_refused(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    bare = gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy()
    )
    if suffix == ".parquet":
        bare.to_parquet(path)
    else:
        with pytest.warns(UserWarning, match="crs"):
            pyogrio.write_dataframe(bare, path)
    with pytest.raises(CRSError) as refused:
        files.vector(str(path))
    assert refused.value.code == "crs_missing_candidates"
    assert len(files.vector(str(path), crs="EPSG:4490").features) == 3


@pytest.mark.parametrize("unknown", [-1, 0])
def test_undefined_crs_of_a_geopackage(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, unknown: int
) -> None:
    path = tmp_path / "a.gpkg"
    by_gdal(frame, path)
    with_sql(
        path,
        "update gpkg_geometry_columns set srs_id = ?",
        "update gpkg_contents set srs_id = ?",
        values=(unknown,),
    )
    with pytest.raises(CRSError) as refused:
        files.vector(str(path))
    assert refused.value.code == "crs_missing_candidates"


def with_sql(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change a GeoPackage behind the back of its triggers."""
    connection = sqlite3.connect(path)
    triggers = "select name from sqlite_master where type = 'trigger'"
    for (name,) in connection.execute(triggers).fetchall():
        connection.execute(f'drop trigger "{name}"')
    for statement in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_parquet_without_geometry(files: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "layer_no_geometry"


@pytest.mark.parametrize(
    "geo",
    [
        "{",
        "[]",
        "7",
        '{"columns": 7}',
        '{"columns": {"geometry": 7}}',
        '{"columns": {"geometry": {}}}',
        '{"primary_column": "no", "columns": {"geometry": {"encoding": "WKB"}}}',
        '{"version": "9", "primary_column": "a", "columns": {"a": {}}}',
    ],
)
def test_parquet_with_odd_metadata(files: Catalog, tmp_path: Path, geo: str) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table(
        {"geometry": [shapely.to_wkb(shapely.Point(107, 40))], "a": [b"x"]}
    )
    pq.write_table(table.replace_schema_metadata({"geo": geo}), path)
    with pytest.raises(LayerReadError):
        files.vector(str(path))


def test_parquet_of_several_geometries(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.parquet"
    frame.assign(centre=frame.geometry.representative_point()).rename_geometry(
        "shape"
    ).assign(geometry="plain").set_index("adcode").to_parquet(path)
    layer = files.vector(str(path))
    assert layer.features.index.tolist() == ["150100", "150200", "150300"]
    assert layer.features["geometry_"].tolist() == ["plain"] * 3
    assert "centre" not in layer.features
    assert [note.code for note in layer.notes] == ["reader_columns_left_out"]


def test_open_ring_in_a_file_by_gdal(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    """GEOS refuses to build it: the whole file would be lost for one ring."""
    path = tmp_path / "a.parquet"
    ring = [(105.0, 40.0), (106.0, 40.0), (106.0, 41.0), (105.0, 41.0)]
    body = b"".join(struct.pack("<dd", *one) for one in ring)
    wkb = struct.pack("<BIII", 1, 3, 1, 4) + body
    frame.to_parquet(path)
    table = pq.read_table(path)
    shapes = [wkb, *table["geometry"].to_pylist()[1:]]
    at = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(at, "geometry", pa.array(shapes)), path)
    with pytest.raises(LayerReadError):
        files.vector(str(path))
    gpkg = tmp_path / "a.gpkg"
    by_gdal(frame, gpkg)
    header = bytes.fromhex("47500001") + struct.pack("<i", 4490)
    with_sql(gpkg, "update a set geom = ? where fid = 1", values=(header + wkb,))
    layer = files.vector(str(gpkg))
    assert layer.features.geometry.iloc[0].equals(shapely.box(105, 40, 106, 41))
    note = next(one for one in layer.notes if one.code == "reader_geometry_mended")
    assert note.details["features"] == "1"


def test_geometry_types_are_told(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.fgb"
    by_gdal(frame.set_geometry(frame.boundary), path)
    assert files.vector(str(path)).spec.geometry == "line"


def test_metadata_of_parquet_names_its_columns(seeds: Path) -> None:
    """The seeds' bbox column serves readers and is no attribute."""
    path = seeds / "tianditu" / "banners.parquet"
    assert "bbox" in pq.read_schema(path).names
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert "covering" in geo["columns"][geo["primary_column"]]
    assert "bbox" not in Catalog.open(seeds).vector("banners").features


def test_file_that_may_not_be_read(
    files: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\x00")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LayerReadError) as refused:
        files.vector(str(path))
    assert refused.value.code == "layer_no_permission"


def test_folder_named_like_a_file(files: Catalog, tmp_path: Path) -> None:
    for name in ("a.gpkg", "a.shp", "a.tif", "folder"):
        folder = tmp_path / name
        folder.mkdir()
        with pytest.raises(LayerReadError) as refused:
            files.layer(str(folder))
        assert refused.value.code == "layer_is_folder"
    shutil.rmtree(tmp_path / "folder")
