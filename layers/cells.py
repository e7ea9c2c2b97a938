"""Text in the cells of CSV files: none that a spreadsheet takes as a formula.

Excel, LibreOffice and WPS compute a cell of a CSV file that begins with ``=``, ``+``,
``-``, ``@`` or their full-width forms; a name in somebody's data could so run a command
(OWASP, "CSV Injection"). An apostrophe before it makes it text there. It is a character
more, so only such texts get it, numbers never, and our own reader takes it off again.
"""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_MARK = "'"
# A sign alone is no formula, and the usual way to say "nothing". Texts that begin with
# apostrophes before such a sign get one too: the reader takes off exactly one.
_FORMULA = "^'*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r](?s:.+)$"
_NUMBER = r"^[+\-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+\-]?[0-9]+)?$"
_FORMULAS, _NUMBERS = re.compile(_FORMULA), re.compile(_NUMBER)


def guarded(value: Any) -> Any:
    """Answer a value as it stands in a cell of a CSV file.

    Parameters
    ----------
    value : object
        Only a ``str`` that would be a formula changes.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-12.5"), guarded("-"), guarded(-3.0)
    ("'=1+1", '-12.5', '-', -3.0)
    """
    if isinstance(value, str) and _FORMULAS.match(value) and not _NUMBERS.match(value):
        return _MARK + value
    return value


def unguarded(text: str) -> str:
    """Answer the text of a cell that may have been :func:`guarded`.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    guard = text.startswith(_MARK) and _FORMULAS.match(text)
    return text[1:] if guard else text


def guarded_table(table: pa.Table) -> pa.Table:
    """Answer a table whose columns of text are :func:`guarded`."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            table = table.set_column(at, field, _guarded(table.column(at)))
    return table


def _guarded(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    formula = pc.and_not(
        pc.match_substring_regex(texts, _FORMULA),
        pc.match_substring_regex(texts, _NUMBER),
    )
    if not pc.any(formula).as_py():
        return texts
    mark = pa.scalar(_MARK, texts.type)
    empty = pa.scalar("", texts.type)
    return pc.if_else(formula, pc.binary_join_element_wise(mark, texts, empty), texts)
