"""The id of a result: the same inputs, method and software give the same id."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from layers.models import LayerSpec

DIGITS = 16
"""Hexadecimal digits kept: 64 bits, no clash among any office's results."""


def result_id(
    method: str, inputs: Iterable[LayerSpec], parameters: Mapping[str, object]
) -> str:
    """Hash what a result depends on.

    Parameters
    ----------
    method : str
        Name of the method.
    inputs : iterable of LayerSpec
        In order; their content's full hash counts, not where they lie.
    parameters : mapping
        Whatever the user chose; must be fit for JSON.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    facts = {
        "software": version("ecobarrier"),
        "method": method,
        "inputs": [[spec.id, spec.sha256] for spec in inputs],
        "parameters": parameters,
    }
    return hashed(facts)


def hashed(facts: Mapping[str, object]) -> str:
    """Answer 16 hexadecimal digits of facts that are fit for JSON."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
