"""The documentation site states the language of Chinese words and joins their lines."""

from types import SimpleNamespace
from typing import Any

import pytest

from scripts.docs_hooks import on_page_markdown, on_post_page


def test_lines_of_chinese_are_joined_and_code_is_not() -> None:
    text = "点表格。\n   文件\nIn English\n\n新段\n```text\n甲\n乙\n```\n"
    joined = "点表格。文件\nIn English\n\n新段\n```text\n甲\n乙\n```\n"
    assert on_page_markdown(text) == joined


@pytest.mark.parametrize(
    ("uri", "output", "wanted"),
    [
        (
            "index.md",
            '<html lang="en"><p title="甲">“红线”，model</p><code>甲</code> 乙',
            '<html lang="en"><p title="甲"><span lang="zh-CN">“红线”，</span>model</p>'
            '<code>甲</code> <span lang="zh-CN">乙</span>',
        ),
        ("en/a.md", '<html lang="en"><p>"a", …</p>', '<html lang="en"><p>"a", …</p>'),
        ("zh/a.md", '<html lang="en"><p>甲</p>', '<html lang="zh-CN"><p>甲</p>'),
    ],
)
def test_language_is_stated(uri: str, output: str, wanted: str) -> None:
    page: Any = SimpleNamespace(file=SimpleNamespace(src_uri=uri))
    assert on_post_page(output, page) == wanted
