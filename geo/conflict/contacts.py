"""Which parcels a layer touches, and by how much: by feature, class and banner."""

from dataclasses import dataclass

import numpy as np

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.conflict import slivers
from geo.conflict.sites import CUT, Pieces, Sites
from geo.conflict.slivers import Groups
from geo.conflict.zones import THREADS, TOUCH_M2, Zones
from geo.engine import Pairs, PolygonLayer, overlap_pairs
from geo.overlay import SliverRule, uncertainty
from geo.overlay_kernel import lengths, widths
from geo.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Contacts:
    """All parcels against one layer.

    Parameters
    ----------
    site, feature : IntArray
        ``(p,)``, positions of pairs that share area, by site, then feature.
    area_m2, uncertainty_m2 : FloatArray
        ``(p,)``; +/- is nan where the accuracy is unknown.
    sliver : BoolArray
        ``(p,)``, whether the pair is a boundary-sharing error.
    spread_m2 : FloatArray
        ``(n,)``, +/- of the overlap of each parcel without slivers; nan if unknown.
    groups : Groups
        The slivers, one line each.
    cells : Cells
        The pairs again, each place once, divided by banner.
    """

    site: IntArray
    feature: IntArray
    area_m2: FloatArray
    uncertainty_m2: FloatArray
    sliver: BoolArray
    spread_m2: FloatArray
    groups: Groups
    cells: "Cells"


@dataclass(frozen=True)
class Cells:
    """Areas by parcel, feature and banner, each place once.

    Parameters
    ----------
    site, feature, banner : IntArray
        ``(c,)`` positions; banner -1 for none.
    area_m2 : FloatArray
        ``(c,)``.
    sliver : BoolArray
        ``(c,)``.
    """

    site: IntArray
    feature: IntArray
    banner: IntArray
    area_m2: FloatArray
    sliver: BoolArray


def contacts(
    sites: Sites,
    pieces: Pieces,
    zones: Zones,
    rule: SliverRule,
    accuracy_m: float = 0.0,
) -> Contacts:
    """Measure parcels against a layer.

    Parameters
    ----------
    sites : Sites
    pieces : Pieces
        Of the same parcels.
    zones : Zones
    rule : SliverRule
        What is a boundary-sharing error.
    accuracy_m : float
        Standard positional error of the parcels' outlines; 0 takes them as given.

    Raises
    ------
    GeometryError
        ``overlay_failed`` when GEOS gives up on a place.
    """
    pairs = overlap_pairs(
        sites.layer, zones.index, threads=THREADS, tolerance_m2=TOUCH_M2, lengths=True
    )
    along = lengths(pairs)
    width = widths(
        pairs,
        lambda chosen: sites.geometry[chosen],
        lambda chosen: zones.geometry[chosen],
        CGCS2000,
        rule.width_m,
    )
    found = slivers.groups(sites, zones, pairs, width, rule)
    accuracy = np.full(len(pairs.left), accuracy_m), zones.accuracy_m[pairs.right]
    moved = zones.change_m2[pairs.right]
    return Contacts(
        pairs.left,
        pairs.right,
        pairs.area_m2,
        uncertainty(pairs.area_m2, along, accuracy, moved, found.sliver),
        found.sliver,
        _spread(sites, pairs.left, along, accuracy, moved, ~found.sliver),
        found.groups,
        _cells(sites, pieces, zones, pairs, found.sliver),
    )


def _spread(
    sites: Sites,
    owner: IntArray,
    along: tuple[FloatArray, FloatArray],
    accuracy: tuple[FloatArray, FloatArray],
    moved: FloatArray,
    counts: BoolArray,
) -> FloatArray:
    """Add the bounds of one layer's features up: they err together."""
    size = len(sites.geometry)
    terms = [
        flat.sum_by(owner[counts], (accuracy[k] * along[k])[counts], size)
        for k in (0, 1)
    ]
    return np.hypot(*terms) + flat.sum_by(owner[counts], moved[counts], size)


def _cells(
    sites: Sites,
    pieces: Pieces,
    zones: Zones,
    pairs: Pairs,
    sliver: BoolArray,
) -> Cells:
    """Divide the pairs by banner; measure again only what is cut or covered twice."""
    once = pairs if zones.apart is zones.index else _once(sites.layer, zones)
    uncut = pieces.whole[once.left] != CUT
    site, feature = once.left[uncut], once.right[uncut]
    cut = _once(pieces.layer, zones)
    columns = (
        np.concatenate((site, pieces.site[cut.left])),
        np.concatenate((feature, cut.right)),
        np.concatenate((pieces.whole[site], pieces.banner[cut.left])),
    )
    areas = np.concatenate((once.area_m2[uncut], cut.area_m2))
    # A pair below the tolerance only touches, whatever its parts are.
    size = len(zones.geometry)
    key = np.append(pairs.left * size + pairs.right, -1)
    wanted = columns[0] * size + columns[1]
    place = np.searchsorted(key[:-1], wanted)
    order = np.lexsort(columns[::-1])
    order = order[key[place[order]] == wanted[order]]
    return Cells(
        columns[0][order],
        columns[1][order],
        columns[2][order],
        areas[order],
        sliver[place[order]],
    )


def _once(layer: PolygonLayer, zones: Zones) -> Pairs:
    return overlap_pairs(layer, zones.apart, threads=THREADS, tolerance_m2=0.0)
