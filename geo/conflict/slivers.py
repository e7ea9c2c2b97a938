"""Boundary-sharing errors (接边误差), told from overlaps: listed, never dropped.

Pairs of a parcel and a feature of the layer are looked at together where their shared
polygons touch each other, so that a zone that is cut into small features does not turn
into slivers. A group is a sliver by the rule of :class:`geo.overlay.SliverRule` (domain
facts 2.5): area below 1 m2, or mean width below 0.1 m, or less than 0.01 % of the
parcel. A group with a pair that is none by itself is none.
"""

from typing import Literal, NamedTuple

import numpy as np
import shapely

from geo.area import line_lengths
from geo.authalic import CGCS2000
from geo.conflict.sites import Sites
from geo.conflict.zones import Zones
from geo.engine import Pairs
from geo.overlay import SliverRule, slivers
from geo.robust import intersection
from geo.types import BoolArray, FloatArray, IntArray, ratio
from geo.validity import polygons_of

TOUCH_DEGREES = 1e-9
"""Shared polygons this near, 0.1 mm, touch: their corners are rounded one by one."""

Reason = Literal["area", "width", "share"]


class Groups(NamedTuple):
    """Slivers, one line each, by site.

    Parameters
    ----------
    site : IntArray
        ``(g,)`` positions.
    features : tuple of IntArray
        ``(g,)``, the features whose pairs make up the group.
    area_m2, width_m, share : FloatArray
        ``(g,)``; share of the parcel.
    reasons : tuple of tuple of str
        ``(g,)``, which thresholds it is below.
    """

    site: IntArray
    features: tuple[IntArray, ...]
    area_m2: FloatArray
    width_m: FloatArray
    share: FloatArray
    reasons: tuple[tuple[Reason, ...], ...]


class Found(NamedTuple):
    """Which pairs are slivers, ``(p,)``, and their groups."""

    sliver: BoolArray
    groups: Groups


def groups(
    sites: Sites, zones: Zones, pairs: Pairs, width_m: FloatArray, rule: SliverRule
) -> Found:
    """Tell slivers from overlaps.

    Parameters
    ----------
    sites, zones
        Both sides of the pairs.
    pairs : Pairs
        By site, then feature.
    width_m : FloatArray
        ``(p,)``; exact where below ``rule.width_m``.
    rule : SliverRule
    """
    share = ratio(pairs.area_m2, sites.area_m2[pairs.left])
    flagged = slivers(pairs.area_m2, width_m, share, rule)
    sliver = np.zeros(len(flagged), dtype=bool)
    lines: list[_Line] = []
    for site in np.unique(pairs.left[flagged]):
        first, last = np.searchsorted(pairs.left, (site, site + 1))
        members = np.arange(first, last)
        for group in _touching(sites, zones, pairs, members):
            if not flagged[group].all():
                continue
            line = _line(sites, zones, pairs, group, width_m, rule)
            if line.reasons:
                sliver[group] = True
                lines.append(line)
    return Found(sliver, _columns(lines))


class _Line(NamedTuple):
    site: int
    features: IntArray
    area_m2: float
    width_m: float
    share: float
    reasons: tuple[Reason, ...]


def _touching(
    sites: Sites, zones: Zones, pairs: Pairs, members: IntArray
) -> list[IntArray]:
    """Group the pairs of one parcel whose shared polygons touch."""
    if len(members) == 1:
        return [members]
    shapes = intersection(
        sites.geometry[pairs.left[members]], zones.geometry[pairs.right[members]]
    ).geometry
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="dwithin", distance=TOUCH_DEGREES)
    label = np.arange(len(members))
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, a, label[b])
        if np.array_equal(lowest, label):
            return [members[label == one] for one in np.unique(label)]
        label = lowest


def _line(
    sites: Sites,
    zones: Zones,
    pairs: Pairs,
    group: IntArray,
    width_m: FloatArray,
    rule: SliverRule,
) -> _Line:
    site = int(pairs.left[group[0]])
    area_m2, width = float(pairs.area_m2[group].sum()), float(width_m[group[0]])
    if len(group) > 1:
        shapes = intersection(
            sites.geometry[pairs.left[group]], zones.geometry[pairs.right[group]]
        ).geometry
        whole = polygons_of(np.array([shapely.union_all(shapes)], dtype=object))
        perimeter = line_lengths(shapely.boundary(whole), CGCS2000)[0]
        width = 2.0 * area_m2 / perimeter if perimeter > 0.0 else 0.0
    share = area_m2 / float(sites.area_m2[site])
    below: tuple[tuple[Reason, bool], ...] = (
        ("area", area_m2 < rule.area_m2),
        ("width", width < rule.width_m),
        ("share", share < rule.share_left),
    )
    reasons = tuple(name for name, holds in below if holds)
    return _Line(site, pairs.right[group], area_m2, width, share, reasons)


def _columns(lines: list[_Line]) -> Groups:
    return Groups(
        np.array([line.site for line in lines], dtype=np.int64),
        tuple(line.features for line in lines),
        np.array([line.area_m2 for line in lines], dtype=np.float64),
        np.array([line.width_m for line in lines], dtype=np.float64),
        np.array([line.share for line in lines], dtype=np.float64),
        tuple(line.reasons for line in lines),
    )
