"""The fonts of the map and the page, made of one installed font.

The font is Noto Sans CJK (SIL Open Font License 1.1) out of the package
``cvttf-notosanscjk-regular``. Its file holds the forms of Taiwan; those of the mainland
are in it too, as localised forms, and are made the usual ones here. Punctuation of
Latin text is full-width in it; where the proportional form exists that one is used.
"""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Literal

from fontTools import subset
from fontTools.ttLib import TTFont

from layers.apart import LOCKS, alone
from layers.writers import atomic_file
from service.settings import Settings
from service.viewer.glyphs import FACES, RANGE, Outlines, glyph, packed

WebFont = Literal["sc", "latin"]
WEB_FONTS: tuple[WebFont, ...] = ("sc", "latin")
FONT_PACKAGE = "cvttf-notosanscjk-regular"
RECIPE = 1
"""Raised whenever the same font would be made otherwise."""

BAKED = (0, 256, 512, 768, 7680, 8192, 8448, 65280)
"""First characters of the ranges that hold letters: Latin with the marks of pinyin,
combining marks, punctuation, letter-like signs, full-width forms."""

_LATIN = (
    *range(0x20, 0x250),
    *(0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026),
    *(0x2032, 0x2033, 0x2212, 0x2264, 0x2265),
)
_CHINESE_BLOCKS = (
    range(0x20, 0x250),
    range(0x2000, 0x2070),
    range(0x3000, 0x3030),
    range(0xFF00, 0xFF60),
)
_BEYOND_GB2312 = "浑嘎淖噶珠穆沁莎亩²₀₂磴圐圙"


def font_path() -> Path:
    """Answer where the installed font is."""
    folder = files("cvttf_NotoSansCJK_Regular")
    return Path(str(folder / "NotoSansCJKtc-Regular.otf"))


def font_key() -> str:
    """Name all that the made fonts depend on."""
    return f"{version(FONT_PACKAGE)}-{RECIPE}"


class FontStore:
    """Makes fonts once, when they are first asked for, and keeps them as files.

    Parameters
    ----------
    cache : Path
        Folder of what can be made anew.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._folder = cache / "fonts" / font_key()
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def glyphs(self, stack: str, first: int) -> bytes:
        """Answer a range of letters; an empty one where there are none.

        Parameters
        ----------
        stack : str
            A name of :data:`service.viewer.glyphs.FACES`; of several with commas
            between the first known one is taken, else the regular face.
        first : int
            A multiple of 256.
        """
        known = [name for name in stack.split(",") if name in FACES]
        name = known[0] if known else next(iter(FACES))
        if first not in BAKED:
            return packed(name, first, [])
        return self._kept(f"{name}-{first}.pbf", lambda: _range(name, first))

    def web_font(self, name: WebFont) -> bytes:
        """Answer a web font (WOFF2): Chinese, or Latin with proportional signs."""
        path = self._folder / f"{name}.woff2"
        with self._locks[path.name]:
            if not path.exists():
                # Apart: it takes many seconds of pure Python.
                command = [sys.executable, "-m", "service.viewer.fonts"]
                subprocess.run(  # noqa: S603
                    [*command, str(self._cache), name], check=True
                )
            return path.read_bytes()

    def bake(self) -> None:
        """Make all of them now."""
        for stack in FACES:
            for first in BAKED:
                self.glyphs(stack, first)
        for name in WEB_FONTS:
            self.web_font(name)

    def make(self, name: str) -> None:
        """Make a web font here and now, unless it is there."""
        self._kept(f"{name}.woff2", _chinese if name == "sc" else _latin)

    def _kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._folder / name
        with self._locks[name]:
            if not path.exists():
                with alone(self._folder / LOCKS / name):
                    self._make(path, make)
            return path.read_bytes()

    def _make(self, path: Path, make: Callable[[], bytes]) -> None:
        if not path.exists():
            with atomic_file(path) as temporary:
                temporary.write_bytes(make())


def main() -> None:
    """Make one font in a folder, or all in the usual one, so that no page waits."""
    if len(sys.argv) > 1:
        FontStore(Path(sys.argv[1])).make(sys.argv[2])
    else:
        FontStore(Settings().cache_folder).bake()


def _range(stack: str, first: int) -> bytes:
    with TTFont(font_path(), lazy=True) as font:
        names = _proportional(font)
        outlines = Outlines(font, names)
        drawn = []
        for character in range(max(first, 32), first + RANGE):
            if character in names:
                area, advance = outlines.shape(character)
                drawn.append(glyph(character, area, advance, FACES[stack]))
    return packed(stack, first, drawn)


def _proportional(font: TTFont) -> dict[int, str]:
    names: dict[int, str] = dict(font.getBestCmap())
    narrow = dict(_substitutes(font, "pwid"))
    return {
        character: narrow.get(name, name) if character in _LATIN else name
        for character, name in names.items()
    }


def _latin() -> bytes:
    with TTFont(font_path()) as font:
        names = _proportional(font)
        _set_names(font, {one: names[one] for one in _LATIN if one in names})
        return _subset(font, _LATIN)


def _chinese() -> bytes:
    with TTFont(font_path()) as font:
        mainland = dict(_substitutes(font, "locl", language="ZHS"))
        names = font.getBestCmap()
        _set_names(font, {key: mainland.get(name, name) for key, name in names.items()})
        return _subset(font, _common_characters())


def _common_characters() -> list[int]:
    found = {ord(one) for one in _BEYOND_GB2312}
    for block in _CHINESE_BLOCKS:
        found.update(block)
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            text = bytes([row, cell]).decode("gb2312", "ignore")
            found.update(map(ord, text))
    return sorted(found)


def _set_names(font: TTFont, names: dict[int, str]) -> None:
    for table in font["cmap"].tables:
        if hasattr(table, "cmap"):
            table.cmap.update({k: v for k, v in names.items() if k in table.cmap})


def _substitutes(
    font: TTFont, feature: str, language: str | None = None
) -> Iterator[tuple[str, str]]:
    """Yield glyph names and what a feature puts in their place."""
    table = font["GSUB"].table
    wanted: list[int] = list(range(len(table.FeatureList.FeatureRecord)))
    if language is not None:
        wanted = [
            index
            for script in table.ScriptList.ScriptRecord
            for one in script.Script.LangSysRecord
            if one.LangSysTag.strip() == language
            for index in one.LangSys.FeatureIndex
        ]
    for index in sorted(set(wanted)):
        record = table.FeatureList.FeatureRecord[index]
        if record.FeatureTag != feature:
            continue
        for lookup in record.Feature.LookupListIndex:
            for part in table.LookupList.Lookup[lookup].SubTable:
                inner = getattr(part, "ExtSubTable", part)
                yield from getattr(inner, "mapping", {}).items()


def _subset(font: TTFont, characters: Iterable[int]) -> bytes:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "tnum", "palt"]
    options.hinting = False
    options.notdef_outline = True
    maker = subset.Subsetter(options)
    maker.populate(unicodes=characters)
    maker.subset(font)
    out = BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


if __name__ == "__main__":
    main()
