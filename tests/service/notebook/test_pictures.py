"""Pictures hold what the tables hold, and say what they rest on."""

import re
from collections.abc import Iterator

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib import font_manager, pyplot
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from pyproj import Geod

from geo.errors import GeoError
from service.notebook import NotebookCatalog, in_unit, matrix, open_catalog, plots
from service.notebook.arrays import require_extra
from service.notebook.lettering import font_families, wrapped


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    mpl.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def catalog() -> NotebookCatalog:
    return open_catalog()


def written(ax: Axes) -> str:
    return "\n".join(text.get_text() for text in ax.figure.findobj(Text))


def test_choropleth_says_what_it_rests_on(catalog: NotebookCatalog) -> None:
    table = catalog.overlap("leagues", "redline", by="left")
    ax = plots.choropleth(
        catalog["leagues"], table["share"], title="红线", percent=True
    )
    ax.figure.canvas.draw()
    words = written(ax)
    assert "[modelled]" in words
    assert table.attrs["result_id"] in words
    assert "红线" in words
    drawn = ax.collections[0].get_array()
    assert np.asarray(drawn).tolist() == table["share"].tolist()


def test_numbers_follow_the_index_not_the_order(catalog: NotebookCatalog) -> None:
    leagues = catalog["leagues"]
    table = catalog.area("leagues")
    ax = plots.choropleth(leagues, table["area_m2"].iloc[::-1])
    assert np.asarray(ax.collections[0].get_array()).tolist() == (
        table["area_m2"].tolist()
    )


def test_borders_stay_shared_when_detail_goes(catalog: NotebookCatalog) -> None:
    banners = catalog["banners"]
    drawn = plots.simplified(banners)
    assert shapely.coverage_is_valid(np.asarray(drawn.geometry))
    assert shapely.get_num_coordinates(drawn.geometry).sum() < (
        0.5 * shapely.get_num_coordinates(banners.geometry).sum()
    )


def test_the_plane_keeps_areas(catalog: NotebookCatalog) -> None:
    leagues = catalog["leagues"]
    plane = leagues.to_crs(plots.PLANE).area
    exact = catalog.area(leagues)["area_m2"]
    assert plane.to_numpy() == pytest.approx(exact.to_numpy(), rel=1e-4)


def test_heatmap_writes_each_number(catalog: NotebookCatalog) -> None:
    pairs = in_unit(catalog.overlap("sandy_lands", "leagues"), "km2")
    wide = matrix(pairs, "area_km2", names="zh")
    ax = plots.heatmap(wide)
    numbers = [text.get_text() for text in ax.texts[: (wide.to_numpy() > 0).sum()]]
    kubuqi_km2 = float(wide["鄂尔多斯市"]["库布其沙漠"])
    assert f"{kubuqi_km2:,.0f}" in numbers
    assert "0" not in numbers


def test_class_bars_add_up_and_keep_the_layers_colours(
    catalog: NotebookCatalog,
) -> None:
    table = catalog.zonal("leagues", "land_cover")
    ax = plots.class_bars(table, language="zh")
    ends: dict[float, float] = {}
    for bar in ax.patches:
        assert isinstance(bar, Rectangle)
        ends[bar.get_y()] = ends.get(bar.get_y(), 0.0) + bar.get_width()
    assert list(ends.values()) == pytest.approx([100.0] * 12, rel=1e-9)
    grass = catalog.spec("land_cover").classes[10]
    handles, labels = ax.get_legend_handles_labels()
    bars = handles[labels.index(grass.title.zh)]
    assert isinstance(bars, BarContainer)
    colour = bars.patches[0].get_facecolor()
    assert mpl.colors.to_hex(colour) == grass.colour.lower()


def test_profile_leaves_gaps(catalog: NotebookCatalog) -> None:
    line = shapely.LineString([(96, 40), (98, 40)])
    ax = plots.profile(catalog.profile(line, "elevation", step_m=20_000))
    ax.figure.canvas.draw()
    assert np.isnan(ax.lines[0].get_ydata()).any()
    assert ax.get_ylabel() == "m"


@pytest.mark.parametrize(
    ("crs", "window"),
    [
        ("EPSG:4490", (105.8, 106.6, 38.3, 39.3)),
        ("EPSG:4524", (36_400_000, 36_470_000, 4_400_000, 4_460_000)),
    ],
)
def test_scale_is_as_long_as_it_says(
    crs: str, window: tuple[float, float, float, float]
) -> None:
    _, ax = pyplot.subplots()
    ax.set(xlim=window[:2], ylim=window[2:])
    plots.scale_and_north(ax, crs)
    assert (*ax.get_xlim(), *ax.get_ylim()) == window
    x0, x1 = np.asarray(ax.lines[0].get_xdata(), np.float64)
    middle = (window[2] + window[3]) / 2
    ends = gpd.GeoSeries.from_xy([x0, x1], [middle] * 2, crs=crs).to_crs("EPSG:4490")
    metres = Geod(ellps="GRS80").inv(ends.x[0], ends.y[0], ends.x[1], ends.y[1])[2]
    (said,) = re.findall(r"(\d+) km", written(ax))
    # A zone's plane is up to 4e-4 too long.
    assert metres == pytest.approx(1000 * float(said), rel=1e-3)
    assert "北 N" in written(ax)


def test_a_title_of_the_library_gives_way() -> None:
    _, ax = pyplot.subplots()
    ax.set_title("spatial_ref = 0")
    plots.finish(ax, "贺兰山")
    assert "spatial_ref" not in written(ax)


def test_a_figure_of_ones_own_is_drawn_into(catalog: NotebookCatalog) -> None:
    _, (left, right) = pyplot.subplots(1, 2)
    leagues = catalog["leagues"]
    frame = leagues.assign(number=range(len(leagues)))
    assert plots.choropleth(frame, "number", ax=left) is left
    assert not right.collections


def test_missing_numbers_are_grey(catalog: NotebookCatalog) -> None:
    frame = catalog["leagues"].assign(number=[np.nan, *range(11)])
    ax = plots.choropleth(frame, "number")
    colours = {
        mpl.colors.to_hex(colour)
        for one in ax.collections
        for colour in np.asarray(one.get_facecolor())
    }
    assert plots.NO_VALUE.lower() in colours


def test_missing_column_is_named() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4490")
    with pytest.raises(GeoError, match="shar") as refused:
        plots.choropleth(frame, "shar")
    assert refused.value.code == "column_missing"
    with pytest.raises(GeoError):
        plots.profile(pd.DataFrame({"value": [1.0]}))


def test_missing_package_is_named_with_the_remedy() -> None:
    with pytest.raises(GeoError, match="scripts/setup dev"):
        require_extra("no_such_package_at_all")


def test_every_letter_has_a_form() -> None:
    """Tofu would warn, and warnings are errors; the family is the shipped one."""
    _, chinese = font_families()
    assert "Noto Sans CJK" in chinese
    assert font_manager.findfont(chinese, fallback_to_default=False)


def test_long_feet_are_broken() -> None:
    parts = " · ".join(["甲" * 30] * 5)
    lines = wrapped(parts, 100).split("\n")
    assert len(lines) == 5
    assert " · ".join(lines) == parts
    assert wrapped("a · b", 100) == "a · b"
    assert wrapped("a · b", 1) == "a\nb"
