"""Pictures of tables, by matplotlib: each function draws on an Axes and answers it.

As in pandas and geopandas, ``ax=`` draws into a figure of one's own. Each picture says
under it which layers it rests on, what they are, and the result id of its numbers.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo.types import FloatArray
from layers.provenance import STATUS_WORDS
from service.notebook.arrays import require_extra
from service.notebook.frames import Attrs
from service.notebook.furniture import scale_and_north, scale_bar
from service.notebook.lettering import GRID, INK, MUTED, columns_of, finish, new_axes
from service.notebook.tables import matrix, require_columns
from service.words import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLANE = CRS.from_proj4(
    "+proj=aea +lat_0=44 +lon_0=111 +lat_1=40 +lat_2=51 +ellps=GRS80 +units=m"
)
"""Equal-area, for looking only: parallels through the region's thirds keep shapes."""
PIXELS = 1000
"""Detail finer than this part of the picture's width is not drawn."""
RAMP = ("#F6EFE0", "#E7B69A", "#CF6B5B", "#9E2A3C", "#5B1028")
"""From little to much, readable in grey and by the colour-blind."""

NO_VALUE = "#DDDDD8"
HEAD_LETTERS = 20
"""Longer names of columns are broken, since they stand aslant."""


def choropleth(
    frame: gpd.GeoDataFrame,
    column: "str | pd.Series[float]",
    *,
    ax: "Axes | None" = None,
    title: str = "",
    label: str = "",
    bins: Sequence[float] = (),
    percent: bool = False,
    outline: gpd.GeoDataFrame | None = None,
    language: Language = "en",
) -> "Axes":
    """Colour features by a number, in an equal-area projection.

    Parameters
    ----------
    frame : GeoDataFrame
        Polygons, any CRS; borders that neighbours share stay shared, whatever detail
        is left out.
    column : str or Series
        Numbers of the frame, or of a table with the same index, whose layers and
        result id then stand under the picture; nan is drawn grey.
    ax : Axes, optional
    title, label : str
        Of the picture and of the colours; the column's name if not given.
    bins : sequence of float
        Ascending limits of classes; a ramp without steps if not given.
    percent : bool
        Whether shares of 0 to 1 are written in per cent.
    outline : GeoDataFrame, optional
        Drawn over it as lines, such as leagues over banners.
    language : {"en", "zh"}
        Of the words under the picture.

    Raises
    ------
    GeoError
        ``column_missing``, or ``extra_missing`` without matplotlib.
    """
    require_extra("matplotlib")
    values, said = _numbers(frame, column)
    ax = new_axes(ax, (8.6, 5.6))
    ramp = _ramp(values, bins)
    simplified(frame).assign(_drawn=values).plot(
        column="_drawn",
        ax=ax,
        cmap=ramp.cmap,
        norm=ramp.norm,
        edgecolor="#FFFFFF",
        linewidth=0.35,
        missing_kwds={"color": NO_VALUE},
        aspect="equal",
    )
    if outline is not None:
        lines = simplified(outline).boundary
        lines.plot(ax=ax, color=INK, linewidth=0.6, aspect="equal")
    name = column if isinstance(column, str) else str(column.name)
    _colour_bar(ax, ramp, label or name, percent=percent)
    # Lengths in the plane are true to 2 % all over the region.
    scale_bar(ax)
    ax.set_axis_off()
    return finish(ax, title, foot(said, language))


def heatmap(
    table: pd.DataFrame,
    *,
    ax: "Axes | None" = None,
    title: str = "",
    label: str = "",
    digits: int = 0,
    percent: bool = False,
    language: Language = "en",
) -> "Axes":
    """Draw a matrix of numbers as coloured cells with the numbers in them.

    Parameters
    ----------
    table : DataFrame
        Of :func:`service.notebook.matrix`; zeros stay empty.
    ax, title, label, percent, language
        As for :func:`choropleth`.
    digits : int
        Decimals written.

    Raises
    ------
    GeoError
        ``extra_missing`` without matplotlib.
    """
    require_extra("matplotlib")
    rows, columns = table.shape
    heads = [fill(str(one), HEAD_LETTERS) for one in table.columns]
    names = [str(one) for one in table.index], heads
    ax = new_axes(ax, _size_of_cells(*names))
    values = table.to_numpy(np.float64)
    ramp = _ramp(values, ())
    shown = np.ma.masked_equal(values, 0.0)
    ax.imshow(shown, cmap=ramp.cmap, norm=ramp.norm, aspect="auto")
    ax.set_xticks(range(columns), names[1])
    ax.tick_params(axis="x", rotation=40, top=True, labeltop=True, bottom=False)
    ax.tick_params(axis="x", labelbottom=False, length=0)
    for tick in ax.get_xticklabels():
        tick.set(ha="left", rotation_mode="anchor")
    ax.set_yticks(range(rows), names[0])
    ax.tick_params(axis="y", length=0)
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="#FFFFFF", linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    for (row, column), value in np.ndenumerate(values):
        if value:
            ax.text(
                column,
                row,
                _cell_text(100 * value if percent else value, digits),
                ha="center",
                va="center",
                fontsize=8,
                color=_ink_on(ramp.cmap(ramp.norm(value))),
            )
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    if label:
        ax.set_xlabel(label, fontsize=9, color=MUTED)
    return finish(ax, title, foot(table.attrs, language))


