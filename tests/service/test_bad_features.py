"""One bad feature must not end the batch (wdpar#48, CatAtom2Osm#101)."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.overlay import Engine
from layers.catalog import Catalog
from service.analysis import overlap_report

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.mark.parametrize("engine", ["kernel", "geos"])
def test_wdpar_48_overlap_goes_on_and_names_the_bad_ones(
    tmp_path: Path, engine: Engine
) -> None:
    """Twenty parcels against a reserve; one has no number, one crosses itself."""
    parcels = [
        shapely.box(110 + i * 0.1, 41, 110.08 + i * 0.1, 41.1) for i in range(20)
    ]
    good = gpd.GeoSeries(parcels, crs="EPSG:4490")
    with np.errstate(invalid="ignore"):
        nowhere = shapely.Polygon([(110, 41), (110.1, float("nan")), (110.1, 41.1)])
    west, south, east, north = parcels[11].bounds
    bowtie = shapely.Polygon(
        [(west, south), (east, north), (east, south), (west, north)]
    )
    bad = good.copy()
    bad.iloc[4], bad.iloc[11] = nowhere, bowtie
    reserve = gpd.GeoSeries([shapely.box(109, 41.05, 113, 42)], crs="EPSG:4490")
    for name, shapes in (("good", good), ("bad", bad), ("reserve", reserve)):
        gpd.GeoDataFrame(geometry=shapes).to_file(
            tmp_path / f"{name}.gpkg", engine="pyogrio"
        )
    catalog = Catalog.open(SEEDS)
    whole, report = (
        overlap_report(
            catalog, str(tmp_path / f"{name}.gpkg"), str(tmp_path / "reserve.gpkg"),
            engine=engine,
        )
        for name in ("good", "bad")
    )  # fmt: skip
    areas, found = (
        {row.left_id: row.area_m2 for row in one.rows if row.kind == "overlap"}
        for one in (whole, report)
    )
    assert set(areas) - set(found) == {"5"}
    rest = set(found) - {"12"}
    assert len(rest) == 18
    assert {key: found[key] for key in rest} == {key: areas[key] for key in rest}
    told = " ".join(note.en for note in report.notes)
    assert "(5)" in told
    assert "12" in told
    assert found["12"] == pytest.approx(areas["12"] / 2, rel=2e-3)
