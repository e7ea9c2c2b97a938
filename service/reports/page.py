"""A report as one HTML file: no script, no request, maps inside as vectors."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from service.pages import own_file, render
from service.reports.blocks import Document
from service.reports.plain import plain
from service.reports.words import ReportLanguage
from service.sheet.drawing import PX

_POINT_MM = 0.3528
_HALO = 'stroke="#FFFFFF" stroke-width="5" stroke-linejoin="round" paint-order="stroke"'


def report_html(document: Document, language: ReportLanguage) -> str:
    """Write a report as a page.

    Parameters
    ----------
    document : Document
    language : {"zh", "en", "both"}
    """
    content = plain(document, language)
    for section in content["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "figure":
                block["drawing"] = _drawing(block)
    # Our own style sheet, which has nothing to escape.
    style = Markup(own_file("report.css"))  # noqa: S704
    return render("report.html", d=content, style=style)


def _drawing(figure: dict[str, Any]) -> Markup:
    """Put the texts of a figure into its drawing."""
    svg: str = figure["svg"]
    inside = svg.removesuffix("</svg>")
    texts = _texts(figure["labels"])
    # Made by MapDrawing and the legend, which escape what is not theirs.
    return Markup(inside) + texts + Markup("</svg>")  # noqa: S704


def _texts(labels: Sequence[dict[str, Any]]) -> Markup:
    made = Markup(
        '<text x="{:.1f}" y="{:.1f}" font-size="{:.1f}" text-anchor="{}" fill="{}" '
        'dominant-baseline="central" {}>{}</text>'
    )
    return Markup("").join(
        made.format(
            one["x"] / PX,
            one["y"] / PX,
            one["size"] * _POINT_MM / PX,
            one["anchor"],
            one["colour"],
            Markup(_HALO) if one["halo"] else "",  # noqa: S704
            one["text"],
        )
        for one in labels
    )