def class_bars(
    table: pd.DataFrame,
    *,
    ax: "Axes | None" = None,
    title: str = "",
    share: bool = True,
    language: Language = "en",
) -> "Axes":
    """Draw the classes of each zone as one bar, in the layer's colours.

    Parameters
    ----------
    table : DataFrame
        Of :meth:`NotebookCatalog.zonal`.
    ax, title, language
        As for :func:`choropleth`.
    share : bool
        Whether bars are per cent of the zone rather than km2.

    Raises
    ------
    GeoError
        ``column_missing``, or ``extra_missing`` without matplotlib.
    """
    require_extra("matplotlib")
    values = "share" if share else "area_m2"
    wide = matrix(table, values, names=language) * (100.0 if share else 1e-6)
    wide = wide.iloc[::-1]
    ax = new_axes(ax, (8.6, 1.7 + 0.34 * len(wide)))
    left = np.zeros(len(wide))
    colours = _class_colours(table, language)
    for name in wide.columns:
        width = wide[name].to_numpy(np.float64)
        ax.barh(
            wide.index,
            width,
            left=left,
            color=colours.get(str(name), NO_VALUE),
            edgecolor="#FFFFFF",
            linewidth=0.4,
            height=0.78,
            label=str(name),
        )
        left += width
    ax.set_xlim(0, left.max())
    ax.set_xlabel(_bar_label(language, share=share), fontsize=9, color=MUTED)
    ax.tick_params(length=0)
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    return finish(ax, title, foot(table.attrs, language))


