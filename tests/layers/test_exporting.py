"""What is written comes back: geometry, areas and text, or the loss is said."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog
from layers.errors import LayerFormatError, LayerWriteError
from layers.exporting import SUFFIXES, export
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.writers_shapefile import Encoding

Bring = Callable[..., ImportReport]
Send = Callable[..., set[str]]

# The worked parcels of the domain facts, with a hole, and one in a second part.
PLOT = shapely.Polygon(
    [(36415e3, 4466e3), (36416e3, 4466e3), (36416e3, 44665e2), (36415e3, 44665e2)],
    [[(364152e2, 44661e2), (364152e2, 44662e2), (364153e2, 44662e2)]],
)
HUT = shapely.box(36373e3, 4466e3, 36373020.0, 4466025.0)
NAMES = ["磴口光伏治沙一期", "管护房"]

PLANE = (".shp", ".zip", ".gdb", ".gpkg", ".parquet", ".fgb", ".txt")
DEGREES = (".geojson", ".kml", ".csv", ".xlsx")


@pytest.fixture(scope="module")
def region() -> Region:
    return Region(Catalog.open(Path(__file__).parents[2] / "seeds"))


@pytest.fixture
def bring(tmp_path: Path, region: Region) -> Bring:
    def call(path: Path, layer: str = "mine", **options: object) -> ImportReport:
        chosen = ImportOptions.model_validate({"id": layer, **options})
        return import_files([path], chosen, tmp_path / "work", region)

    return call


@pytest.fixture
def first(bring: Bring, tmp_path: Path) -> ImportReport:
    """The layer ``mine``: two parcels in zone 36, with prefix."""
    ids = {"id": ["DK001", "DK002"], "名称": NAMES}
    frame = gpd.GeoDataFrame(ids, geometry=[PLOT, HUT], crs="EPSG:4524")
    frame.to_file(tmp_path / "in.gpkg")
    return bring(tmp_path / "in.gpkg")


@pytest.fixture
def send(tmp_path: Path, seeds: Path) -> Send:
    """Export the layer ``mine`` and answer the codes of the notes."""

    def call(
        path: Path, *, crs: str | None = None, encoding: Encoding = "utf-8"
    ) -> set[str]:
        layer = Catalog.open(seeds, tmp_path / "work").vector("mine")
        notes = export(layer, path, crs=crs, encoding=encoding)
        assert all(one.text.zh and one.text.en for one in notes)
        return {one.code for one in notes}

    return call


def features(tmp_path: Path, seeds: Path, layer: str) -> gpd.GeoDataFrame:
    return Catalog.open(seeds, tmp_path / "work").vector(layer).features


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("suffix", PLANE)
def test_areas_and_names_come_back(
    first: ImportReport,
    bring: Bring,
    send: Send,
    tmp_path: Path,
    seeds: Path,
    suffix: str,
    encoding: str,
) -> None:
    path = tmp_path / f"out{suffix}"
    assert not send(path, encoding=encoding) & {"export_moved", "export_drawing_loss"}
    again = bring(path, "back")
    assert again.crs == first.crs == "EPSG:4524"
    assert again.areas_m2 == pytest.approx(first.areas_m2, rel=1e-9)
    found = features(tmp_path, seeds, "back")
    assert found.loc[["DK001", "DK002"], "name_zh"].tolist() == NAMES


@pytest.mark.parametrize("crs", ["EPSG:4523", "EPSG:4490"])
@pytest.mark.parametrize("suffix", [one for one in PLANE if one != ".txt"])
def test_uneven_coordinates_come_back(
    bring: Bring, send: Send, tmp_path: Path, suffix: str, crs: str
) -> None:
    """No format's lattice moves a vertex noticeably, in metres or degrees."""
    frame = gpd.GeoDataFrame(
        {"id": ["A", "B"]}, geometry=[PLOT, HUT], crs="EPSG:4524"
    ).to_crs(crs)
    frame.to_parquet(tmp_path / "in.parquet")
    first = bring(tmp_path / "in.parquet")
    assert "export_moved" not in send(tmp_path / f"out{suffix}")
    again = bring(tmp_path / f"out{suffix}", "back")
    assert again.crs == crs
    assert again.areas_m2 == pytest.approx(first.areas_m2, rel=1e-9)


