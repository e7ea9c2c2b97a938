"""What an overlay engine answers: areas and lengths in arrays, before any table."""

from typing import NamedTuple

from geo.messages import Note, listed
from geo.robust import RETRY_GRID_DEGREES
from geo.types import FloatArray, IntArray


class Once(NamedTuple):
    """Areas of a layer, its overlap and its remainder, each place once, m2."""

    area_m2: float
    overlap_m2: float
    remainder_m2: float


class Balance(NamedTuple):
    """One layer's features, divided by the other layer; m2, ``(n,)`` each."""

    area_m2: FloatArray
    overlap_sum_m2: FloatArray
    overlap_dissolved_m2: FloatArray
    remainder_m2: FloatArray
    once: Once


class Measured(NamedTuple):
    """Pairs of features that share area, by left, then right, and both balances.

    Parameters
    ----------
    i, j : IntArray
        ``(p,)``, positions in the left and the right layer.
    area_m2 : FloatArray
        ``(p,)``.
    width_m : FloatArray
        ``(p,)``, twice the area over the perimeter of the shared polygons.
    along_left_m, along_right_m : FloatArray
        ``(p,)``, metres of the left feature's boundary that run inside or along the
        right feature, and the other way round.
    left, right : Balance
    notes : list of Note
        What had to be done to get there.
    """

    i: IntArray
    j: IntArray
    area_m2: FloatArray
    width_m: FloatArray
    along_left_m: FloatArray
    along_right_m: FloatArray
    left: Balance
    right: Balance
    notes: list[Note]


def retried(names: list[str]) -> list[Note]:
    """Note which features or pairs GEOS could only compute on a precision grid."""
    if not names:
        return []
    details = {"count": len(names), "pairs": listed(names)}
    return [Note("overlay_retried", {**details, "grid_degrees": RETRY_GRID_DEGREES})]
