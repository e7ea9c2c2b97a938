"""One table of sentences in Chinese and English: refusals, notes, cautions.

The sentences themselves are in :mod:`geo.sentences`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from geo.sentences import MESSAGES


class Text(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} | {self.en}"


@dataclass(frozen=True)
class Note:
    """Something a reader of a result must know: a repair, a caution, an assumption.

    Parameters
    ----------
    code : str
        Key of :data:`geo.sentences.MESSAGES`.
    details : mapping
        What the sentence names; kept for machines.
    """

    code: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """The sentence in both languages."""
        return render(self.code, self.details)

    def as_dict(self) -> dict[str, object]:
        """``{"code", "zh", "en", **details}``, ready for JSON."""
        return {"code": self.code, **self.text._asdict(), **self.details}


def render(code: str, details: Mapping[str, object]) -> Text:
    """Fill the sentence of ``code`` in both languages.

    Raises
    ------
    KeyError
        If the table has no such code, or a detail that the sentence names is
        missing: a programming error, caught by the tests of the table.
    """
    zh, en = MESSAGES[code]
    return Text(zh.format(**details), en.format(**details))


def listed(names: list[str], limit: int = 5) -> str:
    """Name the first few of many: ``"a, b, c, … (+12)"``."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown}, … (+{len(names) - limit})"
