from datetime import date

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from service.checking.check import CheckOutcome
from service.reports import annex, site_map
from service.reports.blocks import Figure
from service.reports.document import ReportOptions, document
from service.reports.figures import WIDTH, Figures
from service.reports.map_frame import grid_values, site_frame
from service.reports.planes import plane_for
from service.reports.words import ReportLanguage
from service.reports.wrapping import width_of, wrapped

PAGE_MM = 297.0 - 18.0 - 20.0
ZONE = CRS.from_epsg(4524)
PARCEL = shapely.box(36415000.0, 4466000.0, 36416000.0, 4466500.0)


def in_degrees(shape: shapely.Geometry) -> np.ndarray:
    step = Transformer.from_crs(ZONE, "EPSG:4490", always_xy=True)
    return np.column_stack(step.transform(*shapely.get_coordinates(shape).T))


def figures(outcome: CheckOutcome, language: ReportLanguage) -> list[Figure]:
    options = ReportOptions(language, date(2026, 1, 15))
    made = document(outcome, options)
    return [b for s in made.sections for b in s.blocks if isinstance(b, Figure)]


def test_scale_is_that_of_the_plane() -> None:
    """A kilometre of the plane is as long as the scale says."""
    frame = site_frame(in_degrees(PARCEL), ZONE, 112.0, 104.0)
    placed = frame.place_plane(shapely.get_coordinates(PARCEL))
    across = float(np.ptp(placed[:, 0]))
    assert across * frame.denominator / 1000 == pytest.approx(1000.0, rel=1e-9)
    assert 0.3 * 112 < across < 0.65 * 112
    assert frame.place(in_degrees(PARCEL)) == pytest.approx(placed, abs=1e-4)


def test_grid_has_round_numbers_where_they_are() -> None:
    frame = site_frame(in_degrees(PARCEL), ZONE, 112.0, 104.0)
    west, south, east, north = frame.plane_bounds
    labels = list(site_map.grid_labels(frame))
    for label in labels:
        value = float(label.text)
        assert value % 100 == 0
        if label.anchor == "middle":
            place = west + label.x / 112.0 * (east - west)
        else:
            place = north - label.y / 104.0 * (north - south)
        assert place == pytest.approx(value, abs=1e-6)
    assert len(grid_values(west, east, frame)) >= 4
    assert len(grid_values(south, north, frame)) >= 4


def test_other_planes_get_the_zone_they_lie_in() -> None:
    lonlat = np.array([[108.6, 40.0], [108.7, 40.1]])
    assert plane_for(lonlat, CRS.from_epsg(4490)).to_epsg() == 4524
    assert plane_for(lonlat, ZONE) == ZONE
    xian80 = CRS.from_epsg(2360)
    placed = Transformer.from_crs(4490, xian80, always_xy=True).transform(*lonlat.T)
    assert plane_for(np.column_stack(placed), xian80).to_epsg() == 4524


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_every_figure_fits_a_page(
    many: CheckOutcome, sample: CheckOutcome, language: ReportLanguage
) -> None:
    made = [*figures(many, language), *figures(sample, language)]
    assert len(made) == 14
    for one in made:
        # Its caption is below it.
        assert one.height < PAGE_MM - 15
        for label in one.labels:
            assert 0 <= label.y <= one.height
            if label.anchor == "start":
                assert label.x + width_of(label.text, label.size) <= WIDTH + 1


def test_twelve_layers_at_one_place_fit_too(many: CheckOutcome) -> None:
    """The legend says less of each layer, the more there are."""
    report = many.report
    busy = max(report.parcels, key=lambda p: sum(r.touched for r in p.layers))
    one = next(result for result in busy.layers if result.touched)
    for count in (7, 12, 13, 40):
        chosen = tuple(
            one.model_copy(update={"layer": f"unit_{n % 12:02d}"}) for n in range(count)
        )
        parcel = busy.model_copy(update={"layers": chosen})
        drawer = Figures(many, annex.outlines(many.source), "both", frozenset())
        assert drawer.of(parcel, 1).height < PAGE_MM - 15


def test_hidden_layers_are_named_but_not_drawn(many: CheckOutcome) -> None:
    drawer = Figures(many, annex.outlines(many.source), "zh", frozenset({"unit_03"}))
    parcel = next(p for p in many.report.parcels if p.number == "DK004")
    made = drawer.of(parcel, 1)
    assert "-o-unit_03" not in made.svg
    assert "-o-unit_02" in made.svg
    assert "图形不予显示" in {label.text for label in made.labels}


def test_lines_break_where_chinese_may() -> None:
    text = "流域（黄河、辽河、松花江—嫩江、海河）〔推导〕 and a few words"
    broken = wrapped(text, 7.0, 30.0)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    for line in broken:
        assert line[0] not in "、，。；：！？）〕》」』”"
        assert line[-1] not in "（〔《「『“"
        assert width_of(line, 7.0) <= 30.0
