"""What a report consists of, before it is set as PDF, HTML or workbook."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from layers.models import Bilingual

Text = Bilingual | str
Value = Bilingual | str | Decimal | float | int | None

Anchor = Literal["start", "middle", "end"]
RowStyle = Literal["usual", "group", "part", "sum"]
"""``group``: its first cell heads the rows below; ``part``: a subtotal; ``sum``."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : Bilingual
    decimals : int or None
        Of its numbers; None for a column of text.
    unit : Bilingual or None
        Written into the head.
    weight : float
        Share of the free width on paper; 0 for as wide as its content.
    grouped : bool
        Whether thousands are set apart; never for coordinates.
    share : bool
        Numbers are shares of 1, shown as per cent.
    centred : bool
        For signs.
    """

    head: Bilingual
    decimals: int | None = None
    unit: Bilingual | None = None
    weight: float = 0.0
    grouped: bool = True
    share: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Row:
    """A row: a value for each column, or what is said across them (``group``)."""

    cells: tuple[Value, ...]
    style: RowStyle = "usual"


@dataclass(frozen=True)
class Table:
    """A table, with a caption above it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: Bilingual | None = None
    small: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and values, two columns."""

    pairs: tuple[tuple[Bilingual, Text | None], ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``caution`` and ``finding`` are framed."""

    text: Text
    style: Literal["usual", "caution", "finding", "small", "number"] = "usual"


@dataclass(frozen=True)
class Label:
    """A text on a figure.

    Parameters
    ----------
    x, y : float
        Millimetres from the upper left corner, at the middle of its height.
    text : str
    size : float
        Points.
    anchor : {"start", "middle", "end"}
    colour : str
    halo : bool
        On a white edge.
    """

    x: float
    y: float
    text: str
    size: float = 6.5
    anchor: Anchor = "start"
    colour: str = "#000000"
    halo: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing: vectors as SVG, texts apart, so that they stay text everywhere."""

    svg: str
    width: float
    height: float
    labels: tuple[Label, ...]
    caption: Bilingual


@dataclass(frozen=True)
class Signatures:
    """Who signs, each with a line for the name and one for the date."""

    roles: tuple[Bilingual, ...]
    seal: Bilingual
    date: Bilingual


Block = Table | Facts | Paragraph | Figure | Signatures


@dataclass(frozen=True)
class Section:
    """A headed part of a report."""

    title: Bilingual
    blocks: tuple[Block, ...]
    level: Literal[1, 2] = 1
    new_page: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title : Bilingual
    subtitle : Text
        Under the title: the project.
    foot : Bilingual
        On every page.
    made_on : date
    sections : tuple of Section
    """

    title: Bilingual
    subtitle: Text
    foot: Bilingual
    made_on: date
    sections: tuple[Section, ...] = field(default=())
