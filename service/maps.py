"""Maps as one HTML file that draws with the network cut (Folium, Leaflet inside)."""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date

import folium

from geo.authalic import CGCS2000, sine_series
from layers.catalog import Catalog
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from service import map_page
from service.cache import BoundedCache
from service.errors import RequestError
from service.map_content import BUDGET_MB, MapContent, RasterPart, Relief
from service.map_labels import neighbours
from service.map_layers import VectorPart, VectorSketch, patterns
from service.map_legend import legend_groups
from service.map_pictures import within
from service.map_rasters import Picture, picture
from service.map_relief import relief
from service.map_tiles import Tiles
from service.pages import render
from service.palette import BADGES, CAUTIONED, VEIL, VEIL_OPACITY, order_of
from service.settings import Settings
from service.words import Language, words

DEFAULT_LAYERS = (
    "province",
    "leagues",
    "yellow_river",
    "lakes",
    "sandy_lands",
    "forest_regions",
    "redline",
)
"""What a map shows if nobody asks for something else."""

BASE_LAYERS = ("province", "leagues", "rivers", "lakes")
"""Always drawn under the others, where the catalogue has them: no map is bare."""

_RELIEF = "elevation"
_RASTER_OPACITY = 0.85
_TRIES = 5
_SLACK = 4_000
"""Bytes left for what changes when less is drawn."""


def default_layers(catalog: Catalog) -> list[str]:
    """Answer those of :data:`DEFAULT_LAYERS` that the catalogue has."""
    known = {spec.id for spec in catalog.specs if not spec.restricted}
    return [name for name in DEFAULT_LAYERS if name in known]


def folium_map(
    catalog: Catalog,
    layer_ids: Sequence[str],
    *,
    language: Language = "zh",
    shown: Collection[str] | None = None,
    made_on: date | None = None,
    pictures: BoundedCache[Picture] | None = None,
    budget_mb: float = BUDGET_MB,
    tiles: Tiles | None = None,
) -> str:
    """Draw layers on a map that is one HTML file and needs no network.

    Legend, statuses, warnings, popups with areas, search, measuring and sources are
    there in Chinese and English.

    Parameters
    ----------
    catalog : Catalog
    layer_ids : sequence of str
        Layer ids, or paths of files where the caller may read them. Region, leagues,
        rivers, lakes and relief are added where the catalogue has them.
    language : {"zh", "en"}
        In which the page begins; a button switches.
    shown : collection of str, optional
        Of the layers asked for, those that are switched on at first; all of them if
        not given, but one raster only, because rasters hide each other.
    made_on : date, optional
        Printed as the day the map was made; today if not given.
    pictures : BoundedCache, optional
        Keeps pictures of rasters from one map to the next.
    budget_mb : float
        Megabytes (10^6 bytes) that the page has at most. Layers are simplified for
        that, all by one tolerance, shared borders together, and pictures of rasters
        get fewer pixels; what was done is said on the page, and areas in popups are
        those of the full geometry.
    tiles : Tiles, optional
        Base tiles. Without them the page refers to no other file or host.

    Returns
    -------
    str
        A complete page. The same arguments give the same bytes.

    Raises
    ------
    RequestError
        ``map_no_layers``, ``map_budget_not_a_size``, ``map_budget_too_small``.
    EcobarrierError
        As :meth:`layers.catalog.Catalog.layer`.
    """
    content = _content(
        catalog, layer_ids, language, shown, made_on, pictures, budget_mb, tiles
    )
    return _rendered(_within_budget(*content))


def notebook_map(
    layer_ids: Sequence[str] = (),
    *,
    catalog: Catalog | None = None,
    language: Language = "zh",
    budget_mb: float = BUDGET_MB,
    tiles: Tiles | None = None,
) -> folium.Map:
    """Draw layers on a map that a notebook shows, and that works without a network.

    Parameters
    ----------
    layer_ids : sequence of str
        Layer ids or paths of files; :data:`DEFAULT_LAYERS` if empty.
    catalog : Catalog, optional
        The seeds with the workspace of ``ECOBARRIER_WORKSPACE`` over them if not
        given.
    language, budget_mb, tiles
        As for :func:`folium_map`.

    Returns
    -------
    folium.Map
        ``save("map.html")`` writes the same bytes that ``ecobarrier map`` writes;
        Folium's own layers can be added before that, but those that bring scripts of
        other hosts with them need a network.

    Raises
    ------
    RequestError
        As :func:`folium_map`.

    Examples
    --------
    >>> from service.maps import notebook_map
    >>> shown = notebook_map(["leagues"], language="en")
    >>> shown.save("map.html")  # doctest: +SKIP
    """
    if catalog is None:
        settings = Settings()
        catalog = Catalog.open(settings.seeds, settings.workspace)
    wanted = list(layer_ids) or default_layers(catalog)
    content = _content(catalog, wanted, language, None, None, None, budget_mb, tiles)
    return _page(_within_budget(*content))


