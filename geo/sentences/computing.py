# ruff: noqa: E501
"""Sentences about coordinate systems, coordinates, repairs and tables."""

# One sentence for all: a refusal does not know by which way the file came.
STATE_CRS_ZH = (
    "命令行用 --crs，网页和 HTTP 用 crs，Python 用 crs=，GeoDataFrame 用 set_crs"
)
STATE_CRS_EN = "--crs on the command line, crs in a form or over HTTP, crs= in Python, set_crs for a GeoDataFrame"

SENTENCES: dict[str, tuple[str, str]] = {
    # --- coordinate systems ------------------------------------------------------
    "crs_missing": (
        "{where}没有坐标系（CRS），不能猜测。请说明（"
        + STATE_CRS_ZH
        + "），例如 EPSG:4490（经纬度）或 EPSG:4524（CGCS2000 3 度带第 36 带）。",
        "{where} has no coordinate system (CRS) and it is never guessed. State it ("
        + STATE_CRS_EN
        + "), e.g. EPSG:4490 (lon/lat) or EPSG:4524 (CGCS2000 3-degree zone 36).",
    ),
    "crs_unknown": (
        "坐标系“{value}”无法识别。请给出 EPSG 代号，例如 EPSG:4490。",
        "Coordinate system {value!r} is not known. Give an EPSG code, e.g. EPSG:4490.",
    ),
    "crs_differ": (
        "两个图层的坐标系不同（{left} 与 {right}）。请先转换到同一坐标系。",
        "The two layers differ in coordinate system ({left} and {right}). Transform one of them first.",
    ),
    "crs_not_lonlat": (
        "此处需要经纬度坐标系，得到的是 {crs}。请先转换到 EPSG:4490。",
        "Lon/lat coordinates are needed here, got {crs}. Transform to EPSG:4490 first.",
    ),
    "crs_not_projected": (
        "平面面积需要投影坐标系，得到的是经纬度 {crs}。",
        "A plane area needs projected coordinates, got lon/lat {crs}.",
    ),
    "crs_datum_unsafe": (
        "{where}的坐标系 {crs} 与 CGCS2000 之间没有公开的精确转换参数（误差可达约 100 米），不能用于正式结果。请提供 CGCS2000 坐标的数据。",
        "{where} is in {crs}: no public transformation to CGCS2000 of known accuracy exists (errors up to about 100 m), so it is refused. Supply the data in CGCS2000.",
    ),
    "crs_assumed_equal": (
        "{where}的坐标系 {crs} 与 CGCS2000（EPSG:4490）视为一致（差别为分米级）。",
        "{where} is in {crs}, taken as equal to CGCS2000 (EPSG:4490); they differ by decimetres.",
    ),
    "crs_transformed": (
        "{where}已由 {crs} 转换到 EPSG:4490；转换前在原平面内把边加密到不超过 {max_edge_m:g} 米。",
        "{where} was transformed from {crs} to EPSG:4490, its edges densified to at most {max_edge_m:g} m in their own plane first.",
    ),
    # --- coordinates -------------------------------------------------------------
    "coordinates_swapped": (
        "{where}的要素 {feature} 的坐标像是“纬度，经度”（例如 {value}）。请把顺序改为“经度，纬度”。",
        "Feature {feature} of {where} looks like latitude,longitude (e.g. {value}). Swap the order to longitude,latitude.",
    ),
    "coordinates_metres": (
        "{where}的要素 {feature} 的坐标（例如 {value}）不是经纬度，像是以米为单位的投影坐标。请说明投影坐标系（"
        + STATE_CRS_ZH
        + "），例如 EPSG:4524。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) that are no degrees; they look like metres. State the projected CRS ("
        + STATE_CRS_EN
        + "), e.g. EPSG:4524.",
    ),
    "coordinates_not_finite": (
        "{where}的要素 {feature} 含有 NaN 或无穷大的坐标。请改正或删除该要素。",
        "Feature {feature} of {where} has NaN or infinite coordinates. Correct or remove it.",
    ),
    "coordinates_degrees": (
        "{where}的要素 {feature} 的坐标（例如 {value}）像是经纬度，但所给坐标系以米为单位。请说明为 EPSG:4490（"
        + STATE_CRS_ZH
        + "）。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) that look like degrees, but its CRS is in metres. State EPSG:4490 ("
        + STATE_CRS_EN
        + ").",
    ),
    "coordinates_swapped_plane": (
        "{where}的要素 {feature} 的坐标像是“北，东”（例如 {value}）。请把顺序改为“东，北”。",
        "Feature {feature} of {where} looks like north,east (e.g. {value}). Swap the order to east,north.",
    ),
    "coordinates_beyond_crs": (
        "{where}的要素 {feature} 的坐标（例如 {value}）超出坐标系 {crs} 的范围，换算不出经纬度。请核对坐标系（带号、单位）和该要素。",
        "Feature {feature} of {where} has coordinates (e.g. {value}) beyond what {crs} can hold; they have no longitude and latitude. Check the CRS (zone, unit) and the feature.",
    ),
    "coordinates_wrong_zone": (
        "{where}的要素 {feature} 的横坐标不属于 {crs} 的投影带（例如 {value}）。合适的坐标系：{candidates}。请说明（"
        + STATE_CRS_ZH
        + "）。",
        "Feature {feature} of {where} has an easting that is not of the zone of {crs} (e.g. {value}). Systems that fit: {candidates}. State the right one ("
        + STATE_CRS_EN
        + ").",
    ),
    # --- repairs -----------------------------------------------------------------
    "repair_empty": (
        "{where}：{count} 个要素没有几何图形，已略去（{features}）。",
        "{where}: {count} feature(s) without a geometry were left out ({features}).",
    ),
    "repair_not_finite": (
        "{where}：{count} 个要素含有 NaN 或无穷大的坐标，无从修复，已略去（{features}）。",
        "{where}: {count} feature(s) with NaN or infinite coordinates cannot be repaired and were left out ({features}).",
    ),
    "repair_flattened": (
        "{where}：{count} 个要素带有高程（Z），计算时只用平面坐标（{features}）。",
        "{where}: {count} feature(s) carry Z; only x and y are used ({features}).",
    ),
    "repair_winding": (
        "{where}：{count} 个要素的环方向互相矛盾（外环与外环、或外环与内环），已统一方向，面积不抵消（{features}）。",
        "{where}: the rings of {count} feature(s) contradict each other in direction; they were turned so that no area cancels ({features}).",
    ),
    "repair_collection": (
        "{where}：{count} 个要素是几何集合，各只保留其中的多边形，没有多边形则保留线，再没有则保留点（{features}）。",
        "{where}: {count} feature(s) are collections; of each only its polygons are kept, or its lines where it has none, or else its points ({features}).",
    ),
    "repair_invalid": (
        "{where}的要素 {feature} 图形无效（{reason}），已修复：面积由 {before_m2:.2f} 平方米变为 {after_m2:.2f} 平方米。",
        "Feature {feature} of {where} was invalid ({reason}) and was repaired: area {before_m2:.2f} m2 before, {after_m2:.2f} m2 after.",
    ),
    "repair_nothing_left": (
        "{where}：{count} 个要素修复后没有面积，已略去（{features}）。请检查原图形。",
        "{where}: {count} feature(s) had no area left after repair and were left out ({features}). Check the original.",
    ),
    # --- overlays and zonal tables -------------------------------------------------
    "geometry_invalid": (
        "{where}的要素 {feature} 图形无效（{reason}），不能叠加。请先修复（geo.validity.repair）。",
        "Feature {feature} of {where} is invalid ({reason}) and cannot be overlaid. Repair it first (geo.validity.repair).",
    ),
    "overlay_failed": (
        "两个图形无法叠加（{reason}），位置在 {place} 附近。请检查并修正该处的边界。",
        "Two geometries cannot be overlaid ({reason}), near {place}. Check and correct the boundaries there.",
    ),
    "no_polygons": (
        "{where}没有多边形，无法计算面积。请换用面图层。",
        "{where} has no polygons, so there is no area to compute. Use a polygon layer.",
    ),
    "overlay_retried": (
        "{count} 对要素的边几乎重合，按 {grid_degrees:g} 度的网格重新求交（{pairs}）。",
        "{count} pair(s) with almost coincident edges were intersected on a grid of {grid_degrees:g} degree ({pairs}).",
    ),
    "overlay_lines_dropped": (
        "{count} 对要素除重叠面外还有共边，共边没有面积，不计入。",
        "{count} pair(s) share lines besides area; lines have no area and are not counted.",
    ),
    # --- coverages ------------------------------------------------------------------
    "coverage_needs_polygons": (
        "只有面图层才能一起简化，这里有点、线或几何集合。请先取出面。",
        "Only polygons can be simplified together; there are points, lines or collections. Take the polygons out first.",
    ),
    "coverage_broken": (
        "按容差 {tolerance:g} 一起简化后，相邻边界不再吻合。请改用较小的容差，或先修复图形（geo.validity.repair）。",
        "Simplified together with tolerance {tolerance:g}, neighbours no longer match. Use a smaller tolerance, or repair the geometry first (geo.validity.repair).",
    ),
}
