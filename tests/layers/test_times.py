"""The time of a layer in words; ISO 8601-2 writes an open end as two dots."""

import pytest

from layers.times import time_text


@pytest.mark.parametrize(
    ("stated", "zh", "en"),
    [
        (None, "未说明", "not stated"),
        ("2019", "2019 年", "2019"),
        ("2019-05", "2019 年 5 月", "2019-05"),
        ("2019-05-07", "2019 年 5 月 7 日", "2019-05-07"),
        ("../2000", "2000 年及以前", "up to 2000"),
        ("/2000", "2000 年及以前", "up to 2000"),
        ("2019-05/..", "2019 年 5 月及以后", "from 2019-05 on"),
        ("2019/", "2019 年及以后", "from 2019 on"),
        ("2001/2010", "2001 年至 2010 年", "2001 to 2010"),
        ("2010/2010", "2010 年", "2010"),
        ("../..", "不限", "any time"),
        ("二调", "二调", "二调"),
        ("", "", ""),
    ],
)
def test_words(stated: str | None, zh: str, en: str) -> None:
    assert time_text(stated).model_dump() == {"zh": zh, "en": en}
