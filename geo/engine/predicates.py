r"""Exact predicates on a lattice of coordinates, and the rule for ties.

Longitudes are multiples of :math:`2^{-46}` degree, latitudes of :math:`2^{-47}`. A
double between 64 and 128 (32 and 64 for latitudes) is such a multiple as it stands;
elsewhere rounding to the lattice moves a point by at most 0.8 nm. Two lattice points
less than 64 degrees apart have an exact difference in double precision.

*Orientation* is the sign of a difference of two products. The factors are exact, so
each product is rounded once, and rounding is monotone: where the rounded products
differ, their order is that of the exact ones. Where they are equal, the exact ones
differ by less than :math:`2^{-52}` of their size, which in lattice units is at most
:math:`2^{93 - 52 + 12} = 2^{53}` for factors of up to 64 degrees. So the low 64 bits of
the integer determinant, which wrapping arithmetic gives, are the whole of it.
(Shewchuk, "Adaptive precision floating-point arithmetic", 1997, needs more for points
off a lattice.)

*Ties.* Layer B is moved by :math:`(\epsilon, \epsilon^2)`, to the right and, far less,
up (Edelsbrunner and Mücke, "Simulation of simplicity", 1990, for one translation). A
point of A on an edge of B with direction :math:`(d_x, d_y)` then has orientation
:math:`\epsilon d_y - \epsilon^2 d_x`; a point of B on an edge of A the opposite. Both
vanish only for edges of no length, which cross nothing.
"""

from geo.jit import inlined

LON_SCALE = 2.0**46
LAT_SCALE = 2.0**47
UNSCALE = 1.0 / (LON_SCALE * LAT_SCALE)


@inlined
def orientation(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float
) -> float:
    """Twice the signed area of a triangle: > 0 where c is left of a to b.

    The sign is exact for lattice points; the value is off by a rounding of the larger
    of its two terms.
    """
    ux, uy, vx, vy = bx - ax, by - ay, cx - ax, cy - ay
    left, right = ux * vy, uy * vx
    if left != right:
        return left - right
    whole = int(ux * LON_SCALE) * int(vy * LAT_SCALE)
    whole -= int(uy * LAT_SCALE) * int(vx * LON_SCALE)
    return whole * UNSCALE


@inlined
def point_of_a_is_left(turn: float, dx: float, dy: float) -> bool:
    """Tell the side of an edge of B, direction (dx, dy), that a point of A is on."""
    if turn != 0.0:
        return turn > 0.0
    if dy != 0.0:
        return dy > 0.0
    return dx < 0.0


@inlined
def point_of_b_is_left(turn: float, dx: float, dy: float) -> bool:
    """Tell the side of an edge of A, direction (dx, dy), that a point of B is on."""
    if turn != 0.0:
        return turn > 0.0
    if dy != 0.0:
        return dy < 0.0
    return dx > 0.0


@inlined
def edge_crossing(
    px: float,
    py: float,
    qx: float,
    qy: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
) -> tuple[int, float]:
    """Tell how the edge p to q of A crosses the edge a to b of B.

    Returns
    -------
    int
        1 from B's right to its left, -1 the other way, 0 no crossing. Exact.
    float
        Where along p to q, 0 to 1; only good to rounding.
    """
    from_p = orientation(ax, ay, bx, by, px, py)
    from_q = orientation(ax, ay, bx, by, qx, qy)
    p_left = point_of_a_is_left(from_p, bx - ax, by - ay)
    q_left = point_of_a_is_left(from_q, bx - ax, by - ay)
    if p_left == q_left:
        return 0, 0.0
    ux, uy = qx - px, qy - py
    a_left = point_of_b_is_left(orientation(px, py, qx, qy, ax, ay), ux, uy)
    b_left = point_of_b_is_left(orientation(px, py, qx, qy, bx, by), ux, uy)
    if a_left == b_left:
        return 0, 0.0
    place = from_p / (from_p - from_q)
    return (-1 if p_left else 1), place
