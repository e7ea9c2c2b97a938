"""The fields of the upload page: one per option of an import, and the words around.

The names are those of the options of ``ecobarrier import``; a test holds them equal.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from geo.crs_names import DatumName
from layers.models import Status
from service.words import Language

Kind = Literal["text", "number", "choice", "check", "long"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """One value of a field, and what it is called."""

    value: str
    zh: str
    en: str


@dataclass(frozen=True)
class FormField:
    """One field.

    Parameters
    ----------
    name : str
        Of the option.
    label : tuple of str
        In Chinese and English.
    kind : {"text", "number", "choice", "check", "long"}
    choices : tuple of Choice
    hint : str
        An example, shown while the field is empty.
    needed : bool
    """

    name: str
    label: Pair
    kind: Kind = "text"
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    needed: bool = False

    @property
    def option(self) -> str:
        """The option of the command line, which refusals name."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Group:
    """Fields under one heading; ``closed`` ones are opened by who needs them."""

    title: Pair
    fields: tuple[FormField, ...]
    closed: bool = False


_STATUS: dict[Status, Pair] = {
    "user": ("用户数据", "user data"),
    "statutory": ("法定", "statutory"),
    "official": ("官方", "official"),
    "compiled": ("汇编", "compiled"),
    "derived": ("推导", "derived"),
    "modelled": ("模拟", "modelled"),
    "schematic": ("示意", "schematic"),
}
_DATUMS: dict[str, Pair] = {
    "cgcs2000": ("2000 国家大地坐标系", "CGCS2000"),
    "wgs84": ("WGS 84", "WGS 84"),
    "xian80": ("西安 80", "Xian 1980"),
    "beijing54": ("北京 54", "Beijing 1954"),
    "gcj02": ("GCJ-02（偏移，拒绝）", "GCJ-02 (shifted; refused)"),
    "bd09": ("BD-09（偏移，拒绝）", "BD-09 (shifted; refused)"),
}


def _choices(names: dict[str, Pair]) -> tuple[Choice, ...]:
    return tuple(Choice(value, *pair) for value, pair in names.items())


_ENCODINGS = (
    ("gbk", "GBK / GB18030"),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("big5", "Big5"),
)

