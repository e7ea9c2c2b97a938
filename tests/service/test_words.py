import re
from typing import get_args

import pytest

from layers.models import Bilingual, Theme
from service.words import THEMES, other, said, theme_name, words

CHINESE = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("key", words("zh"))
def test_each_word_is_in_its_language(key: str) -> None:
    zh, en = words("zh")[key], words("en")[key]
    if key == "to_language":
        zh, en = en, zh
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)


def test_all_themes_have_a_name_and_a_place_in_the_legend() -> None:
    assert set(THEMES) == set(get_args(Theme))
    assert all(theme_name(theme, "zh") != theme_name(theme, "en") for theme in THEMES)


def test_picking_a_language() -> None:
    text = Bilingual(zh="草原", en="grassland")
    assert said(text, "zh") == "草原"
    assert said(text, other("zh")) == "grassland"
