r"""Overlap areas of two polygon layers, exact for edges straight in lon/lat.

For features :math:`A_i` and :math:`B_j` with oriented boundaries (shells
counter-clockwise, holes clockwise) let :math:`C` be the prefix integral of
:math:`-q\,d\lambda` along a ring from its first vertex, :math:`q` being the area
function of :mod:`geo.authalic`, and :math:`T` its value after a whole turn. Then

.. math:: \operatorname{area}(A_i\cap B_j) = \sum_{c} s_c\,(C_B(c) - C_A(c))
          + \sum_{r\in A_i} w_{B_j}(r)\,T_r + \sum_{r\in B_j} w_{A_i}(r)\,T_r

where :math:`c` runs over the crossings of the two boundaries, :math:`s_c = +1` where A
passes from the right of B's edge to its left and :math:`-1` otherwise, and
:math:`w(r)` is the winding number of the one feature around the first vertex of ring
:math:`r` of the other. (Green's theorem over the pieces of each boundary inside the
other feature: a piece from :math:`c` to :math:`d` adds :math:`C(d) - C(c)`, a piece
that passes the ring's first vertex adds :math:`T` besides. Compare Franklin, "Map
overlay area animation and parallel simulation", 1990: no pieces need be built.)

The crossings are a *set*: nothing is sorted, no parity can contradict itself, and no
geometry is built. Three devices make it robust and repeatable to the last bit:

* coordinates lie on a lattice and predicates are exact (:mod:`geo.engine.predicates`);
* layer B is moved by an infinitesimal :math:`(\epsilon, \epsilon^2)`, so that no
  predicate is ever undecided: shared, collinear and touching boundaries are no special
  case, and area, being continuous, does not change;
* areas are summed as integers (:mod:`geo.engine.area_form`), so that no order of
  features, edges or threads can change a bit.
"""

from geo.engine.layer import PolygonLayer, prepare
from geo.engine.overlap import Pairs, index, overlap_chunks, overlap_pairs
from geo.engine.wkb import WkbLayer, read_wkb
from geo.engine.work import Index

__all__ = [
    "Index",
    "Pairs",
    "PolygonLayer",
    "WkbLayer",
    "index",
    "overlap_chunks",
    "overlap_pairs",
    "prepare",
    "read_wkb",
]
