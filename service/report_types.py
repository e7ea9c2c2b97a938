"""The formats of a report of the conflict check, and their media types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

ReportFormat = Literal["json", "pdf", "xlsx", "html", "gpkg", "zip"]

REPORT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/json",
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "html": "text/html",
        "gpkg": "application/geopackage+sqlite3",
        "zip": "application/zip",
    }
)


def format_asked(outputs: Mapping[str, Any] | None) -> str | None:
    """Answer the format that an Execute document asks for, if it names any.

    As OGC API Processes has it: ``outputs.report.format.mediaType``. An unknown type is
    answered as it is, to be refused as the input ``format``.

    Examples
    --------
    >>> format_asked({"report": {"format": {"mediaType": "application/pdf"}}})
    'pdf'
    >>> format_asked({"report": {}}) is None
    True
    """
    asked: Any = outputs or {}
    for name in ("report", "format", "mediaType"):
        asked = asked.get(name) if isinstance(asked, Mapping) else None
    if asked is None:
        return None
    plain = str(asked).split(";")[0].strip().lower()
    known = {media_type: name for name, media_type in REPORT_TYPES.items()}
    return known.get(plain, plain)
