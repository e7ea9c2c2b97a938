"""The words of pages and maps in Chinese and English."""

from typing import Literal

from geo.figures import Verdict
from layers.models import Bilingual, Theme
from service.shared_words import shared

Language = Literal["zh", "en"]


def said(text: Bilingual, language: Language) -> str:
    """Answer a bilingual text in one language."""
    return text.zh if language == "zh" else text.en


def other(language: Language) -> Language:
    """Answer the other language."""
    return "en" if language == "zh" else "zh"


def words(language: Language) -> dict[str, str]:
    """Answer all words in one language, by their keys."""
    place = 0 if language == "zh" else 1
    return {key: pair[place] for key, pair in _WORDS.items()}


def both(key: str) -> tuple[str, str]:
    """Answer a word in Chinese and English."""
    return _WORDS[key]


def is_word(key: str) -> bool:
    """Whether there is a word of that key."""
    return key in _WORDS


def theme_name(theme: Theme, language: Language) -> str:
    """Name a theme."""
    return _THEMES[theme][0 if language == "zh" else 1]


# Also the order of the legend: what people ask about first.
_THEMES: dict[Theme, tuple[str, str]] = {
    "user": ("导入的图层", "Your layers"),
    "redline": ("生态保护红线", "Ecological red line"),
    "sand": ("沙地与沙漠", "Sandy lands and deserts"),
    "forest": ("森林", "Forest"),
    "water": ("水系与流域", "Water and basins"),
    "admin": ("行政区划", "Administrative"),
    "land_cover": ("土地覆盖", "Land cover"),
    "vegetation": ("植被", "Vegetation"),
    "climate": ("气候", "Climate"),
    "relief": ("地形", "Relief"),
}
THEMES: tuple[Theme, ...] = tuple(_THEMES)

VERDICTS: dict[Verdict, Bilingual] = {
    "agrees": Bilingual(zh="相符", en="agrees"),
    "calibrated": Bilingual(zh="按此数制作", en="made to meet it"),
    "consistent": Bilingual(zh="自洽", en="consistent"),
    "differs": Bilingual(zh="不符，原因已知", en="differs, reason known"),
    "inconsistent": Bilingual(zh="不自洽", en="inconsistent"),
    "unexplained": Bilingual(zh="不符，原因不明", en="differs, no reason known"),
    "not_computable": Bilingual(zh="不能计算", en="not computable"),
}
"""Verdicts of the figure ledger, in the order of what they say for a number."""

_WORDS: dict[str, tuple[str, str]] = {
    **shared(
        "accuracy",
        "area",
        "close",
        "finish",
        "home",
        "layers",
        "length",
        "licence",
        "map_title",
        "not_found",
        "not_stated",
        "published",
        "skip",
        "source",
        "to_map",
        "version",
        "zoom_in",
        "zoom_out",
        computed="mapped",
    ),
    "adcode": ("行政区划代码", "Adcode"),
    "all_layers": ("全部图层", "All layers"),
    "answers": ("接口", "Interface"),
    "attribution": ("署名", "Attribution"),
    "caution": ("注意", "Caution"),
    "crs": ("坐标系", "CRS"),
    "crs_text": (
        "CGCS2000（EPSG:4490），以 Web 墨卡托显示",
        "CGCS2000 (EPSG:4490), shown in Web Mercator",
    ),
    "date": ("数据时间", "Date of data"),
    "budget": ("文件大小上限", "Size of this file at most"),
    "clear_measure": ("清除", "Clear"),
    "details": ("说明", "Details"),
    "download_map": ("下载地图（离线可用）", "Download the map (works offline)"),
    "exported": ("制图日期", "Map made"),
    "features": ("要素", "Features"),
    "find": ("查找：中文、拼音、英文", "Find: Chinese, pinyin, English"),
    "fold": ("收起图层", "Fold layers"),
    "intro": (
        "荒漠沙地、黄河流域、森林与红线图层的浏览、叠加与面积计算。每个图层都写明性质、来源、许可和精度。",
        "Deserts and sandy lands, the Yellow River basin, forests and red-line zones: "
        "look, overlay, measure. Each layer says its status, source, licence and "
        "accuracy.",
    ),
    "kind_": ("沙地", "Sandy land"),
    "kind_desert": ("沙漠", "Desert"),
    "map_only": ("只看地图", "Map only"),
    "map_of": ("图层地图", "Map of the layers"),
    "measure": ("量算", "Measure"),
    "measure_area": ("量面积", "Area"),
    "measure_distance": ("量距离", "Distance"),
    "measure_hint": (
        "在图上依次点击；双击、回车或“完成”结束，Esc 清除。",
        "Click on the map; end with a double click, Enter or Finish; Esc clears.",
    ),
    "measure_method": (
        "距离为 CGCS2000 椭球大地线（Vincenty）；面积为椭球面积，边在经纬度上为直线，"
        "与 ecobarrier area 同法。底图不影响量算。",
        "Distances: geodesics on the CGCS2000 ellipsoid (Vincenty). Areas: on the "
        "ellipsoid, edges straight in longitude and latitude, as ecobarrier area. "
        "Base tiles do not change them.",
    ),
    "perimeter": ("周长", "Perimeter"),
    "not_shown": ("未显示", "not shown"),
    "not_simplified": (
        "图形未简化，面积为椭球面积。",
        "Nothing was simplified; areas are ellipsoidal.",
    ),
    "nothing_here": ("此处没有图层要素。", "No layer has a feature here."),
    "number": ("编号", "Id"),
    "open_layers": ("图层", "Layers"),
    "review": ("审图号：", "Map review no.: "),
    "short_warning": ("含模拟/示意图层", "Modelled or schematic layers"),
    "show": ("显示", "Show"),
    "simplified": ("为显示所做的简化", "Simplified for display"),
    "sources": ("来源与许可", "Sources and licences"),
    "status": ("性质", "Status"),
    "status_key": (
        "实线 = 法定；斜线 + 虚线 = 模拟；点 + 虚线 = 示意",
        "Solid line = statutory; hatch and dashes = modelled; "
        "dots and dashes = schematic",
    ),
    "tiles_cgcs2000": (
        "底图：{host}（CGCS2000，未偏移）。底图来自网络，断网时不显示。",
        "Base tiles: {host} (CGCS2000, not shifted). They need a network.",
    ),
    "tiles_gcj02": (
        "底图：{host}（GCJ-02）。为对准数据只移动了底图的显示；图层、坐标、弹窗和量算"
        "都是真实的 CGCS2000 值。底图来自网络，断网时不显示。",
        "Base tiles: {host} (GCJ-02). Only their display was shifted to fit the data; "
        "layers, coordinates, popups and measurements are true CGCS2000. They need a "
        "network.",
    ),
    "tiles_wgs84": (
        "底图：{host}（WGS 84，与 CGCS2000 相差不到 1 米，未偏移）。"
        "底图来自网络，断网时不显示。",
        "Base tiles: {host} (WGS 84, within 1 m of CGCS2000, not shifted). They need a "
        "network.",
    ),
    "title": ("内蒙古生态安全屏障", "Inner Mongolia ecological security barrier"),
    "to_language": ("English", "中文"),
    "unit": ("单位", "Unit"),
    "unit_ramp": ("值", "Value"),
    "warning": (
        "视图含模拟或示意图层：非法定界线，不得作为审批依据",
        "In view: modelled or schematic layers. No legal boundary; not for approvals",
    ),
}
