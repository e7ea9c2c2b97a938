import json

import pytest
from jinja2 import UndefinedError

from service import pages


def test_templates_escape_and_ask_for_everything() -> None:
    badges: dict[str, object] = {}
    with pytest.raises(UndefinedError):
        pages.render("landing.html", badges=badges)


def test_leaflet_refers_to_no_other_file() -> None:
    assert "Leaflet 1.9.4" in pages.leaflet_script()
    assert "sourceMappingURL" not in pages.leaflet_script()
    assert "</script" not in pages.leaflet_script()
    assert "url(images" not in pages.leaflet_style()
    assert ".leaflet-pane" in pages.leaflet_style()


def test_json_in_a_script_cannot_end_it() -> None:
    value = {"name": "</script><!--\u2028\u2029"}
    text = pages.script_text(json.dumps(value, ensure_ascii=False))
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == value


def test_own_scripts_can_stand_in_a_page() -> None:
    for name in ("map.js", "map.css", "tokens.css", "landing.css"):
        content = pages.own_file(name).lower()
        assert "</script" not in content
        assert "</style" not in content
        assert "http" not in content
