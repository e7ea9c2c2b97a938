"""The fields of the upload page: one per option of an import.

The names are those of the options of ``ecobarrier import``; a test holds them equal.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from geo.crs_names import DatumName
from layers.models import Status

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
            FormField("band", ("栅格的波段", "Band of a raster"), "number"),
            FormField(
                "values",
                ("栅格值的含义", "What cells of a raster hold"),
                "choice",
                _choices(
                    {
                        "classes": ("类别", "classes"),
                        "quantity": ("数量", "a quantity"),
                    }
                ),
            ),
            FormField("unit", ("栅格值的单位", "Unit of a raster's values")),
            FormField("nodata", ("栅格的无效值", "No-data value of a raster")),
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
