"""Letters of pictures: a font that has Chinese, a title, and the line under it."""

from functools import cache
from typing import TYPE_CHECKING

from service.viewer.fonts import font_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, GRID = "#22272E", "#5B6570", "#E3E3DD"
FOOT_SIZE = 7.5
FOOT_COLUMNS = 120
"""Characters of a line under the picture; a Chinese one counts as two."""


@cache
def font_families() -> tuple[str, str]:
    """Make the font that ships with the product known to matplotlib, once.

    Returns
    -------
    tuple of str
        A Latin family and, for what it lacks, the Chinese one.
    """
    from matplotlib import font_manager

    path = str(font_path())
    font_manager.fontManager.addfont(path)
    return "DejaVu Sans", font_manager.FontProperties(fname=path).get_name()


def new_axes(ax: "Axes | None", size: tuple[float, float]) -> "Axes":
    """Answer the Axes given, or those of a new figure of so many inches."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    _, made = pyplot.subplots(figsize=size, dpi=120, layout="constrained")
    return made


def finish(ax: "Axes", title: str = "", foot: str = "") -> "Axes":
    """Set title and foot, and letters that all of it can be written with."""
    from matplotlib.text import Text

    if title:
        ax.set_title(title, loc="left", fontsize=12, color=INK, pad=12)
    if foot:
        # A label of the x axis keeps its room in any layout, also where axes are off.
        ax.annotate(
            wrapped(foot),
            (0, 0),
            xycoords="axes fraction",
            xytext=(0, -34 if ax.axison else -8),
            textcoords="offset points",
            va="top",
            fontsize=FOOT_SIZE,
            color=MUTED,
        )
    for text in ax.figure.findobj(Text):
        text.set_fontfamily(list(font_families()))
    return ax


def columns_of(text: str) -> int:
    """Count letters, Chinese ones twice: they are twice as wide."""
    return sum(1 + (ord(one) > 0x2E7F) for one in text)


def wrapped(text: str) -> str:
    """Break a line between its parts where it would be wider than the picture."""
    lines, width = [""], 0
    for part in text.split(" · "):
        size = columns_of(part) + 3
        if width and width + size > FOOT_COLUMNS:
            lines.append("")
            width = 0
        lines[-1] += f" · {part}" if width else part
        width += size
    return "\n".join(lines)


__all__ = ["GRID", "INK", "MUTED", "columns_of", "finish", "new_axes", "wrapped"]
