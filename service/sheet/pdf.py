"""Sheets as PDF, set by Typst out of a template and a drawing."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
import typst

from geo.types import BBox, GeometryArray
from layers.catalog import Catalog
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from service.cache import BoundedCache
from service.map_rasters import Picture
from service.map_relief import relief
from service.pages import own_file
from service.palette import BADGES, CAUTIONED, hatch_angles, order_of, symbol_of
from service.sheet import furniture
from service.sheet.drawing import (
    MapDrawing,
    drawing_order,
    grid_step,
    opened,
)
from service.sheet.projection import PAPERS, Frame, frame_for
from service.sheet.result import CheckedSite, Unit, legend_row, result_table
from service.sheet.sentences import SHEET
from service.viewer.base import BORDERS, base_map
from service.viewer.fonts import font_path
from service.words import Language, said

Paper = Literal["A4", "A3"]
_WHOLE: BBox = (97.0, 37.2, 126.3, 53.5)
_LEGEND_MM = 84.0
_LEGEND_ROW_MM = 6.6
_RELIEF = "elevation"


def sheet_pdf(
    catalog: Catalog,
    layer_ids: Sequence[str],
    *,
    language: Language = "zh",
    paper: Paper = "A4",
    bbox: BBox | None = None,
    made_on: date | None = None,
    title: str = "",
    site: CheckedSite | None = None,
    unit: Unit = "km2",
    pictures: BoundedCache[Picture] | None = None,
) -> bytes:
    """Draw a map to print.

    Parameters
    ----------
    catalog : Catalog
    layer_ids : sequence of str
        From below; region, borders, names and relief are added.
    language : {"zh", "en"}
    paper : {"A4", "A3"}
        Landscape.
    bbox : BBox, optional
        West, south, east, north of what must be on it; the region if absent.
    made_on : date, optional
        Printed as the day it was made; today if absent.
    title : str
        Instead of the usual one.
    site : CheckedSite, optional
        Its outline is drawn, and its table follows the map.
    unit : {"km2", "ha", "mu"}
        Of the table's areas.
    pictures : BoundedCache, optional
        Keeps the relief from one sheet to the next.

    Returns
    -------
    bytes
        PDF of one page, and more with a site. The slot for the map review number is
        left empty: only the authority fills it.

    Raises
    ------
    EcobarrierError
        A layer cannot be found or read.
    """
    known = {spec.id: spec for spec in catalog.specs if not spec.restricted}
    specs = [catalog.spec(name) for name in layer_ids]
    shapes = None if site is None else np.array(site.outline(), dtype=object)
    bounds = bbox
    if bounds is None:
        bounds = _region_bounds(catalog, known) if shapes is None else _box(shapes)
    frame = frame_for(bounds, PAPERS[paper])
    base = base_map(catalog)
    drawing = _drawn(catalog, known, specs, frame, base, pictures)
    if shapes is not None:
        drawing.site(shapes)
    listed = [
        one for one in drawing_order(specs, list(layer_ids)) if one.id not in BORDERS
    ]
    legend = furniture.legend_rows(catalog, listed, language, drawing.values)
    if site is not None:
        legend.insert(0, legend_row(site, language))
    content = {
        "svg": drawing.svg(),
        "words": _words(language, title, whole=site is None),
        "result": site and result_table(site, catalog, language, unit),
        "language": language,
        "paper": [frame.paper.width, frame.paper.height, frame.paper.growth],
        "type_growth": frame.paper.type_growth,
        "corner": frame.corner,
        "size": frame.size,
        "legend": legend,
        "legend_width": _LEGEND_MM * frame.paper.growth,
        "names": furniture.placed_names(
            frame, base["names"]["features"], language, [_legend_box(frame, legend)]
        ),
        "scale": furniture.scale_bar(frame),
        "numbers": furniture.graticule_numbers(frame),
        "north": furniture.north(frame),
        "status": _status_line(specs, language),
        "foot": _foot(specs, frame, language, made_on or date.today()),
    }
    made: bytes = typst.compile(  # type: ignore[misc]  # its stub lets no type be told
        own_file("sheet.typ").encode(),
        font_paths=[str(font_path().parent)],
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
    )
    return made


def _words(language: Language, title: str, *, whole: bool) -> dict[str, str]:
    place = 0 if language == "zh" else 1
    said_ = {key: pair[place] for key, pair in SHEET.items()}
    if not whole:
        said_ |= {"title": said_["site_title"], "subtitle": ""}
    if title:
        said_ |= {"title": title, "subtitle": ""}
    return said_


def _region_bounds(catalog: Catalog, known: dict[str, LayerSpec]) -> BBox:
    if "province" not in known:
        return _WHOLE
    return _box(catalog.vector("province").features.geometry.to_numpy())


def _box(shapes: GeometryArray) -> BBox:
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def _drawn(
    catalog: Catalog,
    known: dict[str, LayerSpec],
    specs: list[LayerSpec],
    frame: Frame,
    base: dict[str, dict[str, list[dict[str, object]]]],
    pictures: BoundedCache[Picture] | None,
) -> MapDrawing:
    drawing = MapDrawing(frame)
    drawing.ground()
    if _RELIEF in known:
        kept = pictures or BoundedCache[Picture](1)
        spec = known[_RELIEF]
        raster = catalog.raster(_RELIEF)
        drawing.picture(kept.get(("relief", spec), lambda: relief(raster)))
    asked = [spec.id for spec in specs]
    ordered = [one for one in drawing_order(specs, asked) if one.id not in BORDERS]
    veil = order_of("veil")
    angles = hatch_angles(ordered)
    for spec in (one for one in ordered if order_of(one.id, one.theme) < veil):
        _add(drawing, catalog, spec, angles)
    if "province" in known:
        drawing.veil(catalog.vector("province").features)
    for spec in (one for one in ordered if order_of(one.id, one.theme) > veil):
        _add(drawing, catalog, spec, angles)
    drawing.graticule(grid_step(frame))
    borders = gpd.GeoDataFrame.from_features(base["borders"]["features"])
    for name in reversed(BORDERS):
        if name in known and not (name == "banners" and frame.denominator > 5e6):
            lines = list(borders[borders["layer"] == name].geometry)
            drawing.lines(np.asarray(shapely.get_parts(lines)), symbol_of(known[name]))
    return drawing


def _add(
    drawing: MapDrawing, catalog: Catalog, spec: LayerSpec, angles: dict[str, int]
) -> None:
    layer = opened(catalog, spec)
    if isinstance(layer, RasterLayer):
        drawing.cells(layer)
    else:
        drawing.layer(layer, angles.get(spec.id, 45))


def _legend_box(frame: Frame, rows: list[furniture.Item]) -> furniture.Box:
    classes = [row["classes"] for row in rows]
    count = len(rows) + sum(len(one) for one in classes) / 2
    growth = frame.paper.growth
    height = (24 + _LEGEND_ROW_MM * count) * growth
    return furniture.Box(0, 0, (_LEGEND_MM + 8) * growth, height)


def _status_line(specs: list[LayerSpec], language: Language) -> str:
    """Say which layers are no legal lines."""
    place = 0 if language == "zh" else 1
    parts = []
    for status in sorted(CAUTIONED):
        names = [said(one.title, language) for one in specs if one.status == status]
        badge = BADGES[status]
        if names:
            word = (badge.zh, badge.en)[place]
            parts.append(
                f"{word}{('：', ': ')[place]}{('、', ', ')[place].join(names)}"
            )
    if not parts:
        return ""
    return ("；", "; ")[place].join(parts) + SHEET["not_legal"][place]


def _foot(
    specs: list[LayerSpec], frame: Frame, language: Language, made_on: date
) -> list[str]:
    place = 0 if language == "zh" else 1
    parts = [part for spec in specs for part in spec.attribution.split("; ")]
    names = list(dict.fromkeys(parts))
    sources = ("；", "; ")[place].join(names)
    projection = SHEET["zone"] if frame.name else SHEET["albers"]
    crs = projection[place].format(code=frame.name, meridian=f"{frame.meridian:g}")
    versions = " ".join(f"{spec.id}@{spec.version[:7]}" for spec in specs)
    return [
        f"{SHEET['sources'][place]}{sources}",
        f"CGCS2000 · {crs} · {SHEET['made'][place]}{made_on.isoformat()} · {versions}",
    ]
