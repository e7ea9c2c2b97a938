"""The words of the import pages, in Chinese and English."""

from service.shared_words import DECIDED, shared
from service.words import Language

Pair = tuple[str, str]

_DECISIONS: dict[str, Pair] = {
    **DECIDED,
    "zone": ("分带", "Zone"),
    "prefix": ("带号前缀", "Zone prefix"),
    "axis_order": ("坐标顺序", "Order of axes"),
    "rings": ("环的内外", "Roles of rings"),
    "units": ("单位", "Units"),
    "angles": ("角度", "Angles"),
    "fields": ("字段含义", "Fields"),
    "part": ("文件内图层", "Layer inside"),
}
_FAULTS: dict[str, Pair] = {
    "empty": ("空图形", "empty"),
    "not_finite": ("坐标不是数", "not finite"),
    "z_or_m": ("带高程或测量值", "Z or M"),
    "duplicate_point": ("重复点", "duplicate point"),
    "spike": ("尖刺", "spike"),
    "self_crossing": ("自相交", "self-crossing"),
    "ring_order": ("环方向", "ring order"),
    "sliver": ("碎屑", "sliver"),
    "outside_region": ("在区外", "outside the region"),
    "overlap": ("相邻重叠", "overlap of neighbours"),
    "gap": ("相邻缝隙", "gap between neighbours"),
}
_CHANGES: dict[str, Pair] = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "geometry": ("图形改变", "shape changed"),
    "attributes": ("属性改变", "attributes changed"),
    "both": ("图形和属性改变", "shape and attributes changed"),
    "same": ("未变", "unchanged"),
}


def import_words(language: Language) -> dict[str, str]:
    """Answer the words of the import pages, by their keys."""
    place = 0 if language == "zh" else 1
    named = {
        **{f"what_{key}": pair for key, pair in _DECISIONS.items()},
        **{f"fault_{key}": pair for key, pair in _FAULTS.items()},
        **{f"change_{key}": pair for key, pair in _CHANGES.items()},
        **_WORDS,
    }
    return {key: pair[place] for key, pair in named.items()}


_WORDS: dict[str, Pair] = {
    **shared("cancel", "fits_sheet", area_ha="ha", area_mu="mu", history="versions"),
    "after": ("修复后", "After"),
    "all_good": ("没有发现缺陷。", "No faults were found."),
    "alternatives": ("其他可能", "Else"),
    "area_m2": ("平方米", "m²"),
    "areas": ("面积（TD/T 1055 椭球面积）", "Areas (ellipsoidal, TD/T 1055)"),
    "asking": ("需要您决定", "Your decision is needed"),
    "asking_lead": (
        "坐标本身不足以确定坐标系，软件不猜测。请按示意图选一个，再点“查看”。",
        "The numbers do not tell the coordinate system, and it is never guessed. Choose"
        " one by its picture, then look again.",
    ),
    "automatic": ("自动判断", "decided by the software"),
    "before": ("修复前", "Before"),
    "change": ("变化", "Change"),
    "checks": ("结论会改变的核查", "Saved checks that would answer differently"),
    "choose": ("选择这个", "Choose this one"),
    "compare": ("比较", "Compare"),
    "current": ("使用中", "in use"),
    "decisions": ("判断及理由", "Decisions and reasons"),
    "diff": ("版本差异", "Difference between versions"),
    "download_faults": ("缺陷图层（GeoJSON）", "Faults as a layer (GeoJSON)"),
    "download_html": ("报告（HTML）", "Report (HTML)"),
    "download_json": ("报告（JSON）", "Report (JSON)"),
    "failed": ("不能导入", "Cannot be imported"),
    "fault": ("缺陷", "Fault"),
    "fault_place": ("位置", "Place"),
    "fault_size": ("大小", "Size"),
    "feature": ("要素", "Feature"),
    "fields_changed": ("字段", "Fields"),
    "file": ("文件（一个图层，可多选）", "Files (one layer; several may be chosen)"),
    "file_hint": (
        "Shapefile 请同选 .shp .dbf .shx .prj .cpg，或打成 zip；GDB 打成 zip。"
        "也可为 GeoPackage、TXT 界址点、KML、DXF、CSV、Excel、GeoParquet、FlatGeobuf、"
        "GeoJSON。",
        "Of a shapefile choose .shp .dbf .shx .prj .cpg together, or a zip; a GDB as"
        " zip. Also GeoPackage, parcel TXT, KML, DXF, CSV, Excel, GeoParquet,"
        " FlatGeobuf, GeoJSON.",
    ),
    "files": ("文件", "Files"),
    "go_back": ("改用此版本", "Use this version"),
    "health": ("健康检查", "Health report"),
    "import_title": ("导入图层", "Bring your own layer"),
    "import_lead": (
        "先查看：软件说明如何判断坐标系、编码等，列出缺陷和修复；确认后再发布。查看时不保存任何内容。",
        "Look first: what was decided about coordinates, encoding and the rest, and"
        " why; faults and repairs. Publish when it is right. Looking keeps nothing.",
    ),
    "imported_at": ("导入时间", "Imported"),
    "key": ("密钥（write 权限）", "Key (scope write)"),
    "key_hint": (
        "由管理员用 ecobarrier keys add 名称 --scope write 生成。",
        "Made by ecobarrier keys add NAME --scope write.",
    ),
    "left_version": ("旧版本", "Older"),
    "look": ("查看", "Look"),
    "looked": ("只查看，未保存", "Looked at; nothing was kept"),
    "meridian": ("中央经线", "Central meridian"),
    "more_faults": ("其余见下载的缺陷图层。", "The rest is in the layer of faults."),
    "no_repairs": ("没有修复。", "Nothing was repaired."),
    "option": ("改用", "Overrule"),
    "publish": ("发布", "Publish"),
    "published": ("已发布", "Published"),
    "reason": ("理由", "Reason"),
    "repair": ("修复", "Repair"),
    "repairs": ("修复（面积前后）", "Repairs (area before and after)"),
    "report": ("导入报告", "Import report"),
    "right_version": ("新版本", "Newer"),
    "rows_of": ("共", "of"),
    "see_layer": ("查看图层", "See the layer"),
    "unchanged": ("内容与已有版本相同", "The same as a version that is there"),
    "value": ("取值", "Value"),
    "waiting": ("正在处理…", "Working…"),
    "what": ("事项", "What"),
    "where": ("位置", "Where it is"),
    "workspace_needed": (
        "本服务没有工作区，不能导入。请设置 ECOBARRIER_WORKSPACE 后重新启动。",
        "This service has no workspace, so nothing can be imported. Set"
        " ECOBARRIER_WORKSPACE and start it again.",
    ),
    "whole_answer": ("完整说明", "The whole answer"),
    "zone_name": ("%d 度带第 %d 带", "%d-degree zone %d"),
}
