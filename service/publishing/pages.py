"""The pages of a copy: the map, and the list of layers with downloads."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from layers.downloads import FORMATS
from layers.models import LayerSpec
from layers.writers import write_text
from service import pages
from service.numbers import NUMBERS
from service.palette import BADGES
from service.policy import meta_policy
from service.publishing.copies import CopiedFiles, Copy
from service.publishing.groups import FileNote
from service.publishing.layer_files import download_name, tiles_name
from service.publishing.maps import ALL, map_layers
from service.publishing.words import WORDS
from service.viewer.assets import modules
from service.viewer.texts import TEXTS
from service.words import THEMES, Language, other, theme_name, words


class Offer(NamedTuple):
    """A file of a layer that can be downloaded."""

    label: str
    file: FileNote


FORMAT_NAMES = {
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "geoparquet": "GeoParquet",
    "fgb": "FlatGeobuf",
    "shp": "Shapefile (zip)",
    "kml": "KML",
    "csv": "CSV",
    "xlsx": "XLSX",
    "cog": "GeoTIFF (COG)",
}


def map_page(copy: Copy) -> str:
    """Answer the page of the map; every address in it is relative."""
    policy = meta_policy("", workers=True)
    return pages.render(
        "viewer.html",
        language=copy.language,
        title=TEXTS["app"][0 if copy.language == "zh" else 1],
        accept="",
        assets=f"./{copy.app}",
        modules=modules(),
        data=f"./{copy.documents}",
        relief=copy.relief is not None,
        fonts=f"./{copy.fonts}",
        copy={
            "folder": f"./{copy.documents}",
            "relief": f"./{copy.relief}" if copy.relief else "",
            "policy": policy,
        },
    )


def write_lists(folder: Path, copy: Copy, files: CopiedFiles) -> None:
    """Write the list of layers in both languages.

    Raises
    ------
    LayerWriteError
    """
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        page = layer_list(copy, files, language, up="../../")
        write_text(page, folder / f"layers.{language}.html")


def layer_list(copy: Copy, files: CopiedFiles, language: Language, *, up: str) -> str:
    """Answer the list of layers: what each is, and its files.

    Parameters
    ----------
    copy : Copy
    files : CopiedFiles
    language : {"zh", "en"}
    up : str
        From the page's folder to the top of the copy.
    """
    place = 0 if language == "zh" else 1
    style = "".join(map(pages.own_file, ("tokens.css", "landing.css", "copy.css")))
    html = pages.render(
        "copy.html",
        w=words(language) | {key: pair[place] for key, pair in WORDS.items()},
        language=language,
        other=other(language),
        place=place,
        badges=BADGES,
        themes=[
            (theme_name(one, language), [s for s in copy.specs if s.theme == one])
            for one in THEMES
        ],
        copy=copy,
        up=up,
        maps=[(name, _map_title(name, language)) for name in map_layers(copy)],
        offers={spec.id: offers(spec, files) for spec in copy.specs},
        licences={spec.id: _licences(spec, files) for spec in copy.specs},
        about={
            spec.id: files.note(spec.id, download_name(spec, "txt"))
            for spec in copy.specs
        },
        size=size_text,
        numbers=NUMBERS,
        style=style,
    )
    head = '<meta charset="utf-8">'
    return html.replace(head, f"{head}\n{meta_policy(html)}", 1)


def offers(spec: LayerSpec, files: CopiedFiles) -> list[Offer]:
    """Answer the downloads of a layer, tiles last."""
    found = []
    for form, label in FORMAT_NAMES.items():
        if spec.kind not in FORMATS[form].kinds:
            continue
        note = files.note(spec.id, download_name(spec, form))
        if note is not None:
            found.append(Offer(label, note))
    tiles = files.note(spec.id, tiles_name(spec))
    return [*found, Offer("PMTiles", tiles)] if tiles else found


def _licences(
    spec: LayerSpec, files: CopiedFiles
) -> Sequence[tuple[str, FileNote | None]]:
    """Answer the words of the licence's SPDX expression, with their texts."""
    return [
        (word, files.note(spec.id, f"LICENCE-{word.strip('()')}.txt"))
        for word in spec.licence.split()
    ]


def _map_title(name: str, language: Language) -> str:
    if name == ALL:
        return words(language)["all_layers"]
    (theme,) = [one for one in THEMES if f"{one}.html" == name]
    return theme_name(theme, language)


def size_text(note: FileNote) -> str:
    """Say how large a file is.

    >>> size_text(FileNote("a", 1_234_567, ""))
    '1.2 MB'
    >>> size_text(FileNote("a", 999, ""))
    '1 kB'
    """
    if note.size < 1_000_000:
        return f"{max(1, round(note.size / 1000))} kB"
    return f"{note.size / 1e6:,.1f} MB"
