"""Names of versions, computed once per layer rather than once per tile."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps

from layers.models import LayerSpec
from layers.tiles import tiles_key

DRAWING = 1
"""Raised whenever the same tile would be drawn otherwise."""
_KEPT = 1000


def remembered(make: Callable[[LayerSpec], str]) -> Callable[[LayerSpec], str]:
    """Keep what was made of a layer's specification.

    By the object: to compare or hash a whole specification takes as long as the
    answer.
    """
    known: OrderedDict[int, tuple[LayerSpec, str]] = OrderedDict()

    @wraps(make)
    def answer(spec: LayerSpec) -> str:
        found = known.get(id(spec))
        if found is not None and found[0] is spec:
            return found[1]
        made = make(spec)
        known[id(spec)] = spec, made
        while len(known) > _KEPT:
            known.popitem(last=False)
        return made

    return answer


@remembered
def address_version(spec: LayerSpec) -> str:
    """Name everything that a layer's tiles depend on, style and recipe too."""
    facts = f"{tiles_key(spec)} {DRAWING} {spec.model_dump_json()}"
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


archive_key = remembered(tiles_key)
"""See :func:`layers.tiles.tiles_key`."""
