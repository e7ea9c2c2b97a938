"""Templates and files of pages: our own, and Leaflet out of its installed package."""

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from layers.times import time_text

_TEMPLATES = Environment(
    loader=PackageLoader("service"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["time_text"] = time_text


def render(template: str, **context: object) -> str:
    """Fill a template of ``service/templates``; every value is escaped."""
    return _TEMPLATES.get_template(template).render(context)


@cache
def own_file(name: str) -> str:
    """Read a text file of ``service/static``."""
    return (files("service") / "static" / name).read_text(encoding="utf-8")


@cache
def leaflet_script() -> str:
    """Answer Leaflet 1.9.4 without the address of its source map."""
    return _without_source_map(_leaflet("leaflet.js"))


@cache
def leaflet_style() -> str:
    """Answer Leaflet's style sheet without pictures: a page in one file has no folder.

    The pictures are those of markers and of the layer control, which are not used.
    """
    return re.sub(r"url\(images/[^)]*\)", "none", _leaflet("leaflet.css"))


def script_text(json_text: str) -> str:
    """Make JSON safe inside a ``<script>``: no text of a layer can end the element."""
    return (
        json_text.replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _leaflet(name: str) -> str:
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    return (folder / name).read_text(encoding="utf-8")


def _without_source_map(script: str) -> str:
    return re.sub(r"//# sourceMappingURL=.*", "", script)