def profile(
    table: pd.DataFrame,
    *,
    ax: "Axes | None" = None,
    title: str = "",
    colour: str = "#8A6A3B",
    language: Language = "en",
) -> "Axes":
    """Draw the values along a line, kilometres across, as a section.

    Parameters
    ----------
    table : DataFrame
        Of :meth:`NotebookCatalog.profile`; gaps where there is no value.
    ax, title, language
        As for :func:`choropleth`.
    colour : str

    Raises
    ------
    GeoError
        ``column_missing``, or ``extra_missing`` without matplotlib.
    """
    require_extra("matplotlib")
    require_columns(table, "distance_m", "value")
    ax = new_axes(ax, (8.6, 3.0))
    distance = table["distance_m"].to_numpy(np.float64) / 1000
    values = table["value"].to_numpy(np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    floor = low - 0.12 * (high - low)
    ax.fill_between(distance, floor, values, color=colour, alpha=0.25, linewidth=0)
    ax.plot(distance, values, color=colour, linewidth=1.2)
    ax.set(xlim=(0, distance[-1]), ylim=(floor, high + 0.08 * (high - low)))
    ax.grid(axis="y", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
    ax.tick_params(colors=MUTED, labelsize=9, length=0)
    along = "沿线距离（km）" if language == "zh" else "distance along the line (km)"
    ax.set_xlabel(along, fontsize=9, color=MUTED)
    ax.set_ylabel(table.attrs.get("unit") or "", fontsize=9, color=MUTED)
    return finish(ax, title, foot(table.attrs, language))


def _numbers(
    frame: gpd.GeoDataFrame, column: "str | pd.Series[float]"
) -> tuple[FloatArray, Attrs]:
    """Answer the numbers in the order of the frame, and what they say of themselves."""
    if isinstance(column, str):
        require_columns(frame, column)
        return frame[column].to_numpy(np.float64), frame.attrs
    aligned = column.reindex(frame.index)
    return np.asarray(aligned, np.float64), column.attrs or frame.attrs


class _Ramp:
    """Colours and limits of one picture."""

    def __init__(self, cmap: Any, norm: Any, ticks: list[float]) -> None:
        self.cmap, self.norm, self.ticks = cmap, norm, ticks


def _ramp(values: FloatArray, bins: Sequence[float]) -> _Ramp:
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap, Normalize

    cmap = LinearSegmentedColormap.from_list("ecobarrier", RAMP, bad="#FFFFFF")
    if len(bins) >= 2:
        limits = [float(one) for one in bins]
        return _Ramp(cmap, BoundaryNorm(limits, cmap.N), limits)
    known = values[np.isfinite(values)]
    low = min(0.0, float(known.min())) if known.size else 0.0
    high = float(known.max()) if known.size else 1.0
    return _Ramp(cmap, Normalize(low, high if high > low else low + 1.0), [])


def _size_of_cells(rows: list[str], columns: list[str]) -> tuple[float, float]:
    """Answer inches that leave room for the names: a letter takes about 0.085."""
    lines = [line for head in columns for line in head.split("\n")]
    beside, above = (0.085 * max(map(columns_of, one)) for one in (rows, lines))
    # Names of columns rise at 40 degrees, so the last one also needs room at the side.
    width = beside + 0.75 * len(columns) + 0.75 * above
    return max(width, 6.4), 0.34 * len(rows) + 0.65 * above + 1.2


def _cell_text(value: float, digits: int) -> str:
    """Write a number; one that rounds to nothing is less than the last digit."""
    least = 10.0**-digits
    if 0.0 < value < 0.5 * least:
        return f"<{least:.{digits}f}"
    return f"{value:,.{digits}f}"


def _ink_on(colour: tuple[float, float, float, float]) -> str:
    """Answer dark letters on light ground and the other way round."""
    red, green, blue, _ = colour
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "#FFFFFF"


def simplified(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Answer the frame in the plane, without detail that no pixel could show."""
    plane = frame.to_crs(PLANE)
    west, south, east, north = plane.total_bounds
    tolerance = max(east - west, north - south) / PIXELS
    shapes = np.asarray(plane.geometry)
    if shapely.coverage_is_valid(shapes):
        return plane.set_geometry(shapely.coverage_simplify(shapes, tolerance))
    return plane.set_geometry(shapely.simplify(shapes, 0.5 * tolerance))


def _colour_bar(ax: "Axes", ramp: _Ramp, label: str, *, percent: bool) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.ticker import PercentFormatter

    place = ax.inset_axes((0.02, 0.93, 0.30, 0.028))
    bar = ax.figure.colorbar(
        ScalarMappable(ramp.norm, ramp.cmap),
        cax=place,
        orientation="horizontal",
        ticks=ramp.ticks or None,
        spacing="uniform",
    )
    bar.outline.set_visible(False)
    if percent:
        bar.ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    bar.ax.tick_params(labelsize=8, length=0, colors=INK)
    bar.ax.set_title(label, fontsize=9, loc="left", color=INK)


def _class_colours(table: pd.DataFrame, language: Language) -> dict[str, str]:
    colours: dict[str, str] = table.attrs.get("colours", {})
    if language == "en":
        return colours
    names = table.drop_duplicates("label_en").set_index("label_en")["label"]
    return {str(names[one]): colour for one, colour in colours.items() if one in names}


def _bar_label(language: Language, *, share: bool) -> str:
    if share:
        return "占各区面积（%）" if language == "zh" else "per cent of the zone"
    return "平方千米" if language == "zh" else "km²"


def foot(said: Attrs, language: Language = "en") -> str:
    """Say which layers a picture rests on, what they are, and its result id.

    Parameters
    ----------
    said : mapping
        ``attrs`` of the frame or table that is drawn.
    language : {"en", "zh"}
    """
    parts = []
    for layer in said.get("layers", ()):
        status = STATUS_WORDS[layer["status"]]
        word = status.zh if language == "zh" else status.en
        parts.append(f"{layer['title'][language]} [{word}]")
    if "result_id" in said:
        word = "结果" if language == "zh" else "result"
        parts.append(f"{word} {said['result_id']}")
    return " · ".join(parts)


__all__ = [
    "PLANE",
    "choropleth",
    "class_bars",
    "finish",
    "foot",
    "heatmap",
    "profile",
    "scale_and_north",
]
