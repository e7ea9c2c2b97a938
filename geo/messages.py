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
    "zones_beyond_projection": (
        "分区的顶点({value})超出栅格投影 {crs} 的适用范围。请裁剪分区,或换用覆盖这些分区的栅格。",
        "A vertex of the zones ({value}) has no place in the raster's projection {crs}. Clip the zones, or use a raster that covers them.",
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
    "overlay_retried": (
        "{count} 对要素的边几乎重合,按 {grid_degrees:g} 度的网格重新求交({pairs})。",
        "{count} pair(s) with almost coincident edges were intersected on a grid of {grid_degrees:g} degree ({pairs}).",
    ),
    "overlay_lines_dropped": (
        "{count} 对要素除重叠面外还有共边,共边没有面积,不计入。",
        "{count} pair(s) share lines besides area; lines have no area and are not counted.",
    ),
    # --- requests (service) ----------------------------------------------------------
    "bbox_numbers": (
        "参数 {parameter} 的值“{value}”不是 4 个(或带高程的 6 个)有限的数。请写成 西,南,东,北,例如 bbox=110,40,112,42(经度在前)。",
        "Parameter {parameter}={value!r} is not 4 finite numbers (or 6 with heights). Write west,south,east,north, e.g. bbox=110,40,112,42 (longitude first).",
    ),
    "bbox_order": (
        "参数 {parameter} 的值“{value}”中南界 {south:g} 大于北界 {north:g}。顺序是 西,南,东,北。",
        "Parameter {parameter}={value!r} has its south {south:g} above its north {north:g}. The order is west,south,east,north.",
    ),
    "bbox_off_globe": (
        "参数 {parameter} 的值“{value}”的纬度 {south:g} 至 {north:g} 在地球之外,像是“纬度,经度”的顺序。请写成 西,南,东,北(经度在前)。",
        "Parameter {parameter}={value!r} has latitudes {south:g} to {north:g}, off the globe; it looks like latitude,longitude. Write west,south,east,north (longitude first).",
    ),
    "parameter_missing": (
        "缺少参数 {parameter}。请在请求中给出。",
        "Parameter {parameter} is missing. State it in the request.",
    ),
    "parameter_not_integer": (
        "参数 {parameter} 的值“{value}”不是整数。",
        "Parameter {parameter}={value!r} is not a whole number.",
    ),
    "parameter_too_small": (
        "参数 {parameter} 的值“{value}”太小,至少为 {bound}。",
        "Parameter {parameter}={value!r} is too small; the least is {bound}.",
    ),
    "parameter_too_large": (
        "参数 {parameter} 的值“{value}”太大,至多为 {bound}。",
        "Parameter {parameter}={value!r} is too large; the most is {bound}.",
    ),
    "parameter_not_listed": (
        "参数 {parameter} 的值“{value}”不在可选值之中:{choices}。",
        "Parameter {parameter}={value!r} is none of {choices}.",
    ),
    "parameter_invalid": (
        "参数 {parameter} 的值“{value}”无法使用({reason})。",
        "Parameter {parameter}={value!r} cannot be used ({reason}).",
    ),
    "request_invalid": (
        "请求中有 {count} 个参数无法使用:{parameters}。",
        "{count} parameter(s) of the request cannot be used: {parameters}.",
    ),
    "raster_has_no_items": (
        "图层“{layer}”是栅格,没有要素。元数据在 /collections/{layer},地图在 /map?layers={layer}。",
        "Layer {layer!r} is a raster and has no features. Its metadata is at /collections/{layer}, its map at /map?layers={layer}.",
    ),
    "overlap_needs_vector": (
        "图层“{layer}”是栅格,叠加需要两个矢量图层。栅格请用分区统计:ecobarrier zonal ZONES {layer}。",
        "Layer {layer!r} is a raster; an overlap needs two vector layers. For a raster use zonal: ecobarrier zonal ZONES {layer}.",
    ),
    "layer_restricted": (
        "图层“{layer}”是受限图层,不提供要素、地图和下载;叠加统计结果可以查看(/overlap)。",
        "Layer {layer!r} is restricted: no features, maps or downloads leave this service; results of overlaps with it may be seen (/overlap).",
    ),
    "page_not_found": (
        "没有 {path} 这个地址。图层列表在 /collections。",
        "There is nothing at {path}. The layers are listed at /collections.",
    ),
    "method_not_allowed": (
        "地址 {path} 不接受 {method} 请求。",
        "{path} does not accept {method}.",
    ),
    "request_refused": (
        "请求 {path} 未被接受(HTTP {status})。",
        "The request to {path} was refused (HTTP {status}).",
    ),
    "internal_error": (
        "服务内部出错,结果未算出。请把时间和地址告诉维护者,详情在服务日志中。",
        "The service failed inside and has no result. Tell its keeper the time and the address; the details are in its log.",
    ),
    # --- maps ----------------------------------------------------------------------
    "map_simplified": (
        "{layer}:为显示由 {before} 个顶点简化到 {after} 个(容差 {tolerance:g} 度,约 {metres:.0f} 米);面积取自未简化的图形。",
        "{layer}: simplified for display from {before} to {after} vertices (tolerance {tolerance:g} degrees, about {metres:.0f} m); areas come from the full geometry.",
    ),
    "map_simplified_apart": (
        "{layer}:各面不成无缝覆盖,逐个简化({before} 个顶点到 {after} 个,容差 {tolerance:g} 度,约 {metres:.0f} 米),相邻边界可能有缝;面积取自未简化的图形。",
        "{layer}: no seamless coverage, so features were simplified one by one ({before} to {after} vertices, tolerance {tolerance:g} degrees, about {metres:.0f} m) and neighbours may show gaps; areas come from the full geometry.",
    ),
    "map_no_layers": (
        "地图没有图层。请给出图层编号,例如 layers=leagues,redline。",
        "The map has no layers. Name them, e.g. layers=leagues,redline.",
    ),
    "not_polygons": (
        "{layer}:{count} 个要素不是多边形,没有面积,未计入({features})。",
        "{layer}: {count} feature(s) are no polygons, have no area and are not counted ({features}).",
    ),
    "layer_caution": ("{layer}:{caution_zh}", "{layer}: {caution_en}"),
    "accuracy_unknown": (
        "{layer}没有说明位置精度,因此不给出 ±。",
        "Nobody states the positional accuracy of {layer}, so no +/- is given.",
    ),
    "breaks_not_ascending": (
        "分级界限“{value}”必须至少两个且递增。",
        "The interval limits {value!r} must be at least two, ascending.",
    ),
    "breaks_needed": (
        "{layer}是连续值栅格,没有分级。请用 --breaks 给出界限,例如 --breaks 0,0.2,0.4。",
        "{layer} holds continuous values without intervals. Give limits with --breaks, e.g. --breaks 0,0.2,0.4.",
    ),
    "port_in_use": (
        "无法监听 {host}:{port}({reason})。请用 --port 换一个端口。",
        "Cannot listen on {host}:{port} ({reason}). Choose another port with --port.",
    ),
}
