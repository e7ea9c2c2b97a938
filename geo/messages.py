# ruff: noqa: E501
"""One table of sentences in Chinese and English: refusals, notes, cautions.

A sentence names what is wrong, where (file, feature, field, value) and what to do.
Placeholders are those of :meth:`str.format`; the details stay with the error or the
note, so that a program need not parse a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Text(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} | {self.en}"


@dataclass(frozen=True)
class Note:
    """Something a reader of a result must know: a repair, a caution, an assumption.

    Parameters
    ----------
    code : str
        Key of :data:`MESSAGES`.
    details : mapping
        What the sentence names; kept for machines.
    """

    code: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """The sentence in both languages."""
        return render(self.code, self.details)

    def as_dict(self) -> dict[str, object]:
        """``{"code", "zh", "en", **details}``, ready for JSON."""
        return {"code": self.code, **self.text._asdict(), **self.details}


def render(code: str, details: Mapping[str, object]) -> Text:
    """Fill the sentence of ``code`` in both languages.

    Raises
    ------
    KeyError
        If the table has no such code, or a detail that the sentence names is
        missing: a programming error, caught by the tests of the table.
    """
    zh, en = MESSAGES[code]
    return Text(zh.format(**details), en.format(**details))


def listed(names: list[str], limit: int = 5) -> str:
    """Name the first few of many: ``"a, b, c, … (+12)"``."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown}, … (+{len(names) - limit})"


MESSAGES: dict[str, tuple[str, str]] = {
    # --- coordinate systems ------------------------------------------------------
    "crs_missing": (
        "{where}没有坐标系(CRS),不能猜测。请用 --crs 说明,例如 --crs EPSG:4490(经纬度)或 EPSG:4524(CGCS2000 3 度带第 36 带)。",
        "{where} has no coordinate system (CRS) and it is never guessed. State it with --crs, e.g. --crs EPSG:4490 (lon/lat) or EPSG:4524 (CGCS2000 3-degree zone 36).",
    ),
    "crs_unknown": (
        "坐标系“{value}”无法识别。请给出 EPSG 代号,例如 EPSG:4490。",
        "Coordinate system {value!r} is not known. Give an EPSG code, e.g. EPSG:4490.",
    ),
    "crs_differ": (
        "两个图层的坐标系不同({left} 与 {right})。请先转换到同一坐标系。",
        "The two layers differ in coordinate system ({left} and {right}). Transform one of them first.",
    ),
    "crs_not_lonlat": (
        "此处需要经纬度坐标系,得到的是 {crs}。请先转换到 EPSG:4490。",
        "Lon/lat coordinates are needed here, got {crs}. Transform to EPSG:4490 first.",
    ),
    "crs_not_projected": (
        "平面面积需要投影坐标系,得到的是经纬度 {crs}。",
        "A plane area needs projected coordinates, got lon/lat {crs}.",
    ),
    "crs_datum_unsafe": (
        "{where}的坐标系 {crs} 与 CGCS2000 之间没有公开的精确转换参数(误差可达约 100 米),不能用于正式结果。请提供 CGCS2000 坐标的数据。",
        "{where} is in {crs}: no public transformation to CGCS2000 of known accuracy exists (errors up to about 100 m), so it is refused. Supply the data in CGCS2000.",
    ),
    "crs_assumed_equal": (
        "{where}的坐标系 {crs} 与 CGCS2000 (EPSG:4490) 视为一致(差别为分米级)。",
        "{where} is in {crs}, taken as equal to CGCS2000 (EPSG:4490); they differ by decimetres.",
    ),
    "crs_transformed": (
        "{where}已由 {crs} 转换到 EPSG:4490;转换前在原平面内把边加密到不超过 {max_edge_m:g} 米。",
        "{where} was transformed from {crs} to EPSG:4490, its edges densified to at most {max_edge_m:g} m in their own plane first.",
    ),
    # --- coordinates -------------------------------------------------------------
    "coordinates_swapped": (
        "{where}的要素 {feature} 的坐标像是“纬度,经度”(例如 {value})。请把顺序改为“经度,纬度”。",
        "Feature {feature} of {where} looks like latitude,longitude (e.g. {value}). Swap the order to longitude,latitude.",
    ),
    "coordinates_metres": (
        "{where}的要素 {feature} 的坐标(例如 {value})不是经纬度,像是以米为单位的投影坐标。请用 --crs 给出投影坐标系,例如 EPSG:4524。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) that are no degrees; they look like metres. State the projected CRS with --crs, e.g. EPSG:4524.",
    ),
    "coordinates_not_finite": (
        "{where}的要素 {feature} 含有 NaN 或无穷大的坐标。请改正或删除该要素。",
        "Feature {feature} of {where} has NaN or infinite coordinates. Correct or remove it.",
    ),
    "coordinates_degrees": (
        "{where}的要素 {feature} 的坐标(例如 {value})像是经纬度,但所给坐标系以米为单位。请用 --crs EPSG:4490 说明。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) that look like degrees, but its CRS is in metres. State --crs EPSG:4490.",
    ),
    "coordinates_swapped_plane": (
        "{where}的要素 {feature} 的坐标像是“北,东”(例如 {value})。请把顺序改为“东,北”。",
        "Feature {feature} of {where} looks like north,east (e.g. {value}). Swap the order to east,north.",
    ),
    # --- repairs -----------------------------------------------------------------
    "repair_empty": (
        "{where}:{count} 个要素没有几何图形,已略去({features})。",
        "{where}: {count} feature(s) without a geometry were left out ({features}).",
    ),
    "repair_flattened": (
        "{where}:{count} 个要素带有高程(Z),计算时只用平面坐标({features})。",
        "{where}: {count} feature(s) carry Z; only x and y are used ({features}).",
    ),
    "repair_collection": (
        "{where}:{count} 个要素是几何集合,只计其中的多边形({features})。",
        "{where}: {count} feature(s) are collections; only their polygons count ({features}).",
    ),
    "repair_invalid": (
        "{where}的要素 {feature} 图形无效({reason}),已修复:面积由 {before_m2:.2f} 平方米变为 {after_m2:.2f} 平方米。",
        "Feature {feature} of {where} was invalid ({reason}) and was repaired: area {before_m2:.2f} m2 before, {after_m2:.2f} m2 after.",
    ),
    "repair_nothing_left": (
        "{where}:{count} 个要素修复后没有面积,已略去({features})。请检查原图形。",
        "{where}: {count} feature(s) had no area left after repair and were left out ({features}). Check the original.",
    ),
    # --- overlays and zonal tables -------------------------------------------------
    "no_polygons": (
        "{where}没有多边形,无法计算面积。请换用面图层。",
        "{where} has no polygons, so there is no area to compute. Use a polygon layer.",
    ),
}
