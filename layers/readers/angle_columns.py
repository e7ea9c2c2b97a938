"""Numbers and angles of a column of text."""

import re
from pathlib import Path

import numpy as np

from geo import angles as angle_formats
from geo.angles import AngleFormat
from geo.types import FloatArray
from layers.errors import LayerReadError


def numbers_of(texts: list[str]) -> FloatArray:
    """Read plain numbers; nan for any other text."""
    return np.array([_number(text) for text in texts], dtype=float)


def _number(text: str) -> float:
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,2})?", text, re.I) is None:
        return float("nan")
    return float(text)


def dms_of(text: str) -> float:
    """Read degrees, minutes and seconds; nan for any other text."""
    value = angle_formats.from_dms(text)
    return float("nan") if value is None else value


def angle_format(
    columns: list[tuple[list[str], FloatArray]], path: Path, *, signed: bool
) -> AngleFormat | None:
    """Tell signs from numbers; ask where decimals may be packed minutes."""
    texts = columns[0][0]
    if signed:
        marked = any(re.search("[°度º′'\":：\\s]", text) for text in texts)
        return "dms" if marked else None
    values = np.concatenate([numbers for _, numbers in columns])
    if np.abs(values).max() > 180.0:
        return None
    if angle_formats.may_be_packed(values):
        raise LayerReadError("angles_ambiguous", file=path.name, sample=texts[0][:20])
    return "degrees"
