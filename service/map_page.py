"""Folium's elements without anything from another host."""

from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from service import geojson, pages
from service.map_layers import VectorPart, drawing
from service.map_rasters import Picture

MIN_ZOOM, MAX_ZOOM = 3, 12
_PANES_FROM = 300


class Raw(Element):
    """Text put on the page as it is; Folium's own element would fill it in."""

    _template = Template("{{ this.content }}")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content


class Page(Figure):
    """A complete HTML page in one file, which begins in one language."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{{ this.title|e }}</title>\n"
        # Without it browsers ask the host for one.
        '<link rel="icon" href="data:,">\n'
        "{{ this.header.render(**kwargs) }}\n"
        "</head>\n"
        "<body>\n"
        "{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n"
        "</html>\n"
    )

    def __init__(self, title: str, language: str) -> None:
        super().__init__(title=title, height="620px")
        self.language = "zh-CN" if language == "zh" else "en"
        self.header.add_child(Raw(_style()), name="style")
        self.header.add_child(Raw(_script()), name="script")

    def put(self, html: str, name: str) -> None:
        """Append HTML to the body."""
        self.html.add_child(Raw(html), name=name)


class OfflineMap(folium.Map):
    """A Folium map that loads nothing and leaves zooming of the page allowed.

    In a notebook it shows itself, in a frame; ``save(path)`` writes the file.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}" tabindex="0"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
            {center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}});
        {% endmacro %}
        """
    )


class VectorOverlay(folium.map.Layer):
    """A vector layer drawn by the page's script in a pane of its own."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = ecobarrier.vector(
            {{ this.drawing }}, {{ this.features }}, {{ this.pane|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, part: VectorPart, *, show: bool) -> None:
        super().__init__(name=part.spec.id, overlay=True, control=False, show=show)
        self._name = "VectorOverlay"
        self._id = part.spec.id
        self.pane = pane_name(part.spec.id)
        self.drawing = pages.script_text(geojson.dumps(drawing(part)))
        self.features = pages.script_text(part.features)


class Start(MacroElement):
    """Hand the finished map and its layers over to the page's script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        ecobarrier.start({{ this._parent.get_name() }}, {
            {% for id, name in this.overlays.items() %}
            {{ id|tojson }}: {{ name }},
            {% endfor %}
        }, {{ this.config }});
        {% endmacro %}
        """
    )

    def __init__(self, overlays: dict[str, str], config: dict[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.overlays = overlays
        self.config = pages.script_text(geojson.dumps(config))


def offline_map(name: str) -> OfflineMap:
    """Make the empty map: no tiles, zoom control on the right, quarter zoom steps."""
    made = OfflineMap(
        location=(45.5, 111.6),
        zoom_start=5,
        tiles=None,
        zoom_control="topright",
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        min_zoom=MIN_ZOOM,
        max_zoom=MAX_ZOOM,
    )
    # Folium's scripts and styles come from other hosts; Page brings Leaflet itself.
    made.default_js, made.default_css = [], []
    # Fixed names: the same layers give the same page, byte for byte.
    made._id = name
    # Folium takes them for the limits of its tiles and drops them without tiles.
    made.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM, "zoom_control": False}
    return made


def add_pane(target: OfflineMap, layer_id: str, order: int) -> None:
    """Make the pane of a layer; panes lie over each other by ``order``."""
    pane = folium.map.CustomPane(pane_name(layer_id), z_index=_PANES_FROM + order)
    pane._id = layer_id
    pane.add_to(target)


def pane_name(layer_id: str) -> str:
    """Answer the name of a layer's pane."""
    return f"pane-{layer_id}"


def image_overlay(
    layer_id: str, picture: Picture, **how: Any
) -> folium.raster_layers.ImageOverlay:
    """Lay a picture on the map, in the pane of its layer."""
    west, south, east, north = picture.bounds
    overlay = folium.raster_layers.ImageOverlay(
        image=picture.data_url,
        bounds=[[south, west], [north, east]],
        pixelated=False,
        control=False,
        pane=pane_name(layer_id),
        **how,
    )
    overlay._id = layer_id
    return overlay


def _style() -> str:
    own = pages.own_file("tokens.css") + pages.own_file("map.css")
    return f"<style>{pages.leaflet_style()}</style>\n<style>{own}</style>"


_SCRIPTS = ("words", "units", "geodesy", "tiles", "measure", "search")


def _script() -> str:
    own = [pages.own_file(f"map/{name}.js") for name in _SCRIPTS]
    own.append(pages.own_file("map.js"))
    return f"<script>{pages.leaflet_script()}</script>\n<script>{''.join(own)}</script>"
