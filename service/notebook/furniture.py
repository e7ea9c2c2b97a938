"""What a map needs beside its subject: a scale, and where north is."""

from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS

from service.notebook.lettering import INK, finish

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def scale_bar(ax: "Axes", metres: float = 1.0) -> None:
    """Draw a scale into the lower right corner, a fifth of the picture or less.

    Parameters
    ----------
    ax : Axes
        Its limits are those of the map, and stay as they are.
    metres : float
        Length of a unit of the horizontal axis.
    """
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    wanted = 0.2 * (east - west) * metres
    size = 10 ** np.floor(np.log10(wanted))
    length = next(size * one for one in (5, 2, 1) if size * one <= wanted)
    across = length / metres
    x, y = east - across - 0.03 * (east - west), south + 0.03 * (north - south)
    line = ax.plot(
        [x, x + across], [y, y], color=INK, linewidth=2, solid_capstyle="butt"
    )
    line[0].set_path_effects(_halo())
    ax.set(xlim=(west, east), ylim=(south, north))
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    ax.annotate(
        text,
        (x + across / 2, y),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=8,
        color=INK,
        path_effects=_halo(),
    )


def scale_and_north(ax: "Axes", crs: object) -> "Axes":
    """Draw a scale and an arrow that points north into a map of a site.

    Parameters
    ----------
    ax : Axes
        With everything drawn whose limits count.
    crs : CRS or anything that names one
        Of the coordinates drawn: a plane in metres, whose grid north the arrow shows
        (in a zone of 3 degrees at most 1.2 degrees off true north), or lon/lat, whose
        scale is that of the middle parallel.
    """
    system = CRS.from_user_input(crs)
    metres = 1.0
    if system.is_geographic:
        lon, lat = (sum(one) / 2 for one in (ax.get_xlim(), ax.get_ylim()))
        geod = system.get_geod()
        assert geod is not None
        metres = geod.inv(lon - 0.05, lat, lon + 0.05, lat)[2] / 0.1
    scale_bar(ax, metres)
    ax.annotate(
        "北 N",
        (0.965, 0.99),
        xytext=(0.965, 0.88),
        xycoords="axes fraction",
        ha="center",
        va="top",
        fontsize=9,
        color=INK,
        path_effects=_halo(),
        arrowprops={
            "arrowstyle": "-|>",
            "color": INK,
            "linewidth": 1.2,
            "path_effects": _halo(),
        },
    )
    return finish(ax)


def _halo() -> list[Any]:
    """Answer a white edge, so that letters and lines are read on any ground."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=4, foreground="#FFFFFF")]


__all__ = ["scale_and_north", "scale_bar"]
