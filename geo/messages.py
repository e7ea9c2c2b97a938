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
    "coordinates_beyond_crs": (
        "{where}的要素 {feature} 的坐标(例如 {value})超出坐标系 {crs} 的范围,换算不出经纬度。请核对坐标系(带号、单位)和该要素。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) beyond what {crs} can hold; they have no longitude and latitude. Check the CRS (zone, unit) and the feature.",
    ),
    "coordinates_wrong_zone": (
        "{where}的要素 {feature} 的横坐标不属于 {crs} 的投影带(例如 {value})。合适的坐标系:{candidates}。请用 --crs 说明。",
        "Feature {feature} of {where} has an easting that is not of the zone of {crs} (e.g. {value}). Systems that fit: {candidates}. State the right one with --crs.",
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
    "geometry_invalid": (
        "{where}的要素 {feature} 图形无效({reason}),不能叠加。请先修复(geo.validity.repair)。",
        "Feature {feature} of {where} is invalid ({reason}) and cannot be overlaid. Repair it first (geo.validity.repair).",
    ),
    "overlay_failed": (
        "两个图形无法叠加({reason}),位置在 {place} 附近。请检查并修正该处的边界。",
        "Two geometries cannot be overlaid ({reason}), near {place}. Check and correct the boundaries there.",
    ),
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
    "map_simplified_dropped": (
        "{layer}:要素或顶点太多,为显示由 {before} 个顶点简化到 {after} 个(容差 {tolerance:g} 度,约 {metres:.0f} 米),最小的 {dropped} 个要素没有画出;面积和叠加仍按全部要素计算。",
        "{layer}: too many features or vertices, so {before} were simplified to {after} vertices for display (tolerance {tolerance:g} degrees, about {metres:.0f} m) and the {dropped} smallest features are not drawn; areas and overlaps still count them all.",
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
    # --- finding and reading layers ------------------------------------------------
    "layer_not_found": (
        "没有名为“{name}”的图层。相近或现有的:{close}。文件请写出后缀或路径。",
        "No layer is called {name!r}. Close or known: {close}. Write a file with its suffix or path.",
    ),
    "layer_file_missing": (
        "文件 {file} 不存在。请检查路径。",
        "File {file} does not exist. Check the path.",
    ),
    "layer_is_folder": (
        "{file} 是文件夹,不是文件。请给出其中的图层文件,例如 .shp、.gpkg 或 .geojson。",
        "{file} is a folder. Name a layer file in it, e.g. a .shp, .gpkg or .geojson.",
    ),
    "layer_not_regular": (
        "{file} 不是普通文件,不能读取。",
        "{file} is no regular file and is not read.",
    ),
    "layer_no_permission": (
        "没有读取 {file} 的权限。请检查文件权限。",
        "Reading {file} is not permitted. Check its permissions.",
    ),
    "layer_empty_file": (
        "文件 {file} 是空的(0 字节)。请重新导出或复制。",
        "File {file} is empty (0 bytes). Export or copy it again.",
    ),
    "layer_format_unknown": (
        "不认识文件 {file} 的格式。可读的后缀:{known}。",
        "The format of {file} is not known. Suffixes that can be read: {known}.",
    ),
    "layer_wrong_content": (
        "文件 {file} 的内容不是 {format}。请检查后缀,或重新导出。",
        "File {file} does not contain {format}. Check its suffix or export it again.",
    ),
    "layer_unreadable": (
        "文件 {file} 不能作为 {format} 读取({reason})。文件可能已损坏,请重新导出或复制。",
        "File {file} cannot be read as {format} ({reason}). It may be damaged: export or copy it again.",
    ),
    "layer_truncated": (
        "文件 {file} 不完整,比文件头声明的短。请重新复制。",
        "File {file} is cut off: it is shorter than its header says. Copy it again.",
    ),
    "layer_not_vector": (
        "此处需要矢量图层,{name} 是栅格。",
        "A vector layer is needed here; {name} is a raster.",
    ),
    "layer_not_raster": (
        "此处需要栅格图层,{name} 是矢量。",
        "A raster layer is needed here; {name} is a vector layer.",
    ),
    "layer_no_geometry": (
        "文件 {file} 没有几何字段,只是表格。请给出带图形的图层。",
        "File {file} has no geometry, it is a plain table. Supply a layer with shapes.",
    ),
    "layer_no_features": (
        "{where}没有可用的要素({count} 个要素都没有图形)。请检查导出结果。",
        "{where} has no usable feature (none of its {count} has a shape). Check how it was exported.",
    ),
    "layer_choose": (
        "文件 {file} 含有多个图层({layers})。请指明一个,例如 {file}:{example}。",
        "File {file} holds several layers ({layers}). Name one, e.g. {file}:{example}.",
    ),
    "layer_part_unknown": (
        "文件 {file} 中没有图层“{part}”。其中有:{layers}。",
        "File {file} has no layer {part!r}. It holds: {layers}.",
    ),
    "feature_ids_repeated": (
        "{where}:{count} 个要素编号重复({features}),后出现的加上 -2、-3。",
        "{where}: {count} feature id(s) occur more than once ({features}); later ones got -2, -3.",
    ),
    "reader_said": (
        "读取或写入 {file} 时的提示:{said}",
        "Said while {file} was read or written: {said}",
    ),
    "reader_columns_left_out": (
        "{file}:多余的几何字段未读取({columns})。",
        "{file}: further geometry columns were left out ({columns}).",
    ),
    "reader_geometry_mended": (
        "{where}:第 {features} 行(共 {count} 行)的图形环未闭合或点数不足,已闭合;无法补救的作为无图形处理。",
        "{where}: {count} row(s) had rings that were open or too short ({features}); they were closed, and hopeless ones count as without shape.",
    ),
    "columns_renamed": (
        "{file}:字段名冲突,已改名({columns})。",
        "{file}: columns with clashing names were renamed ({columns}).",
    ),
    "text_encoding": (
        "{file} 不是 UTF-8,按 {encoding} 读取。",
        "{file} is not UTF-8; it was read as {encoding}.",
    ),
    "text_encoding_unknown": (
        "{file} 的文字编码无法识别。请另存为 UTF-8。",
        "The text encoding of {file} is not known. Save it as UTF-8.",
    ),
    "geojson_syntax": (
        "{file} 第 {line} 行第 {column} 列不是合法的 JSON({reason})。",
        "{file} is no valid JSON at line {line}, column {column} ({reason}).",
    ),
    "geojson_type": (
        "{file} 的 {path}(要素 {feature})应为 GeoJSON 类型,得到 {value}。",
        "{path} of {file} (feature {feature}) should be of a GeoJSON type, got {value}.",
    ),
    "geojson_no_array": (
        "{file} 的 {path}(要素 {feature})应为数组,得到 {value}。",
        "{path} of {file} (feature {feature}) should be an array, got {value}.",
    ),
    "geojson_position": (
        "{file} 的 {path}(要素 {feature})应为“经度,纬度”两个数,得到 {value}。",
        "{path} of {file} (feature {feature}) should be a pair of numbers, got {value}.",
    ),
    "geojson_line_short": (
        "{file} 的 {path}(要素 {feature})是线,至少要有 2 个点。请补点或删除该要素。",
        "{path} of {file} (feature {feature}) is a line and needs at least 2 positions. Add some or remove the feature.",
    ),
    "geojson_ring_short": (
        "{file} 的 {path}(要素 {feature})是面的环,至少要有 3 个不同的点。请补点或删除该环。",
        "{path} of {file} (feature {feature}) is a polygon's ring and needs at least 3 distinct positions. Add some or remove it.",
    ),
    "geojson_rings_closed": (
        "{where}:{count} 个要素有未闭合的环,已补上起点({features})。",
        "{where}: {count} feature(s) had open rings, closed by repeating the first position ({features}).",
    ),
    "geojson_crs_member": (
        "{file} 带有旧式 crs 成员({crs}),坐标按它读取;RFC 7946 已取消该成员,有的软件会忽略它。",
        "{file} has a crs member of the old standard ({crs}), which was followed; RFC 7946 dropped it and some programs ignore it.",
    ),
    "crs_missing_candidates": (
        "{where}没有坐标系(CRS),不能猜测。坐标落在本区的可能有:{candidates}。请用 --crs 说明,例如 --crs {example}。",
        "{where} has no coordinate system (CRS) and it is never guessed. The coordinates fall in the region with: {candidates}. State the right one with --crs, e.g. --crs {example}.",
    ),
    "crs_conflict": (
        "{where}自带坐标系 {found},与所说的 {stated} 不同。请去掉 --crs,或先改正文件。",
        "{where} carries the coordinate system {found}, not {stated} as stated. Leave --crs out, or correct the file first.",
    ),
    "crs_not_horizontal": (
        "{where}的坐标系 {crs} 既不是经纬度也不是平面投影,不能使用。",
        "{where} is in {crs}, which is neither lon/lat nor a plane projection and cannot be used.",
    ),
    "encoding_wrong": (
        "{file} 的属性不能按编码 {encoding} 读取。请换一个,例如 gbk 或 utf-8。",
        "The attributes of {file} cannot be read as {encoding}. State another encoding, e.g. gbk or utf-8.",
    ),
    "shapefile_encoding_stated": (
        "{file} 的属性按指定的 {encoding} 读取,例如“{sample}”。",
        "The attributes of {file} were read as {encoding}, as stated, e.g. {sample!r}.",
    ),
    "shapefile_encoding_cpg": (
        "{file} 的属性按 .cpg 所说的 {encoding} 读取,例如“{sample}”。",
        "The attributes of {file} were read as {encoding}, as the .cpg says, e.g. {sample!r}.",
    ),
    "shapefile_encoding_ldid": (
        "{file} 的属性按 .dbf 语言字节所指的 {encoding} 读取,例如“{sample}”。如为乱码请指定编码。",
        "The attributes of {file} were read as {encoding}, by the language byte of the .dbf, e.g. {sample!r}. State the encoding if that is garbled.",
    ),
    "shapefile_encoding_trial": (
        "{file} 没有说明编码,属性试读为 {encoding},例如“{sample}”。如为乱码请指定编码。",
        "{file} does not say its encoding; the attributes decode as {encoding}, e.g. {sample!r}. State the encoding if that is garbled.",
    ),
    "shapefile_encoding_mixed": (
        "{file} 的属性混有 UTF-8 和 GBK,已逐个判断,例如“{sample}”。读不出的字以 � 标出。",
        "The attributes of {file} mix UTF-8 and GBK and were decided one by one, e.g. {sample!r}. Lost characters are marked with �.",
    ),
    "shapefile_cpg_wrong": (
        "{file} 的 .cpg 写的是 {label},与内容不符,未采用。",
        "The .cpg of {file} says {label}, which its content contradicts; it was passed over.",
    ),
    "shapefile_shx_rebuilt": (
        "{file} 缺少 .shx,已在临时副本中重建;原文件未改动。",
        "{file} lacks its .shx; it was rebuilt in a temporary copy, the files themselves are unchanged.",
    ),
    "shapefile_dbf_missing": (
        "{file} 缺少 .dbf,因此没有属性。",
        "{file} lacks its .dbf, so it has no attributes.",
    ),
    "shapefile_prj_unreadable": (
        "{file} 的 .prj 无法识别。",
        "The .prj of {file} is not understood.",
    ),
    "shapefile_parts_differ": (
        "{file} 有 {shapes} 个图形,而 .dbf 有 {rows} 行,两者不是一套。请重新导出。",
        "{file} has {shapes} shapes but its .dbf has {rows} rows: they do not belong together. Export it again.",
    ),
    "raster_choose_band": (
        "{file} 有多个波段({bands})。请指明一个。",
        "{file} has several bands ({bands}). Name one.",
    ),
    "raster_not_placed": (
        "{file} 没有地理位置(无坐标系、无变换)。请先配准。",
        "{file} has no position on the earth (no CRS, no transform). Georeference it first.",
    ),
    "raster_rotated": (
        "{file} 的像元行列与坐标轴不平行(旋转或倾斜),不能直接统计。请先重采样为正北朝上,例如用 gdalwarp。",
        "The rows of {file} are not parallel to the axes (rotated or sheared), so cells cannot be counted as they are. Warp it to north-up first, e.g. with gdalwarp.",
    ),
    "raster_mirrored": (
        "{file} 的列由东向西排列(镜像)。请先转换为由西向东,例如用 gdalwarp。",
        "The columns of {file} run from east to west (mirrored). Warp it to west-east first, e.g. with gdalwarp.",
    ),
    "raster_flipped": (
        "{file} 的行由南向北存放,读取时已翻转为北在上。",
        "The rows of {file} are stored from the south; they were flipped to north-up on reading.",
    ),
    "raster_nodata_undeclared": (
        "{file} 没有声明无效值,却有 {share} 的像元等于 {value}。请说明无效值,例如 --nodata {value};如果它确是数据,请用 --nodata nan。",
        '{file} declares no value for "no data", but {share} of its cells are {value}. State it, e.g. --nodata {value}, or --nodata nan if that is a measurement.',
    ),
    "raster_nodata_both": (
        "{file} 声明的无效值是 {declared},另指定 {stated};两者都按无效处理。",
        '{file} declares {declared} as "no data" and {stated} was stated; both count as none.',
    ),
    "raster_value_doubtful": (
        "{file} 没有声明无效值,{share} 的像元等于 {value},按类别值处理。如为无效值请说明。",
        '{file} declares no value for "no data"; {share} of its cells are {value}, taken as a class. State it if it means none.',
    ),
    "layer_write_failed": (
        "无法写入 {file}({reason})。请检查文件夹、权限和剩余空间;原有文件未变。",
        "{file} could not be written ({reason}). Check folder, permission and free space; what was there before is unchanged.",
    ),
    # --- catalogues ----------------------------------------------------------------
    "catalog_unreadable": (
        "图层目录 {file} 不能读取({reason})。",
        "The catalogue {file} cannot be read ({reason}).",
    ),
    "catalog_entry_wrong": (
        "图层目录 {file} 的条目 {entry} 有误:{reason}。",
        "Entry {entry} of the catalogue {file} is wrong: {reason}.",
    ),
    "catalog_id_twice": (
        "图层目录 {file} 中编号重复:{layers}。",
        "The catalogue {file} has ids more than once: {layers}.",
    ),
    "catalog_path_outside": (
        "图层 {layer} 的路径 {path} 不在目录文件夹内。",
        "The path {path} of layer {layer} is not inside the catalogue's folder.",
    ),
    "catalog_crs_differs": (
        "图层 {layer} 登记的坐标系是 {stated},文件中是 {found}。",
        "Layer {layer} is catalogued in {stated}, but its file is in {found}.",
    ),
    "catalog_sha256": (
        "图层 {layer} 的文件 {file} 与登记的 SHA-256 不符:内容已改变。",
        "File {file} of layer {layer} does not have the SHA-256 that is catalogued: its content has changed.",
    ),
    "catalog_version_missing": (
        "图层 {layer} 指向的版本“{version}”不存在。",
        "Layer {layer} points to version {version!r}, which is not there.",
    ),
    "catalog_version_differs": (
        "图层 {layer} 版本 {version} 的元数据说的是另一个图层或版本。",
        "The metadata of layer {layer}, version {version}, is that of another layer or version.",
    ),
    "catalog_version_exists": (
        "图层 {layer} 的版本 {version} 已存在,但元数据不同;版本不可更改。",
        "Layer {layer} has version {version} already, with other metadata; versions do not change.",
    ),
    "catalog_rows_differ": (
        "图层 {layer} 登记 {stated} 个要素,文件中有 {found} 个。",
        "Layer {layer} is catalogued with {stated} features; its file has {found}.",
    ),
    "catalog_geometry_differs": (
        "图层 {layer} 登记的图形类型是 {stated},文件中是 {found}。",
        "Layer {layer} is catalogued as {stated}; its file holds {found}.",
    ),
    "catalog_invalid_geometry": (
        "图层 {layer} 有 {count} 个无效或空的图形({features})。",
        "Layer {layer} has {count} invalid or empty shape(s) ({features}).",
    ),
    "catalog_unlisted": (
        "文件 {file} 没有在目录中登记。",
        "File {file} is not listed in the catalogue.",
    ),
    "catalog_licence_missing": (
        "图层 {layer} 的许可 {licence} 在 LICENSES/ 中没有文本。",
        "The licence {licence} of layer {layer} has no text in LICENSES/.",
    ),
    "catalog_union_differs": (
        "{parts} 合起来与 {whole} 相差 {difference_m2:.1f} 平方米。",
        "The union of {parts} differs from {whole} by {difference_m2:.1f} m2.",
    ),
}
