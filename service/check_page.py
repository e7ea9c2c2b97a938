"""What the page ``/check`` asks for: words, layers to choose, fields of the form."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from layers.checking.rules import Rules
from layers.models import LayerSpec
from service.palette import BADGES
from service.shared_words import shared
from service.upload_types import UPLOAD_SUFFIXES
from service.words import Language, said


class Entry(NamedTuple):
    """A field of the form: an input of the process ``check``."""

    name: str
    label: tuple[str, str]
    hint: str = ""


PROJECT = (
    Entry("project", ("项目名称", "Project")),
    Entry("project_number", ("项目编号", "Project number")),
    Entry("applicant", ("申请单位", "Applicant")),
    Entry("prepared_by", ("编制单位", "Prepared by")),
    Entry("purpose", ("用途", "Purpose")),
)
READING = (
    Entry("crs", ("坐标系", "CRS"), "EPSG:4524"),
    Entry("zone", ("带号", "Zone"), "36"),
    Entry("datum", ("基准", "Datum"), "cgcs2000"),
    Entry("axes", ("坐标顺序", "Axis order"), "xy / yx"),
    Entry("encoding", ("文字编码", "Encoding"), "gbk"),
    Entry("part", ("文件内图层", "Layer inside the file")),
)

FORMATS = ("pdf", "xlsx", "html", "gpkg", "json")
"""Of reports, as they are offered: what is read first; all together come last."""

_WORDS: dict[str, tuple[str, str]] = {
    **shared("area", "ha", "layer", "mu"),
    "title": ("地块合规性检查", "Conflict check of parcels"),
    "lead": (
        "选择地块文件和对照图层，检查地块是否占用红线等管控图层、占用多少，并下载报告。"
        "文件只在本机（本服务）处理。",
        "Choose files of parcels and the layers to check against: whether a parcel "
        "shares area with a control layer, and how much. Files stay on this service.",
    ),
    "files": ("地块文件", "Files of parcels"),
    "files_hint": (
        "TXT 报备坐标、压缩的 Shapefile、GeoPackage、GeoJSON、KML、DXF、坐标表；"
        "可选多个，每个文件一份报告。",
        "TXT parcels, zipped shapefile, GeoPackage, GeoJSON, KML, DXF, tables of "
        "coordinates; several may be chosen, each gets a report of its own.",
    ),
    "layers": ("对照图层", "Layers"),
    "layers_hint": ("都不选即为全部。", "None chosen means all of them."),
    "rules": ("规则表：", "Rules: "),
    "project": ("项目", "Project"),
    "reading": ("文件读取（通常自动判定）", "How files are read (usually decided)"),
    "language": ("报告语言", "Language of the report"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
    "both": ("中英对照", "both"),
    "send": ("检查", "Check"),
    "waiting": ("正在检查…", "Checking…"),
    "no_scripts": (
        "本页需要脚本；也可用命令行 ecobarrier check。",
        "This page needs scripts; the command line ecobarrier check does not.",
    ),
    "downloads": ("下载报告", "Download the report"),
    "all_formats": ("全部（ZIP）", "All (ZIP)"),
    "parcel": ("地块", "Parcel"),
    "finding": ("结论", "Finding"),
    "overlap": ("占用", "Overlap"),
    "share": ("占地块", "Share"),
    "nearest": ("最近距离", "Nearest"),
    "result": ("结果编号", "Result"),
    "overall": ("总结论", "Overall finding"),
    "failed": ("无法连接服务", "No answer of the service"),
}


def check_context(
    specs: Sequence[LayerSpec], rules: Rules, language: Language
) -> dict[str, Any]:
    """Answer the context of the template.

    Parameters
    ----------
    specs : sequence of LayerSpec
        All that the caller may check against.
    rules : Rules
        That findings come from.
    language : {"zh", "en"}
    """
    place = 0 if language == "zh" else 1
    return {
        "c": {key: pair[place] for key, pair in _WORDS.items()},
        "layers": [
            {
                "id": one.id,
                "title": said(one.title, language),
                "status": one.status,
            }
            for one in specs
            if one.geometry == "polygon" and one.theme != "admin"
        ],
        "rules": f"{said(rules.content.title, language)} {rules.content.version}",
        "marks": {status: badge[place] for status, badge in BADGES.items()},
        "project": [(one.name, one.label[place], one.hint) for one in PROJECT],
        "reading": [(one.name, one.label[place], one.hint) for one in READING],
        "accept": ",".join(UPLOAD_SUFFIXES),
        "formats": FORMATS,
    }