def _content(
    catalog: Catalog,
    layer_ids: Sequence[str],
    language: Language,
    shown: Collection[str] | None,
    made_on: date | None,
    pictures: BoundedCache[Picture] | None,
    budget_mb: float,
    tiles: Tiles | None,
) -> tuple[MapContent, VectorSketch]:
    """Load everything but the geometry, which waits for the room that is left."""
    if not layer_ids:
        raise RequestError("map_no_layers")
    if not (math.isfinite(budget_mb) and budget_mb > 0):
        raise RequestError("map_budget_not_a_size", value=budget_mb)
    asked = {name: catalog.layer(name) for name in layer_ids}
    base = [catalog.layer(name) for name in _missing_base(catalog, asked)]
    loaded = [*asked.values(), *base]
    vectors = [layer for layer in loaded if isinstance(layer, VectorLayer)]
    rasters = [layer for layer in loaded if isinstance(layer, RasterLayer)]
    kept = pictures or BoundedCache[Picture](1)
    wanted = [asked[name].spec for name in asked if shown is None or name in shown]
    content = MapContent(
        vectors=[],
        rasters=[_raster_part(one, kept) for one in rasters],
        # Tiles bring their own ground.
        relief=None if tiles else _relief(catalog, kept),
        asked=frozenset(layer.spec.id for layer in asked.values()),
        on=_switched_on([*wanted, *(layer.spec for layer in base)]),
        language=language,
        # Callers who need the same bytes tomorrow give the day themselves.
        made_on=made_on or date.today(),
        tiles=tiles,
        budget_mb=budget_mb,
    )
    return content, VectorSketch.of(vectors)


def _within_budget(content: MapContent, sketch: VectorSketch) -> MapContent:
    """Draw the layers as finely as the budget allows.

    Raises
    ------
    RequestError
        ``map_budget_too_small``.
    """
    budget = int(content.budget_mb * 1e6)
    room = budget
    for _ in range(_TRIES):
        drawn = _drawn(content, sketch, max(room, 0))
        size = len(_rendered(drawn).encode())
        if size <= budget:
            return drawn
        fitted = sum(len(part.features.encode()) for part in drawn.vectors)
        fitted += sum(len(one.data_url) for one in drawn.pictures)
        # What else is on the page depends a little on what is drawn: names, notes.
        room = budget - (size - fitted) - _SLACK
        if room <= 0:
            break
    least = len(_rendered(_drawn(content, sketch, 0)).encode()) / 1e6
    raise RequestError(
        "map_budget_too_small", budget_mb=content.budget_mb, least_mb=least + 0.1
    )


