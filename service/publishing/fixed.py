"""Scripts, styles, fonts and relief: the same from one copy to the next."""

from pathlib import Path

from layers.writers import write_bytes, write_text
from service.geojson import dumps
from service.map_relief import relief
from service.publishing.copies import RELIEF, Copy
from service.publishing.groups import Group
from service.settings import Settings
from service.viewer.assets import assets
from service.viewer.fonts import WEB_FONTS, FontStore


def app_group(copy: Copy) -> Group:
    """Answer the folder of the page's own files and MapLibre GL."""

    def make(folder: Path) -> None:
        for name, content in assets().items():
            write_bytes(content, folder / name)

    return Group(copy.app, make)


def fonts_group(copy: Copy, settings: Settings) -> Group:
    """Answer the folder of the web fonts."""

    def make(folder: Path) -> None:
        store = FontStore(settings.cache_folder)
        for name in WEB_FONTS:
            write_bytes(store.web_font(name), folder / f"{name}.woff2")

    return Group(copy.fonts, make)


def relief_group(copy: Copy) -> Group | None:
    """Answer the folder of the shaded relief; None without an open elevation."""
    folder = copy.relief
    if folder is None:
        return None

    def make(scratch: Path) -> None:
        picture = relief(copy.base.raster(RELIEF))
        write_bytes(picture.content, scratch / "relief.webp")
        write_text(dumps({"bounds": picture.bounds}), scratch / "relief.json")

    return Group(folder, make)
