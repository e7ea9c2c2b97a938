"""The time that a layer's content stands for, in words."""

import re

from geo.messages import render
from layers.models import Bilingual

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_OPEN = ("", "..")


def time_text(valid_time: str | None) -> Bilingual:
    """Say in words what time a layer's content stands for.

    Parameters
    ----------
    valid_time : str or None
        :attr:`layers.models.LayerSpec.valid_time`: a year, month or day, or two of
        them with ``/`` between; ``..`` or nothing is an open end (ISO 8601-2).

    Returns
    -------
    Bilingual
        ``None`` is "not stated"; a text that is no such date stays as it is.

    Examples
    --------
    >>> time_text("../2000").zh, time_text("../2000").en
    ('2000 年及以前', 'up to 2000')
    >>> time_text("2019-05-07").zh, time_text("2001/2010").en, time_text("spring").zh
    ('2019 年 5 月 7 日', '2001 to 2010', 'spring')
    """
    if valid_time is None:
        return _said("not_stated")
    first, slash, last = (one.strip() for one in valid_time.partition("/"))
    if slash and first in _OPEN and last in _OPEN:
        return _said("any")
    if not slash or first == last:
        return _date(first)
    start, end = _date(first), _date(last)
    said = {"from_zh": start.zh, "from_en": start.en, "to_zh": end.zh, "to_en": end.en}
    if first in _OPEN:
        return _said("until", **said)
    return _said("since" if last in _OPEN else "between", **said)


def _date(text: str) -> Bilingual:
    found = _DATE.fullmatch(text)
    if found is None:
        return Bilingual(zh=text, en=text)
    marked = zip(found.groups(), ("年", "月", "日"), strict=True)
    zh = " ".join(f"{int(number)} {mark}" for number, mark in marked if number)
    return Bilingual(zh=zh, en=text)


def _said(name: str, **details: str) -> Bilingual:
    return Bilingual(**render(f"time_{name}", details)._asdict())
