"""Cells of a table as values that exchange formats know."""

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


def json_value(value: object) -> JsonValue:
    """Turn a cell into something RFC 8259 has a word for.

    NaN, infinity, NaT and NA become None; dates and times ISO 8601 text, with them
    durations; Decimal its own digits as text; arrays lists; bytes hexadecimal text.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> json_value(date(2026, 1, 15)), json_value(Decimal("1.10"))
    ('2026-01-15', '1.10')
    >>> json_value(float("nan")) is None
    True
    """
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [json_value(one) for one in value]
    return text_value(value)


def text_value(value: object) -> str:
    """Turn a value without a JSON word into text, ISO 8601 where there is such."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return pd.Timedelta(value).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def json_text(value: object) -> bytes:
    """Write a cell as JSON in UTF-8, by :func:`json_value`."""
    return json.dumps(json_value(value), ensure_ascii=False).encode()
