"""Units of published figures, as documents write them, and what they measure."""

from typing import Literal, NamedTuple

Dimension = Literal["area", "length", "mass", "share", "count"]


class Unit(NamedTuple):
    """A unit: what it measures, and how many m2, m, kg or ones it is."""

    dimension: Dimension
    factor: float
    zh: str
    en: str


MU_M2 = 10_000 / 15
"""A mu (亩) in m2."""

UNITS: dict[str, Unit] = {
    "km2": Unit("area", 1e6, "平方千米", "km²"),
    "10k_km2": Unit("area", 1e10, "万平方千米", "× 10⁴ km²"),
    "ha": Unit("area", 1e4, "公顷", "ha"),
    "10k_ha": Unit("area", 1e8, "万公顷", "× 10⁴ ha"),
    "10k_mu": Unit("area", 1e4 * MU_M2, "万亩", "× 10⁴ mu"),
    "100m_mu": Unit("area", 1e8 * MU_M2, "亿亩", "× 10⁸ mu"),
    "km": Unit("length", 1e3, "千米", "km"),
    "10k_t": Unit("mass", 1e7, "万吨", "× 10⁴ t"),
    "percent": Unit("share", 0.01, "%", "%"),
    "share": Unit("share", 1.0, "", ""),
    "count": Unit("count", 1.0, "", ""),
}
