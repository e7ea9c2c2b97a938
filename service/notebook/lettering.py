"""Letters of pictures: a font that has Chinese, a title, and the line under it."""

from functools import cache
from typing import TYPE_CHECKING

from service.viewer.fonts import font_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, GRID = "#22272E", "#5B6570", "#E3E3DD"
FOOT_SIZE, TITLE_SIZE = 7.5, 12
FOOT_LETTERS, TITLE_LETTERS = 14, 9
"""That an inch of the picture's width has room for; a Chinese one counts as two."""


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

    whole = ax.get_figure(root=True)
    inches = 8.0 if whole is None else whole.get_figwidth()
    if title:
        # A title of the library that drew stands in the middle of the same line.
        ax.set_title("")
        lines = wrapped(title, int(TITLE_LETTERS * inches))
        ax.set_title(lines, loc="left", fontsize=TITLE_SIZE, color=INK, pad=12)
    if foot:
        ax.annotate(
            wrapped(foot, int(FOOT_LETTERS * inches)),
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
        # The font holds Taiwan's forms first; punctuation and some letters differ.
        text.set_language("zh-Hans")
    return ax


def columns_of(text: str) -> int:
    """Count letters, Chinese ones twice: they are twice as wide."""
    return sum(1 + (ord(one) > 0x2E7F) for one in text)


def wrapped(text: str, letters: int) -> str:
    """Break a line between its parts where it would be wider than the picture."""
    lines, width = [""], 0
    for part in text.split(" · "):
        size = columns_of(part) + 3
        if width and width + size > letters + 3:
            lines.append("")
            width = 0
        lines[-1] += f" · {part}" if width else part
        width += size
    return "\n".join(lines)


__all__ = ["GRID", "INK", "MUTED", "columns_of", "finish", "new_axes", "wrapped"]
