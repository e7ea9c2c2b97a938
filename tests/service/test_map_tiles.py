import pytest

from service.errors import RequestError
from service.map_tiles import Tiles

URL = "http://tiles.test/{z}/{x}/{y}.png"


def test_what_the_map_says_of_its_tiles() -> None:
    zh, en = Tiles(URL, "gcj02").said
    assert "tiles.test" in zh
    assert "只移动了底图的显示" in zh
    assert "Only their display was shifted" in en
    assert "not shifted" in Tiles(URL, "wgs84").said[1]
    assert "not shifted" in Tiles(URL, "cgcs2000").said[1]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tiles.test/{z}/{x}/{y}",
        "javascript:alert(1)/{z}/{x}/{y}",
        "file:///{z}/{x}/{y}",
        "http:///{z}/{x}/{y}",
        "http://tiles.test/{z}/{x}.png",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(RequestError, match="cannot be used"):
        Tiles(url, "wgs84")


@pytest.mark.parametrize("datum", ["", "bd09", "GCJ02", None])
def test_the_datum_is_never_guessed(datum: str) -> None:
    with pytest.raises(RequestError, match="never guessed"):
        Tiles(URL, datum)  # type: ignore[arg-type]


def test_nobody_names_tiles() -> None:
    assert Tiles.named(None, None) is None
    assert Tiles.named(URL, "gcj02") == Tiles(URL, "gcj02")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_datum_without_tiles_is_refused(language: str) -> None:
    with pytest.raises(RequestError) as refused:
        Tiles.named(None, "gcj02")
    said = {"zh": "却没有底图", "en": "but no tiles"}[language]
    assert said in getattr(refused.value.text, language)
    assert "--tiles" in getattr(refused.value.text, language)