@pytest.mark.parametrize("suffix", DEGREES)
def test_formats_of_degrees_say_what_they_move(
    first: ImportReport,
    bring: Bring,
    send: Send,
    tmp_path: Path,
    seeds: Path,
    suffix: str,
) -> None:
    path = tmp_path / f"out{suffix}"
    assert "export_moved" in send(path)
    table = suffix in (".csv", ".xlsx")
    again = bring(path, "back", **({"crs": "EPSG:4490"} if table else {}))
    # Edges of 70 m move by 0.2 mm at most: the sentence promises no more than that.
    for key, perimeter_m in (("DK001", 3_341.5), ("DK002", 90.0)):
        moved = abs(again.areas_m2[key] - first.areas_m2[key])
        assert moved <= 0.0002 * perimeter_m
    assert again.areas_m2["DK002"] == pytest.approx(first.areas_m2["DK002"], rel=1e-9)
    once_more = tmp_path / f"again{suffix}"
    layer = Catalog.open(seeds, tmp_path / "work").vector("back")
    assert "export_moved" not in {
        one.code for one in export(layer, once_more, encoding="utf-8")
    }
    third = bring(once_more, "third", **({"crs": "EPSG:4490"} if table else {}))
    assert third.areas_m2 == pytest.approx(again.areas_m2, rel=1e-9)


def test_drawing_keeps_shapes_and_says_what_it_loses(
    first: ImportReport, bring: Bring, send: Send, tmp_path: Path
) -> None:
    assert send(tmp_path / "out.dxf") == {"export_drawing_loss"}
    again = bring(tmp_path / "out.dxf", "back")
    assert again.crs == "EPSG:4524"
    assert [*again.areas_m2.values()] == pytest.approx(
        [*first.areas_m2.values()], rel=1e-9
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CGCS2000 3-degree zone 36 without prefix", "EPSG:4545"),
        ("2000国家大地坐标系 6度带 18带", "EPSG:4496"),
        ("CGCS2000 3-degree zone 35 with prefix", "EPSG:4523"),
    ],
)
def test_coordinate_system_by_name(
    first: ImportReport, bring: Bring, send: Send, tmp_path: Path, name: str, code: str
) -> None:
    moved = "export_moved" in send(tmp_path / "out.gpkg", crs=name)
    assert moved == ("without" not in name)
    again = bring(tmp_path / "out.gpkg", "back")
    assert again.crs == code
    # 70 m edges: 1e-7 of the small parcel, far less than a wrong zone makes.
    assert again.areas_m2 == pytest.approx(first.areas_m2, rel=1e-7)


def test_refusals(first: ImportReport, send: Send, tmp_path: Path) -> None:
    assert first.rows == 2
    with pytest.raises(LayerFormatError) as refused:
        send(tmp_path / "out.geojson", crs="EPSG:4524")
    assert refused.value.code == "export_option_wrong"
    with pytest.raises(LayerFormatError):
        send(tmp_path / "out.txt", crs="EPSG:3857")
    with pytest.raises(LayerWriteError) as unknown:
        send(tmp_path / "out.doc")
    assert all(one in unknown.value.text.en for one in SUFFIXES)
    with pytest.raises(LayerWriteError) as nowhere:
        send(tmp_path / "no folder" / "out.shp")
    assert nowhere.value.code == "layer_write_failed"


def test_two_shapefiles_in_a_folder(
    first: ImportReport, send: Send, tmp_path: Path
) -> None:
    """Field lists and provenance of one do not replace the other's."""
    assert first.rows == 2
    for name in ("a.shp", "b.shp"):
        send(tmp_path / name)
    found = {one.name for one in tmp_path.glob("*PROVENANCE.txt")}
    assert found == {"a.PROVENANCE.txt", "b.PROVENANCE.txt"}


def test_geopackage_whose_name_the_format_reserves(
    first: ImportReport, bring: Bring, send: Send, tmp_path: Path
) -> None:
    send(tmp_path / "gpkg_site.gpkg")
    assert bring(tmp_path / "gpkg_site.gpkg", "back").areas_m2 == first.areas_m2
