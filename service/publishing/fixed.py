"""Scripts, styles and fonts of a copy: the same whatever its layers are."""

from pathlib import Path

from layers.writers import write_bytes
from service.publishing.copies import Copy
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
