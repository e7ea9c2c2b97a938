"""Maps as one HTML file that draws with the network cut (Folium, Leaflet inside)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date

from layers.catalog import Catalog
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from service import map_page
from service.cache import BoundedCache
from service.errors import RequestError
from service.map_content import MapContent, RasterPart
from service.map_labels import neighbours
from service.map_layers import VectorPart, patterns, vector_parts
from service.map_legend import legend_groups, sources
from service.map_rasters import Picture, picture
from service.map_relief import relief
from service.pages import render
from service.palette import BADGES, CAUTIONED, VEIL, VEIL_OPACITY, order_of
from service.words import Language, said, words

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
) -> str:
    """Draw layers on a map with legend, statuses, warnings, popups and sources.

    Parameters
    ----------
    catalog : Catalog
    layer_ids : sequence of str
        Layer ids, or paths of files where the caller may read them. Region, leagues,
        rivers, lakes and relief are added where the catalogue has them.
    language : {"zh", "en"}
        Of everything on the page; names stand in the other language under it where
        there is room.
    shown : collection of str, optional
        Of the layers asked for, those that are switched on at first; all of them if
        not given, but one raster only, because rasters hide each other.
    made_on : date, optional
        Printed as the day the map was made; today if not given.
    pictures : BoundedCache, optional
        Keeps pictures of rasters from one map to the next.

    Returns
    -------
    str
        A complete page that refers to no other file or host. The same arguments give
        the same bytes. At most 150,000 vertices and 12,000 features are drawn; what
        was simplified or left out for that is said on the page, and areas in popups
        are those of the full geometry.

    Raises
    ------
    RequestError
        ``map_no_layers``.
    EcobarrierError
        As :meth:`layers.catalog.Catalog.layer`.
    """
    if not layer_ids:
        raise RequestError("map_no_layers")
    asked = {name: catalog.layer(name) for name in layer_ids}
    base = [catalog.layer(name) for name in _missing_base(catalog, asked)]
    loaded = [*asked.values(), *base]
    vectors = [layer for layer in loaded if isinstance(layer, VectorLayer)]
    rasters = [layer for layer in loaded if isinstance(layer, RasterLayer)]
    kept = pictures or BoundedCache[Picture](1)
    wanted = [asked[name].spec for name in asked if shown is None or name in shown]
    content = MapContent(
        vectors=vector_parts(vectors, language),
        rasters=[RasterPart(one.spec, _picture(one, kept)) for one in rasters],
        relief=_relief(catalog, kept),
        asked=frozenset(layer.spec.id for layer in asked.values()),
        on=_switched_on([*wanted, *(layer.spec for layer in base)]),
        language=language,
        # Callers who need the same bytes tomorrow give the day themselves.
        made_on=made_on or date.today(),
    )
    return _page(content)


def _missing_base(catalog: Catalog, asked: Collection[str]) -> list[str]:
    known = {spec.id for spec in catalog.specs if not spec.restricted}
    return [name for name in BASE_LAYERS if name in known and name not in asked]


def _picture(raster: RasterLayer, kept: BoundedCache[Picture]) -> Picture:
    return kept.get(("picture", raster.spec), lambda: picture(raster))


def _relief(catalog: Catalog, kept: BoundedCache[Picture]) -> Picture | None:
    specs = {spec.id: spec for spec in catalog.specs}
    known = specs.get(_RELIEF)
    if known is None or known.kind != "raster" or known.restricted:
        return None
    return kept.get(("relief", known), lambda: relief(catalog.raster(_RELIEF)))


def _switched_on(specs: list[LayerSpec]) -> frozenset[str]:
    """All vector layers and the first raster: rasters hide each other."""
    rasters = [spec.id for spec in specs if spec.kind == "raster"]
    vectors = [spec.id for spec in specs if spec.kind == "vector"]
    return frozenset([*vectors, *rasters[:1]])


def _page(content: MapContent) -> str:
    title = words(content.language)["map_title"]
    page = map_page.Page(title, content.language)
    page.put(_furniture(content), "furniture")
    target = map_page.offline_map("ecobarrier")
    target.add_to(page)
    overlays = _add_layers(target, content)
    map_page.Start(overlays, _config(content)).add_to(target)
    return str(page.render())


def _furniture(content: MapContent) -> str:
    """Legend, warning strip, footer and the patterns that the map refers to."""
    drawn = [pattern for part in content.vectors for pattern in patterns(part)]
    return render(
        "map.html",
        w=words(content.language),
        language=content.language,
        badges=BADGES,
        patterns=drawn,
        groups=legend_groups(content),
        sources=sources(content),
        notes=_notes(content),
        made_on=content.made_on.isoformat(),
    )


def _notes(content: MapContent) -> list[str]:
    """Say what was simplified for display."""
    place = 0 if content.language == "zh" else 1
    return [part.note.text[place] for part in content.vectors if part.note is not None]


def _add_layers(target: map_page.OfflineMap, content: MapContent) -> dict[str, str]:
    """Add relief, rasters and vectors from below; answer their names in the script."""
    overlays = {}
    if content.relief is not None:
        map_page.add_pane(target, "hillshade", 0)
        shade = map_page.image_overlay("hillshade", content.relief)
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
    marks = [asdict(one) for one in neighbours(content.language)]
    for part in content.vectors:
        marks += [{**asdict(one), "layer": part.spec.id} for one in part.labels]
    return {
        "words": words(content.language),
        "layers": [_described(spec, content) for spec in content.specs],
        "labels": marks,
        "bounds": content.bounds,
        "veil": {"layer": "province", "fill": VEIL, "opacity": VEIL_OPACITY},
    }


def _described(spec: LayerSpec, content: MapContent) -> dict[str, object]:
    badge = BADGES[spec.status]
    caution = said(spec.caution, content.language) if spec.caution else None
    return {
        "id": spec.id,
        "title": said(spec.title, content.language),
        "kind": spec.kind,
        "line": spec.geometry == "line",
        "status": spec.status,
        "badge": badge.zh if content.language == "zh" else badge.en,
        "cautioned": spec.status in CAUTIONED,
        "caution": caution,
        "source": spec.attribution,
        "bounds": content.bounds_of(spec.id),
        "asked": spec.id in content.asked,
    }
