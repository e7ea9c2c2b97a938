import base64
import hashlib

from service.policy import page_policy


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_own_scripts_and_styles_are_named_by_hash() -> None:
    html = (
        "<style>a{}</style><script>one()</script>"
        '<script src="/x.js"></script><script type="module">\ntwo\n</script>'
    )
    policy = page_policy(html)
    assert f"script-src 'self' 'sha256-{digest('one()')}' " in policy
    assert f"'sha256-{digest(chr(10) + 'two' + chr(10))}'" in policy
    assert f"style-src 'self' 'sha256-{digest('a{}')}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_style_attributes_only_where_asked() -> None:
    policy = page_policy("<p>", styled_elements=True)
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
