"""Words that more than one table has, in Chinese and English: said in one way."""

from collections.abc import Mapping

Pair = tuple[str, str]


def shared(*keys: str, **renamed: str) -> dict[str, Pair]:
    """Take words into a table, under their own key or as ``key="word"``."""
    named = {key: key for key in keys} | renamed
    return {key: _SHARED[word] for key, word in named.items()}


_SHARED: Mapping[str, Pair] = {
    "accuracy": ("位置精度", "Accuracy"),
    "area": ("面积", "Area"),
    "cancel": ("取消", "Cancel"),
    "close": ("关闭", "Close"),
    "copy_of": ("{date} 的静态副本", "Static copy of {date}"),
    "copy_restricted": (
        "{count} 个受限图层不在此副本中。",
        "Restricted layers that are not in this copy: {count}.",
    ),
    "finish": ("完成", "Finish"),
    "fits_sheet": ("与图幅号相合", "fits the map sheet"),
    "ha": ("公顷", "ha"),
    "home": ("全区", "Whole region"),
    "layer": ("图层", "Layer"),
    "layers": ("图层", "Layers"),
    "length": ("长度", "Length"),
    "licence": ("许可", "Licence"),
    "map_title": ("内蒙古生态安全屏障一张图", "Inner Mongolia Ecological Barrier"),
    "mapped": ("图上", "mapped"),
    "mu": ("亩", "mu"),
    "not_found": ("没有找到", "Nothing found"),
    "not_stated": ("未说明", "not stated"),
    "overlap_area": ("重叠面积", "Overlap"),
    "published": ("公布", "published"),
    "result_id": ("结果编号", "Result id"),
    "skip": ("跳到地图", "Skip to the map"),
    "source": ("来源", "Source"),
    "to_map": ("打开地图", "Open the map"),
    "version": ("版本", "Version"),
    "versions": ("版本", "Versions"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
}

DECIDED: Mapping[str, Pair] = {
    "encoding": ("编码", "Encoding"),
    "crs": ("坐标系", "Coordinate system"),
    "datum": ("基准", "Datum"),
    "curves": ("曲线", "Curves"),
    "band": ("波段", "Band"),
    "nodata": ("无效值", "No-data value"),
    "values": ("栅格值", "Values of cells"),
}
"""What the reader of a file decides, by its name in reports."""
