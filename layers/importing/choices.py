"""How the choices of a question are told, and where each would be."""

import numpy as np

from geo.types import BBox, FloatArray
from layers.importing.region import Region


def overlap(a: BBox, b: BBox) -> bool:
    """Whether two boxes have a point in common."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def told(choices: list[dict[str, object]]) -> str:
    """Answer each choice in one line: option, meridian, place."""
    parts = []
    for one in choices:
        west, south, *_ = np.asarray(one["bounds"], dtype=float)
        meridian = f" CM {one['meridian']}°" if "meridian" in one else ""
        mark = "*" if one.get("fits_map_sheet") else ""
        parts.append(
            f"--crs {one['crs']}{mark}{meridian} ({west:.4f}, {south:.4f}"
            f" {one['place_en']})"
        )
    return "; ".join(parts)


def bounds_of(points: FloatArray) -> BBox:
    """Answer the box around points, ``(n, 2)``."""
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def choice(region: Region, code: str, bounds: BBox) -> dict[str, object]:
    """Answer an option with where the coordinates would fall by it."""
    place = region.place(bounds)
    return {
        "option": f"--crs {code}",
        "crs": code,
        "bounds": list(bounds),
        "place_zh": place.zh,
        "place_en": place.en,
    }
