"""Polygons against layers: what is stated of them decides how far numbers hold."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog
from service.site import site_report


def test_spread_follows_the_accuracy_stated(
    real_catalog: Catalog, tmp_path: Path
) -> None:
    """Unknown without one, least where the outline is exact, wider the worse it is."""
    shape = [shapely.box(108.3, 40.3, 108.9, 40.7)]
    file = tmp_path / "site.gpkg"
    gpd.GeoDataFrame(geometry=shape, crs=4490).to_file(file)

    def spread(accuracy_m: float | None) -> float | None:
        report = site_report(
            real_catalog, str(file), ("redline",), accuracy_m=accuracy_m
        )
        rows = [one for one in report.overlaps[0].rows if one.kind == "overlap"]
        known = [one.uncertainty_m2 for one in rows if one.uncertainty_m2 is not None]
        assert len(known) in (0, len(rows))
        return sum(known) if known else None

    assert spread(None) is None
    exact, rough = spread(0), spread(5000)
    assert exact is not None
    assert rough is not None
    assert rough > exact > 0


def test_file_that_states_its_accuracy_has_the_last_word(
    real_catalog: Catalog, tmp_path: Path
) -> None:
    shape = [shapely.box(108.3, 40.3, 108.9, 40.7)]
    file = tmp_path / "site.gpkg"
    gpd.GeoDataFrame({"accuracy_m": [3.0]}, geometry=shape, crs=4490).to_file(file)
    rows = [
        site_report(real_catalog, str(file), ("redline",), accuracy_m=accuracy)
        .overlaps[0]
        .rows[0]
        .uncertainty_m2
        for accuracy in (None, 5000)
    ]
    assert rows[0] == pytest.approx(rows[1])
