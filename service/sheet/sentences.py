"""The words of a printed sheet, Chinese and English."""

from collections.abc import Mapping

SHEET: Mapping[str, tuple[str, str]] = {
    "title": ("内蒙古自治区生态屏障分布图", "Ecological barrier of Inner Mongolia"),
    "subtitle": ("Ecological barrier of Inner Mongolia", "内蒙古自治区生态屏障分布图"),
    "site_title": ("地块与生态屏障", "Site and ecological barrier"),
    "result": ("核查结果", "Site check"),
    "site_area": ("地块面积", "Site area"),
    "layer": ("图层", "Layer"),
    "overlap": ("重叠面积", "Overlap"),
    "of_site": ("占地块", "Of site"),
    "beyond": ("不在以上任何图层内", "In none of these layers"),
    "not_touched": ("未触及：", "Not touched: "),
    "unknown": ("± 未知", "± unknown"),
    "notes": ("说明与注意", "Notes and cautions"),
    "method": (
        "方法：{method}；椭球面积，边为经纬度直线（CGCS2000）",
        "Method: {method}; ellipsoidal area, edges straight in lon/lat (CGCS2000)",
    ),
    "result_id": ("结果编号：", "Result id: "),
    "legend": ("图例", "Legend"),
    "north": ("北", "N"),
    "province": ("自治区界", "Region"),
    "league": ("盟市界", "League"),
    "banner": ("旗县界", "Banner"),
    "not_legal": ("，均非法定界线", " – no legal boundaries"),
    "sources": ("资料来源：", "Sources: "),
    "albers": (
        "阿尔伯斯等积圆锥投影（标准纬线 40°N、50°N，中央经线 112°E），面积为椭球面积",
        "Albers equal-area (40°N, 50°N; central meridian 112°E); areas on the "
        "ellipsoid",
    ),
    "zone": (
        "高斯—克吕格 3 度带（中央经线 {meridian}°E，{code}），面积为椭球面积",
        "Gauss-Kruger 3-degree zone (central meridian {meridian}°E, {code}); areas on "
        "the ellipsoid",
    ),
    "made": ("制图日期 ", "made "),
    "review": ("审图号：", "Map review no.: "),
}