def _drawn(content: MapContent, sketch: VectorSketch, room: int) -> MapContent:
    """Draw features and pictures within a number of bytes.

    Pictures get half of it, or what features do not need if that is more.
    """
    for_pictures = max(room // 2, room - sketch.most_bytes(room))
    drawn = content.with_pictures(within(content.pictures, for_pictures))
    left = room - sum(len(one.data_url) for one in drawn.pictures)
    return replace(drawn, vectors=sketch.parts(max(left, 0)))


def _missing_base(catalog: Catalog, asked: Collection[str]) -> list[str]:
    known = {spec.id for spec in catalog.specs if not spec.restricted}
    return [name for name in BASE_LAYERS if name in known and name not in asked]


def _picture(raster: RasterLayer, kept: BoundedCache[Picture]) -> Picture:
    return kept.get(("picture", raster.spec), lambda: picture(raster))


def _raster_part(raster: RasterLayer, kept: BoundedCache[Picture]) -> RasterPart:
    made = _picture(raster, kept)
    cells = raster.grid.width, raster.grid.height
    return RasterPart(raster.spec, made, cells, made.size)


def _relief(catalog: Catalog, kept: BoundedCache[Picture]) -> Relief | None:
    specs = {spec.id: spec for spec in catalog.specs}
    known = specs.get(_RELIEF)
    if known is None or known.kind != "raster" or known.restricted:
        return None
    made = kept.get(("relief", known), lambda: relief(catalog.raster(_RELIEF)))
    return Relief(made, made.size[0])


def _switched_on(specs: list[LayerSpec]) -> frozenset[str]:
    """All vector layers and the first raster: rasters hide each other."""
    rasters = [spec.id for spec in specs if spec.kind == "raster"]
    vectors = [spec.id for spec in specs if spec.kind == "vector"]
    return frozenset([*vectors, *rasters[:1]])


def _rendered(content: MapContent) -> str:
    return str(_page(content).get_root().render())


def _page(content: MapContent) -> map_page.OfflineMap:
    title = words(content.language)["map_title"]
    page = map_page.Page(title, content.language)
    page.put(_furniture(content), "furniture")
    target = map_page.offline_map("ecobarrier")
    target.add_to(page)
    overlays = _add_layers(target, content)
    map_page.Start(overlays, _config(content)).add_to(target)
    return target


def _furniture(content: MapContent) -> str:
    """Legend, warning strip, footer and the patterns that the map refers to."""
    drawn = [pattern for part in content.vectors for pattern in patterns(part)]
    zh, en = words("zh"), words("en")
    return render(
        "map.html",
        w={key: (zh[key], en[key]) for key in zh},
        language=content.language,
        badges=BADGES,
        patterns=drawn,
        groups=legend_groups(content),
        specs=content.specs,
        notes=[note.text for note in content.notes],
        made_on=content.made_on.isoformat(),
        budget=f"{content.budget_mb:g}",
        tiles=content.tiles.said if content.tiles else None,
    )


def _add_layers(target: map_page.OfflineMap, content: MapContent) -> dict[str, str]:
    """Add relief, rasters and vectors from below; answer their names in the script."""
    overlays = {}
    if content.relief is not None:
        map_page.add_pane(target, "hillshade", 0)
        shade = map_page.image_overlay("hillshade", content.relief.picture)
        shade.add_to(target)
        overlays["hillshade"] = shade.get_name()
    map_page.add_pane(target, "veil", order_of("veil"))
    for raster in content.rasters:
        map_page.add_pane(target, raster.spec.id, raster.order)
        image = map_page.image_overlay(
            raster.spec.id,
            raster.picture,
            opacity=_RASTER_OPACITY,
            class_name="cells",
            show=raster.spec.id in content.on,
        )
        image.add_to(target)
        overlays[raster.spec.id] = image.get_name()
    for part in sorted(content.vectors, key=_drawing_order):
        map_page.add_pane(target, part.spec.id, part.order)
        overlay = map_page.VectorOverlay(part, show=part.spec.id in content.on)
        overlay.add_to(target)
        overlays[part.spec.id] = overlay.get_name()
    return overlays


def _drawing_order(part: VectorPart) -> int:
    return part.order


def _config(content: MapContent) -> dict[str, object]:
    """Collect what the page's script must know."""
    marks = [asdict(one) for one in neighbours("zh")]
    for part in content.vectors:
        marks += [{**asdict(one), "layer": part.spec.id} for one in part.labels]
    found = [(part.spec.id, *one) for part in content.vectors for one in part.findings]
    return {
        "words": {"zh": words("zh"), "en": words("en")},
        "layers": [_described(spec, content) for spec in content.specs],
        "labels": marks,
        "findings": found,
        "bounds": content.bounds,
        "veil": {"layer": "province", "fill": VEIL, "opacity": VEIL_OPACITY},
        "series": sine_series(CGCS2000),
        "base": asdict(content.tiles) if content.tiles else None,
    }


def _described(spec: LayerSpec, content: MapContent) -> dict[str, object]:
    badge = BADGES[spec.status]
    return {
        "id": spec.id,
        "title": spec.title.model_dump(),
        "kind": spec.kind,
        "line": spec.geometry == "line",
        "status": spec.status,
        "badge": {"zh": badge.zh, "en": badge.en},
        "cautioned": spec.status in CAUTIONED,
        "caution": spec.caution.model_dump() if spec.caution else None,
        "source": spec.attribution,
        "bounds": content.bounds_of(spec.id),
        "asked": spec.id in content.asked,
    }
