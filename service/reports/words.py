"""How a report speaks: in Chinese, in English, or in both."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from geo.messages import render
from layers.models import Bilingual
from service.palette import BADGES
from service.reports.blocks import Column, Value

ReportLanguage = Literal["zh", "en", "both"]

M2 = Bilingual(zh="平方米", en="m²")
HA = Bilingual(zh="公顷", en="ha")
MU = Bilingual(zh="亩", en="mu")
METRES = Bilingual(zh="米", en="m")
DEGREES = Bilingual(zh="度", en="°")
PERCENT = Bilingual(zh="%", en="%")

NOTHING = "—"


def word(name: str, /, **details: object) -> Bilingual:
    """Answer a word or sentence of reports in both languages."""
    return Bilingual(**render(f"report_{name}", details)._asdict())


def status_word(status: str) -> Bilingual:
    """Name the status of a layer."""
    known = {str(key): badge for key, badge in BADGES.items()}
    badge = known[status]
    return Bilingual(zh=badge.zh, en=badge.en)


def either(zh: str | None, en: str | None, other: str = NOTHING) -> Bilingual:
    """Answer a name of data in both languages, of which one may be unknown."""
    return Bilingual(zh=zh or en or other, en=en or zh or other)


def joined(texts: "list[Bilingual] | tuple[Bilingual, ...]") -> Bilingual:
    """Put several texts into one, each language with its own comma."""
    return Bilingual(
        zh="、".join(one.zh for one in texts) or NOTHING,
        en=", ".join(one.en for one in texts) or NOTHING,
    )


def lines(text: Bilingual | str | None, language: ReportLanguage) -> list[str]:
    """Answer what is printed of a text: one line, or two for both languages.

    Examples
    --------
    >>> lines(Bilingual(zh="亩", en="mu"), "both"), lines("DK001", "both")
    (['亩', 'mu'], ['DK001'])
    """
    if text is None:
        return [NOTHING]
    if isinstance(text, str):
        return [text or NOTHING]
    if language == "both":
        return [text.zh] if text.zh == text.en else [text.zh, text.en]
    return [text.zh if language == "zh" else text.en]


def unit_text(column: Column, language: ReportLanguage) -> str:
    """Answer the unit of a column, as it stands under its head; empty without one.

    Examples
    --------
    >>> area = Column(Bilingual(zh="面积", en="Area"), 2, MU)
    >>> unit_text(area, "en"), unit_text(area, "both")
    ('mu', '亩 mu')
    """
    return "" if column.unit is None else " ".join(lines(column.unit, language))


def number_text(value: Decimal | float, decimals: int, *, grouped: bool = True) -> str:
    """Write a number with fixed decimals, rounded half up.

    Examples
    --------
    >>> number_text(Decimal("377406.32"), 2), number_text(0.125, 2)
    ('377,406.32', '0.13')
    >>> number_text(36415000.0, 3, grouped=False)
    '36415000.000'
    """
    exact = value if isinstance(value, Decimal) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:,f}" if grouped else f"{rounded:f}"


def spread_text(value: float | None) -> str:
    """Write a +/- to two significant figures.

    Examples
    --------
    >>> spread_text(5302205.2), spread_text(0.1234), spread_text(None)
    ('5,300,000', '0.12', '—')
    """
    if value is None:
        return NOTHING
    if value == 0.0:
        return "0"
    exact = Decimal(value)
    places = exact.adjusted() - 1
    rounded = exact.quantize(Decimal(1).scaleb(places), ROUND_HALF_UP)
    # 9.96 becomes 10.0, which has a figure too many.
    places = rounded.adjusted() - 1
    return f"{exact.quantize(Decimal(1).scaleb(places), ROUND_HALF_UP):,f}"


def cell_lines(value: Value, column: Column, language: ReportLanguage) -> list[str]:
    """Answer what is printed in a cell."""
    if column.decimals is None or value is None or isinstance(value, str | Bilingual):
        text = value if isinstance(value, str | Bilingual) else None
        if isinstance(value, int | float | Decimal):
            text = str(value)
        return lines(text, language)
    number = 100.0 * float(value) if column.share else value
    return [number_text(number, column.decimals, grouped=column.grouped)]
