"""Amounts by key, added up one after the other in the order in which they come."""

import numpy as np

from geo.jit import compiled
from geo.types import FloatArray, IntArray

KEY_BITS = 32
"""Bits of a ledger's key below the zone."""


def folded(key: IntArray, amount: FloatArray) -> tuple[IntArray, FloatArray]:
    """Add up the amounts of each key, one after the other, in their order."""
    order = np.argsort(key, kind="stable")
    distinct = np.unique(key)
    total = np.zeros((len(distinct), amount.shape[1]))
    _fold(key[order], amount[order], total)
    return distinct, total


@compiled
def _fold(key: IntArray, amount: FloatArray, total: FloatArray) -> None:
    n = 0
    for k in range(len(key)):
        if k > 0 and key[k] != key[k - 1]:
            n += 1
        for j in range(amount.shape[1]):
            total[n, j] += amount[k, j]


class Ledger:
    """Amounts per zone and label, added up in the order in which they come."""

    _LIMIT = 3_000_000

    def __init__(self) -> None:
        self._parts: list[tuple[IntArray, FloatArray]] = []
        self._waiting = 0

    def add(self, zone: IntArray, label: IntArray, amount: FloatArray) -> None:
        """Take in amounts; labels are whole numbers below 2**32."""
        self.add_keys((zone << KEY_BITS) | label, amount)

    def add_keys(self, key: IntArray, amount: FloatArray) -> None:
        """Take in amounts whose zone and label are one number already."""
        self._parts.append((key, amount))
        self._waiting += len(key)
        if self._waiting > self._LIMIT:
            self._fold()

    def _fold(self) -> None:
        if not self._parts:
            self._parts = [(np.zeros(0, np.int64), np.zeros((0, 2)))]
        key, amount = (np.concatenate(p) for p in zip(*self._parts, strict=True))
        self._parts = [folded(key, amount)]
        # What has been added up already does not count as waiting.
        self._waiting = 0

    def rows(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Zones, labels and amounts, sorted by zone, then label."""
        self._fold()
        key, amount = self._parts[0]
        return key >> KEY_BITS, key & (2**KEY_BITS - 1), amount
