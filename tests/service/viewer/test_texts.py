"""The words of the page: complete, used, and Chinese where they say so."""

import re
from pathlib import Path
from typing import get_args

from layers.importing.decisions import What
from service.sheet.sentences import SHEET
from service.viewer.assets import assets
from service.viewer.texts import TEXTS

SCRIPTS = {
    name: content.decode()
    for name, content in assets().items()
    if name.endswith(".js") and not name.startswith("maplibre")
}
KEY = re.compile(r"\bt\('(\w+)'|\bt\(`(\w+)_\$")
LISTED = re.compile(r"'((?:export|time|swipe|stats)_?\w*)'")


def used() -> set[str]:
    found = set()
    for text in SCRIPTS.values():
        found |= {one for pair in KEY.findall(text) for one in pair if one}
        found |= {one for one in LISTED.findall(text) if one in TEXTS}
    return found


def test_every_key_of_the_scripts_has_a_text() -> None:
    keys = {key for text in SCRIPTS.values() for key, _ in KEY.findall(text) if key}
    assert keys - set(TEXTS) == set()


def test_every_text_is_used() -> None:
    everything = "".join(SCRIPTS.values())
    unused = {key for key in TEXTS if f"'{key}'" not in everything}
    # Built of two parts in the scripts.
    unused -= {f"decided_{what}" for what in get_args(What)}
    assert unused <= {"swipe_left", "swipe_right"}


def test_every_kind_of_decision_has_a_name() -> None:
    assert {f"decided_{what}" for what in get_args(What)} <= set(TEXTS)


def test_both_languages_name_the_same_values() -> None:
    for key, (zh, en) in {**TEXTS, **SHEET}.items():
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), key


def test_chinese_has_full_width_punctuation() -> None:
    for key, (zh, _) in TEXTS.items():
        assert not re.search(r"[\u4e00-\u9fff][,;:()]", zh), key


def test_scripts_hold_no_text_of_their_own() -> None:
    """But for what must be said when the table itself could not be loaded."""
    for name, text in SCRIPTS.items():
        code = re.sub(r"^\s*//.*$|\s//\s.*$", "", text, flags=re.MULTILINE)
        lines = [
            line for line in code.splitlines() if re.search(r"[\u4e00-\u9fff]", line)
        ]
        allowed = {"app.js": 4, "map.js": 1, "identify.js": 0, "i18n.js": 3}
        assert len(lines) <= allowed.get(name, 1), (name, lines)


def test_modules_are_small() -> None:
    for name, text in SCRIPTS.items():
        assert text.count("\n") <= 300, name
        assert Path(name).stem.isalnum()