GROUPS = (
    Group(
        ("图层", "Layer"),
        (
            FormField("id", ("编号", "Id"), hint="my_redline", needed=True),
            FormField("title", ("标题", "Title"), hint="磴口光伏地块"),
            FormField("title_en", ("英文标题", "English title"), hint="Dengkou site"),
            FormField(
                "status",
                ("性质", "Status"),
                "choice",
                tuple(Choice(one, *_STATUS[one]) for one in get_args(Status)),
            ),
            FormField("origin", ("数据来源", "Source"), hint="某某测绘院"),
            FormField("licence", ("许可", "Licence")),
            FormField("valid_time", ("数据时间", "Date of data"), hint="2026-01-15"),
            FormField("accuracy", ("位置精度（米）", "Accuracy (m)"), "number"),
        ),
    ),
    Group(
        ("限制使用", "Restricted use"),
        (
            FormField(
                "restricted",
                ("内容不对外提供", "The content never leaves"),
                "check",
            ),
            FormField("secrecy", ("密级", "Mark of secrecy"), hint="内部"),
            FormField("scope", ("使用范围", "Who may use it")),
            FormField("caution", ("注意事项", "Caution said with answers"), "long"),
        ),
        closed=True,
    ),
    Group(
        ("改变软件的判断", "Overrule what is decided"),
        (
            FormField(
                "crs",
                ("坐标系", "Coordinate system"),
                hint="EPSG:4545, CGCS2000 3-degree zone 36",
            ),
            FormField(
                "datum",
                ("基准", "Datum"),
                "choice",
                tuple(
                    Choice(one, *_DATUMS.get(one, (one, one)))
                    for one in get_args(DatumName)
                ),
            ),
            FormField("zone", ("带号", "Zone"), "number", hint="36"),
            FormField(
                "prefix",
                ("东坐标前的带号", "Zone in front of eastings"),
                "choice",
                _choices({"with": ("有", "with"), "without": ("没有", "without")}),
            ),
            FormField(
                "axes",
                ("坐标顺序", "Order of axes"),
                "choice",
                _choices(
                    {
                        "yx": ("北（纬度）在前", "north (latitude) first"),
                        "xy": ("东（经度）在前", "east (longitude) first"),
                    }
                ),
            ),
            FormField(
                "encoding",
                ("文字编码", "Encoding"),
                "choice",
                tuple(Choice(value, said, said) for value, said in _ENCODINGS),
            ),
            FormField(
                "rings",
                ("环的内外", "Roles of rings"),
                "choice",
                _choices(
                    {
                        "containment": (
                            "环中之环为洞",
                            "a ring within another is a hole",
                        ),
                        "filled": ("没有洞", "no ring is a hole"),
                    }
                ),
            ),
            FormField(
                "units",
                ("文件所写面积的单位", "Unit of stated areas"),
                "choice",
                _choices(
                    {
                        "ha": ("公顷", "hectares"),
                        "m2": ("平方米", "square metres"),
                        "mu": ("亩", "mu"),
                    }
                ),
            ),
            FormField(
                "angles",
                ("角度写法", "How angles are written"),
                "choice",
                _choices(
                    {
                        "degrees": ("十进制度", "decimal degrees"),
                        "dms": ("度分秒", "degrees, minutes, seconds"),
                        "packed": ("度.分秒（ddd.mmss）", "packed ddd.mmss"),
                    }
                ),
            ),
            FormField(
                "columns",
                ("表格各列（X、Y、地块、圈号）", "Columns: x, y, feature, ring"),
                hint="X,Y,DKBH,QH",
            ),
            FormField(
                "shapes",
                ("点连成", "Points make up"),
                "choice",
                _choices(
                    {
                        "polygon": ("面", "polygons"),
                        "line": ("线", "lines"),
                        "point": ("点", "points"),
                    }
                ),
            ),
            FormField("part", ("文件内的图层", "Layer inside the file")),
            FormField(
                "parameters",
                ("七参数", "Seven parameters"),
                hint="dx,dy,dz,rx,ry,rz,s",
            ),
            FormField(
                "tolerance", ("曲线容差（米）", "Tolerance of curves (m)"), "number"
            ),
            FormField("keep", ("保留的版本数", "Versions kept"), "number"),
            FormField(
                "approximate",
                (
                    "不安全基准当作 2000 系（误差约 100 米）",
                    "Take an unsafe datum as is (100 m)",
                ),
                "check",
            ),
            FormField(
                "strict", ("有缺陷即拒绝", "Refuse instead of repairing"), "check"
            ),
        ),
        closed=True,
    ),
)

FIELDS = {field.name: field for group in GROUPS for field in group.fields}

_DECISIONS: dict[str, Pair] = {
    "encoding": ("编码", "Encoding"),
    "crs": ("坐标系", "Coordinate system"),
    "datum": ("基准", "Datum"),
    "zone": ("分带", "Zone"),
    "prefix": ("带号前缀", "Zone prefix"),
    "axis_order": ("坐标顺序", "Order of axes"),
    "rings": ("环的内外", "Roles of rings"),
    "units": ("单位", "Units"),
    "angles": ("角度", "Angles"),
    "fields": ("字段含义", "Fields"),
    "curves": ("曲线", "Curves"),
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
    "after": ("修复后", "After"),
    "all_good": ("没有发现缺陷。", "No faults were found."),
    "alternatives": ("其他可能", "Else"),
    "area_ha": ("公顷", "ha"),
    "area_m2": ("平方米", "m²"),
    "area_mu": ("亩", "mu"),
    "areas": ("面积（TD/T 1055 椭球面积）", "Areas (ellipsoidal, TD/T 1055)"),
    "asking": ("需要您决定", "Your decision is needed"),
    "automatic": ("自动判断", "decided by the software"),
    "before": ("修复前", "Before"),
    "change": ("变化", "Change"),
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
    "fits_sheet": ("与图幅号相合", "fits the map sheet"),
    "go_back": ("改用此版本", "Use this version"),
    "health": ("健康检查", "Health report"),
    "history": ("版本", "Versions"),
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
    "zone_word": ("带", "zone"),
    "degree_zone": ("度带", "-degree zone"),
}
