"""CQL2 text and JSON, read by the ``cql2`` package, as conditions of ours.

The package parses; the conditions are evaluated over columns by :mod:`layers.query`.
Two of its faults must not reach a service, so long and deep expressions are refused
before it sees them: its parser recurses with each operator, of which about 4000 (6400
``LIKE`` in a row) overflow a stack of 8 MB, which ends the process, and tries nested
brackets in a time that doubles with each (0.15 s at 16, 3 s at 20), holding the
interpreter (cql2 0.6.0, measured). As no list of what recurses can be known to be
whole, it also runs on a stack that takes more than :data:`MAX_LENGTH` can ask for.
"""

import re
import threading
from typing import Literal

import cql2

from layers.query.conditions import Condition, Field
from service.errors import QueryError
from service.features.cql2_translation import Translator
from service.features.crs import OfferedCrs

Language = Literal["cql2-text", "cql2-json"]

MAX_LENGTH = 60_000
MAX_EFFORT = 1_000_000
"""Characters times two to the depth of brackets: about a second at the worst."""
STACK_BYTES = 64 << 20
"""Of the parser's thread; only what is used of it takes memory. The deepest recursion
found takes 330 bytes per character, so three times :data:`MAX_LENGTH`."""
MAX_OPERATORS = 500
MAX_SIGNS = 100
"""Plus and minus before digits between two commas or brackets: of a coordinate there
are three, so more are a chain of sums."""

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_BLANKS = re.compile(r"\s+")
# A sign belongs to its number unless an operand stands before it.
_SIGNED = re.compile(r"(?<![\w)\"'.]) ?[-+](?=[\d.])")
_SIGN = re.compile(r"[-+]")
_OPERATOR = re.compile(
    # The parser needs no blanks around the last three.
    r"[-+*/%^<>=]+|\b(?:not|div|and|or)\b|like|interval|between",
    re.IGNORECASE,
)
_STACKS = threading.Lock()


def read_filter(
    text: str,
    language: Language,
    fields: tuple[Field, ...],
    crs: OfferedCrs,
    parameter: str = "filter",
) -> Condition:
    """Read a filter.

    Parameters
    ----------
    text : str
    language : {"cql2-text", "cql2-json"}
    fields : tuple of Field
        What it may name, beside ``id`` and ``geometry``.
    crs : OfferedCrs
        Of the geometries in it.
    parameter : str
        Named in refusals.

    Raises
    ------
    QueryError
        ``filter_too_complex``, ``filter_syntax``, or what
        :class:`~service.features.cql2_translation.Translator` finds wrong.
    """
    require_short(text, parameter)
    if language == "cql2-text":
        require_simple(text, parameter)
    parsed = _parsed(text, language, parameter)
    return Translator(fields, crs, parameter).condition(parsed)


def require_short(text: str, parameter: str) -> None:
    """Refuse what is too long even to be looked at.

    Raises
    ------
    QueryError
        ``filter_too_complex``.
    """
    if len(text) > MAX_LENGTH:
        details = {"depth": "-", "length": len(text)}
        raise QueryError("filter_too_complex", parameter=parameter, **details)


def require_simple(text: str, parameter: str) -> None:
    """Refuse text that the parser could not read in a bounded time and stack.

    Raises
    ------
    QueryError
        ``filter_too_complex``.
    """
    # Runs of blanks become one: searching on from each would take their square.
    bare = _BLANKS.sub(" ", _QUOTED.sub("''", text))
    depth = _depth(bare)
    operators = len(_OPERATOR.findall(_SIGNED.sub(" ", bare)))
    signs = max(len(_SIGN.findall(piece)) for piece in re.split(r"[,()]", bare))
    effort = len(text) * 2.0 ** min(depth, 64)
    if effort > MAX_EFFORT or operators > MAX_OPERATORS or signs > MAX_SIGNS:
        details = {"depth": depth, "length": len(text)}
        raise QueryError("filter_too_complex", parameter=parameter, **details)


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]":
            depth = max(depth - 1, 0)
    return deepest


def _parsed(text: str, language: Language, parameter: str) -> object:
    try:
        return _parsed_apart(text, language)
    except (cql2.ParseError, ValueError, TypeError, RuntimeError) as error:
        raise _syntax(_reason(str(error)), language, parameter) from error
    except BaseException as error:
        # A panic in Rust comes as an exception outside Exception; it is a bad filter.
        if type(error).__name__ != "PanicException":
            raise
        raise _syntax("-", language, parameter) from error


def _parsed_apart(text: str, language: Language) -> object:
    """Parse in a thread whose stack is large enough, whatever the caller's is."""
    parse = cql2.parse_text if language == "cql2-text" else cql2.parse_json
    parsed: list[object] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            parsed.append(parse(text).to_json())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work, name="cql2")
    # The size is the process's, for threads that are started from now on.
    with _STACKS:
        usual = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(usual)
    thread.join()
    if failures:
        raise failures[0]
    return parsed[0]


def _syntax(reason: str, language: Language, parameter: str) -> QueryError:
    details = {"language": language.upper().replace("-", " "), "reason": reason}
    return QueryError("filter_syntax", parameter=parameter, **details)


def _reason(said: str) -> str:
    """Shorten what the parser says to where it stopped and what it expected."""
    place = re.search(r"--> \d+:(\d+)", said)
    expected = re.search(r"= (expected .+)", said)
    if place and expected:
        return f"{place[1]}: {expected[1][:120]}"
    return " ".join(said.split())[:160]
