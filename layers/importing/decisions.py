"""What was decided about a file, why, and how to overrule it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo.messages import Note, Text, render

What = Literal[
    "encoding",
    "crs",
    "datum",
    "zone",
    "prefix",
    "axis_order",
    "rings",
    "units",
    "angles",
    "fields",
    "curves",
    "part",
    "band",
    "nodata",
    "values",
]


@dataclass(frozen=True)
class Decision:
    """One decision with its reason.

    Parameters
    ----------
    what : str
        What was decided.
    value : str
        What for.
    code : str
        Key of the sentence that gives the reason.
    details : mapping
        Of the sentence.
    alternatives : tuple of str
        What else it could have been.
    option : str
        How to overrule it.
    """

    what: What
    value: str
    code: str
    details: Mapping[str, object] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    option: str = ""

    @property
    def text(self) -> Text:
        """The reason in both languages."""
        return render(self.code, self.details)

    def as_dict(self) -> dict[str, object]:
        """Answer what a version keeps of it, ready for JSON."""
        return {
            "what": self.what,
            "value": self.value,
            "reason": self.text._asdict(),
            "alternatives": list(self.alternatives),
            "option": self.option,
            "code": self.code,
        }


# What readers note is a decision where there was something to decide: its subject, the
# detail that holds the value, alternatives, the option that overrules it.
_NOTES: dict[str, tuple[What, str, tuple[str, ...], str]] = {
    "shapefile_encoding_stated": ("encoding", "encoding", (), "--encoding"),
    "shapefile_encoding_cpg": ("encoding", "encoding", ("gbk", "utf-8"), "--encoding"),
    "shapefile_encoding_ldid": ("encoding", "encoding", ("utf-8",), "--encoding"),
    "shapefile_encoding_trial": (
        "encoding",
        "encoding",
        ("gbk", "utf-8", "big5"),
        "--encoding",
    ),
    "shapefile_encoding_mixed": (
        "encoding",
        "sample",
        ("gbk", "utf-8"),
        "--encoding",
    ),
    "text_encoding_stated": ("encoding", "encoding", (), "--encoding"),
    "text_encoding_mark": ("encoding", "encoding", (), "--encoding"),
    "text_encoding_ascii": ("encoding", "encoding", (), "--encoding"),
    "text_encoding_trial": ("encoding", "encoding", ("gbk", "utf-8"), "--encoding"),
    "text_encoding": ("encoding", "encoding", ("gbk", "utf-8"), "--encoding"),
    "encoding_by_format": ("encoding", "encoding", (), ""),
    "encoding_code_page": ("encoding", "encoding", ("gbk", "utf-8"), "--encoding"),
    "ring_roles_containment": ("rings", "features", ("filled",), "--rings"),
    "ring_roles_format": ("rings", "format", ("containment", "filled"), "--rings"),
    "ring_roles_stated": ("rings", "rings", (), "--rings"),
    "txt_area_unit": ("units", "unit", ("ha", "m2", "mu"), "--units"),
    "txt_area_unit_stated": ("units", "unit", (), "--units"),
    "table_columns": ("fields", "columns", (), "--columns"),
    "table_shapes": ("rings", "shapes", ("polygon", "line", "point"), "--shapes"),
    "angle_format": ("angles", "format", ("degrees", "dms", "packed"), "--angles"),
    "curves_chords": ("curves", "tolerance_m", (), "--tolerance"),
}


def divided(notes: Iterable[Note]) -> tuple[list[Decision], list[Note]]:
    """Divide a reader's notes into decisions and mere remarks."""
    decisions, rest = [], []
    for note in notes:
        known = _NOTES.get(note.code)
        if known is None:
            rest.append(note)
            continue
        what, key, alternatives, option = known
        value = str(note.details.get(key, ""))
        decisions.append(
            Decision(what, value, note.code, note.details, alternatives, option)
        )
    return decisions, rest
