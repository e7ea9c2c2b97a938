"""Every sentence exists in both languages and asks for the same details."""

import re
from string import Formatter

import pytest

from geo.messages import Note, Text, listed, render
from geo.sentences import MESSAGES, PARTS

CHINESE = re.compile(r"[一-鿿]")


def placeholders(sentence: str, language: str) -> set[str]:
    """Names of the details that a sentence asks for; ``_zh`` or ``_en`` cut off."""
    names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
    return {name.removesuffix(f"_{language}") for name in names}


def words(sentence: str) -> str:
    """Give the sentence without its placeholders."""
    return "".join(literal for literal, _, _, _ in Formatter().parse(sentence))


@pytest.mark.parametrize("code", MESSAGES)
def test_both_languages_ask_for_the_same_details(code: str) -> None:
    zh, en = MESSAGES[code]
    assert placeholders(zh, "zh") == placeholders(en, "en")
    assert all(name.isidentifier() for name in placeholders(zh, "zh"))


@pytest.mark.parametrize("code", MESSAGES)
def test_each_sentence_is_in_its_language(code: str) -> None:
    zh, en = map(words, MESSAGES[code])
    assert CHINESE.search(zh) or not re.search(r"\w", zh)
    assert re.search(r"[A-Za-z]{2}", en) or not re.search(r"\w", en)
    assert not CHINESE.search(en)


# A comma, semicolon, colon or parenthesis of ASCII that touches a Chinese character.
HALF_WIDTH = re.compile(r"[一-鿿”]\s?[,;:(]|[,;:)]\s?[一-鿿“]")


@pytest.mark.parametrize("code", MESSAGES)
def test_chinese_sentences_have_chinese_punctuation(code: str) -> None:
    assert HALF_WIDTH.findall(MESSAGES[code][0]) == []


@pytest.mark.parametrize("code", MESSAGES)
def test_code_is_a_plain_name(code: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)


def test_render_fills_both() -> None:
    text = render("crs_differ", {"left": "EPSG:4490", "right": "EPSG:4524"})
    assert "EPSG:4490" in text.zh
    assert "EPSG:4524" in text.zh
    assert "EPSG:4490 and EPSG:4524" in text.en
    assert str(text) == f"{text.zh} | {text.en}"


@pytest.mark.parametrize(
    ("code", "details"), [("no_such_code", {}), ("crs_differ", {"left": "EPSG:4490"})]
)
def test_render_refuses_what_is_missing(code: str, details: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        render(code, details)


def test_note_keeps_its_details() -> None:
    details = {"where": "a.shp", "crs": "EPSG:4326"}
    note = Note("crs_assumed_equal", details)
    assert isinstance(note.text, Text)
    assert note.as_dict() == {
        "code": "crs_assumed_equal",
        "zh": note.text.zh,
        "en": note.text.en,
        **details,
    }


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, ""),
        (1, "n0"),
        (5, "n0, n1, n2, n3, n4"),
        (6, "n0, n1, n2, n3, n4, … (+1)"),
    ],
)
def test_listed_names_the_first_few(count: int, shown: str) -> None:
    assert listed([f"n{i}" for i in range(count)]) == shown


def test_no_code_stands_in_two_parts() -> None:
    assert len(MESSAGES) == sum(len(part) for part in PARTS)
