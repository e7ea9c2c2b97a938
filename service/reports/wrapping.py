"""Breaks text into lines where no typesetter does it: in the legend of a map."""

from collections.abc import Iterator

_POINT_MM = 0.3528
_CLOSING = "、，。；：！？）〕》」』”％"
_OPENING = "（〔《「『“"
_WIDE_MARKS = "—…“”‘’·±×"
"""Marks that are as wide as an ideograph in the font."""


def wide(one: str) -> bool:
    """Whether a character is as wide as an ideograph."""
    return ord(one) > 0x2E7F or one in _WIDE_MARKS


def width_of(text: str, size: float) -> float:
    """Answer about how wide a text is, mm.

    Parameters
    ----------
    text : str
    size : float
        Points.
    """
    units = sum(1.0 if wide(one) else 0.56 for one in text)
    return units * size * _POINT_MM


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break a text into lines, between Chinese characters or at blanks.

    Parameters
    ----------
    text : str
    size : float
        Points.
    width : float
        mm.
    """
    made, line = [], ""
    for token in _tokens(text):
        if line and width_of((line + token).rstrip(), size) > width:
            made.append(line.rstrip())
            line = token.lstrip()
        else:
            line += token
    return [*made, line.rstrip()]


def _tokens(text: str) -> Iterator[str]:
    """Yield words with the blank after them, and single ideographs.

    No line begins with a mark that closes, nor ends with one that opens.
    """
    token = ""
    for one in text:
        if token and _may_break(token[-1], one):
            yield token
            token = ""
        token += one
    if token:
        yield token


def _may_break(before: str, after: str) -> bool:
    if before in _OPENING or after in _CLOSING or after == " ":
        return False
    return before in " -" or wide(before) or wide(after)


def shortened(lines: list[str], most: int) -> list[str]:
    """Keep the first lines; the last of them says that there are more.

    Examples
    --------
    >>> shortened(["a", "b"], 2), shortened(["abc", "abc", "abc"], 2)
    (['a', 'b'], ['abc', 'ab…'])
    """
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
