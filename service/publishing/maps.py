"""Folium maps of a copy: one of all open layers, one of each barrier theme."""

from pathlib import Path

from layers.models import Theme
from layers.writers import write_text
from service.maps import DEFAULT_LAYERS, folium_map
from service.policy import meta_policy
from service.publishing.copies import Copy

ALL = "all.html"
THEMES: tuple[Theme, ...] = ("redline", "sand", "forest", "water")


def write_maps(folder: Path, copy: Copy) -> None:
    """Write the maps, each one file of 5 MB at most that needs nothing else.

    Raises
    ------
    RequestError
    LayerWriteError
    """
    folder.mkdir()
    for name, ids in map_layers(copy).items():
        html = folium_map(
            copy.catalog,
            ids,
            language=copy.language,
            shown=[one for one in ids if one in DEFAULT_LAYERS] or ids,
            made_on=copy.made_on,
        )
        policy = meta_policy(html, styled_elements=True)
        head = '<meta charset="utf-8">'
        write_text(html.replace(head, f"{head}\n{policy}", 1), folder / name)


def map_layers(copy: Copy) -> dict[str, list[str]]:
    """Answer the maps of a copy and the ids of their layers."""
    if not copy.has_maps:
        return {}
    found = {ALL: [spec.id for spec in copy.specs]}
    for theme in THEMES:
        ids = [spec.id for spec in copy.specs if spec.theme == theme]
        if ids and len(ids) < len(copy.specs):
            found[f"{theme}.html"] = ids
    return found
