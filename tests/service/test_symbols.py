from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from layers.models import LayerSpec
from service import symbols
from service.palette import Symbol

MakeSpec = Callable[..., LayerSpec]

FILLED = Symbol("#EFD49A", 0.5, "#9A6A1C", (1.0, 2.0))
HATCHED = Symbol("#C2182B", 0.05, "#C2182B", (1, 2), (5, 2), "hatch", "#C2182B", 135)
DOTTED = Symbol("#EFD49A", 0.5, "#9A6A1C", (1, 2), (4, 2), "dots_dense", "#7A5210")


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - made two lines above


def test_hatch_is_one_turned_line() -> None:
    pattern = parsed(symbols.pattern(HATCHED, "p"))
    assert pattern.get("id") == "p"
    assert pattern.get("patternTransform") == "rotate(135)"
    (line,) = pattern.findall("path")
    assert line.get("stroke") == "#C2182B"


@pytest.mark.parametrize(("kind", "count"), [("dots_sparse", 2), ("dots_dense", 4)])
def test_dots_tell_kinds_apart(kind: str, count: int) -> None:
    symbol = Symbol("#EFD49A", 0.5, "#9A6A1C", (1, 2), pattern=kind, ink="#7A5210")  # type: ignore[arg-type]
    assert len(parsed(symbols.pattern(symbol, "p")).findall("g/circle")) == count


@pytest.mark.parametrize("symbol", [HATCHED, DOTTED])
def test_swatch_shows_its_own_pattern(symbol: Symbol) -> None:
    swatch = parsed(symbols.swatch(symbol, "key"))
    pattern, box = swatch.find("pattern"), swatch.findall("rect")[-1]
    assert pattern is not None
    assert box.get("fill") == f"url(#{pattern.get('id')})"
    assert box.get("stroke-dasharray") != ""


def test_plain_swatch_has_a_solid_line() -> None:
    (box,) = parsed(symbols.swatch(FILLED, "key")).findall("rect")
    assert (box.get("fill"), box.get("stroke-dasharray")) == ("#EFD49A", "")


def test_line_swatch_is_a_stroke() -> None:
    swatch = parsed(symbols.swatch(FILLED, "key", line_only=True))
    assert [child.tag for child in swatch] == ["path"]


def test_names_cannot_break_out() -> None:
    text = symbols.pattern(HATCHED, '"><script>')
    assert "<script>" not in text


def test_rasters_show_their_colours(make_spec: MakeSpec) -> None:
    raster = {"kind": "raster", "geometry": None, "rows": None}
    spec = make_spec(theme="vegetation", **raster)
    bars = parsed(symbols.raster_swatch(spec)).findall("rect")[:-1]
    assert len({bar.get("fill") for bar in bars}) == 5
    assert symbols.ramp_bar(spec).startswith("linear-gradient(90deg, #EFE3CC 0.0%")
    assert symbols.ramp_bar(spec).endswith("#12572F 100.0%)")
