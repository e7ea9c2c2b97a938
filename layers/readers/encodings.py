"""Which encoding text is in: declared, by code page, or by trial.

Chinese files come in UTF-8 and in GBK, often without saying which, and sometimes with
a wrong label or with both in one file (pyogrio#380). GB 18030 contains GBK and GB 2312
and stands for them here.
"""

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from geo.messages import Note
from layers.errors import LayerReadError

How = Literal["stated", "cpg", "ldid", "trial"]

# Language driver ids of dBASE that name an East Asian code page. Others are ignored:
# 0x03 and 0x57 only say "the machine's own", and any bytes pass as Western text.
LANGUAGE_BYTES = {
    0x13: "cp932",
    0x4D: "gb18030",
    0x4E: "cp949",
    0x4F: "cp950",
    0x78: "cp950",
    0x79: "cp949",
    0x7A: "gb18030",
    0x7B: "cp932",
}
_CHINESE = {"gbk", "gb2312", "cp936", "936", "gb18030", "hz", "euc_cn", "mbcs"}
# Every byte string decodes in these, so that success proves nothing.
_SINGLE_BYTE = re.compile(r"iso8859|cp125|cp437|cp850|latin|charmap")


@dataclass(frozen=True)
class Decision:
    """An encoding and why it was taken.

    Parameters
    ----------
    encoding : str
        As Python names it.
    how : {"stated", "cpg", "ldid", "trial"}
    """

    encoding: str
    how: How


def decode_text(content: bytes, file: str) -> tuple[str, list[Note]]:
    """Decode a whole text: UTF-8, else by byte order mark, else GB 18030 with a note.

    Raises
    ------
    LayerReadError
        ``text_encoding_unknown``.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            return text, []
        return text, [Note("text_encoding", {"file": file, "encoding": encoding})]
    raise LayerReadError("text_encoding_unknown", file=file)


def settle_text(
    content: bytes, file: str, stated: str | None = None
) -> tuple[str, Note]:
    """Decode a whole text and say how the encoding was decided.

    Raises
    ------
    LayerReadError
        ``encoding_wrong`` for a stated one that does not fit, or
        ``text_encoding_unknown``.
    """
    if stated is not None:
        encoding = python_name(stated)
        try:
            text = content.decode(
                "utf-8-sig" if encoding == "utf-8" else encoding or ""
            )
        except (LookupError, UnicodeDecodeError) as error:
            raise LayerReadError(
                "encoding_wrong", file=file, encoding=stated
            ) from error
        return text, _settled("text_encoding_stated", file, str(encoding), text)
    if content.startswith(codecs.BOM_UTF8):
        code = "text_encoding_mark"
    elif content.isascii():
        code = "text_encoding_ascii"
    else:
        code = "text_encoding_trial"
    text, notes = decode_text(content, file)
    encoding = str(notes[0].details["encoding"]) if notes else "utf-8"
    if encoding == "utf-16":
        code = "text_encoding_mark"
    return text, _settled(code, file, encoding, text)


def _settled(code: str, file: str, encoding: str, text: str) -> Note:
    telling = next((line for line in text.splitlines() if not line.isascii()), "")
    details = {"file": file, "encoding": encoding, "sample": telling.strip()[:20]}
    return Note(code, details)


def python_name(label: str) -> str | None:
    """Answer Python's name of a code page as a ``.cpg`` spells it; None if unknown.

    Examples
    --------
    >>> python_name("GBK"), python_name("ANSI 936"), python_name("UTF-8")
    ('gb18030', 'gb18030', 'utf-8')
    >>> python_name("1252"), python_name("88591"), python_name("Klingon")
    ('cp1252', 'iso8859-1', None)
    """
    word = re.sub(r"^(ansi|oem|cp|ms|windows)[\s_-]*", "", label.strip().lower())
    if word in _CHINESE:
        return "gb18030"
    latin = re.fullmatch(r"8859[-_]?(\d{1,2})", word)
    candidates = [f"iso8859-{latin[1]}"] if latin else [word, f"cp{word}"]
    for candidate in candidates:
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    return None


def fits(values: Collection[bytes], encoding: str) -> bool:
    """Whether every value decodes, but for a last character that was cut off.

    dBASE cuts names at 10 bytes and values at the width of their field, in the
    middle of a character if it falls so (mapshaper#669). Most bytes decode as *some*
    GBK, so a value that is UTF-8 beyond chance speaks against every other encoding.
    """
    proven = encoding != "utf-8" and any(map(surely_utf8, values))
    return not proven and decodes(values, encoding)


def decodes(values: Collection[bytes], encoding: str) -> bool:
    """Whether the bytes permit the encoding, a cut-off last character aside."""
    try:
        for value in values:
            _without_cut_end(value, encoding)
    except UnicodeDecodeError:
        return False
    return True


def surely_utf8(value: bytes) -> bool:
    """Whether it decodes as UTF-8 to ASCII and East Asian characters only.

    One GBK character in seven passes as a UTF-8 letter of Greek, Cyrillic or Arabic;
    GBK words that pass as Chinese are about one in a million.
    """
    if value.isascii():
        return False
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isascii() or character >= "\u2e80" for character in text)


def decide(
    values: Collection[bytes], cpg: str | None, language_byte: int
) -> Decision | None:
    """Choose by ``.cpg``, then by the language byte, then by trial.

    Parameters
    ----------
    values : collection of bytes
        Those with bytes outside ASCII.
    cpg : str or None
        The label in the ``.cpg`` file, if there is one.
    language_byte : int
        Byte 29 of the ``.dbf``.

    Returns
    -------
    Decision or None
        None if no single encoding reads all values.
    """
    declared = python_name(cpg) if cpg is not None else None
    trusted = declared is not None and not _only_looks_western(declared, values)
    candidates = [
        Decision(declared, "cpg") if declared is not None and trusted else None,
        _of_language(language_byte),
        Decision("utf-8", "trial"),
        Decision("gb18030", "trial"),
    ]
    return next((one for one in candidates if one and fits(values, one.encoding)), None)


def _of_language(language_byte: int) -> Decision | None:
    encoding = LANGUAGE_BYTES.get(language_byte)
    return Decision(encoding, "ldid") if encoding else None


def decode(value: bytes, encoding: str | None) -> str:
    """Decode one value; with None, by its own bytes, else with marks of loss."""
    mixed = ("utf-8", "gb18030") if surely_utf8(value) else ("gb18030", "utf-8")
    for candidate in (encoding,) if encoding else mixed:
        try:
            return _without_cut_end(value, candidate)
        except UnicodeDecodeError:
            continue
    return value.decode(encoding or "utf-8", errors="replace")


def _without_cut_end(value: bytes, encoding: str) -> str:
    """Decode strictly, but leave out an incomplete character at the very end."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(value, final=False)


def _only_looks_western(encoding: str, values: Collection[bytes]) -> bool:
    """Whether text labelled Western is Chinese by its bytes.

    Accented letters stand alone between ASCII ones; GBK text has its bytes above 127
    in pairs.
    """
    if not _SINGLE_BYTE.match(encoding):
        return False
    runs = [run for value in values for run in re.findall(rb"[\x80-\xff]+", value)]
    return bool(runs) and all(len(run) % 2 == 0 for run in runs)
