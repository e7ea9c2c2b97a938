"""What a copy of a layer must go on saying about itself, as a text for people."""

from collections.abc import Iterable

from geo.messages import Note
from layers.models import Bilingual, LayerSpec, Status
from layers.times import time_text

STATUS_WORDS: dict[Status, Bilingual] = {
    "statutory": Bilingual(zh="法定", en="statutory"),
    "official": Bilingual(zh="官方", en="official"),
    "compiled": Bilingual(zh="汇编", en="compiled"),
    "derived": Bilingual(zh="推导", en="derived"),
    "modelled": Bilingual(zh="模拟", en="modelled"),
    "schematic": Bilingual(zh="示意", en="schematic"),
    "user": Bilingual(zh="用户", en="user"),
}

_UNKNOWN = Bilingual(zh="未说明", en="not stated")


def provenance_text(
    spec: LayerSpec,
    *,
    software: str,
    content: Iterable[Bilingual] = (),
    notes: Iterable[Note] = (),
) -> str:
    """Write status, caution, source, licence, date, accuracy and version.

    Parameters
    ----------
    spec : LayerSpec
        The layer that was copied.
    software : str
        Name and version of the program that made the copy.
    content : iterable of Bilingual
        Which part of the layer the copy holds, and how.
    notes : iterable of Note
        What reading, repairing or writing changed or left out.

    Returns
    -------
    str
        Lines of ``中文 English: value``, ended by a line feed. Equal input gives an
        equal text: it does not say when the copy was made.
    """
    status = STATUS_WORDS[spec.status]
    accuracy = None if spec.accuracy_m is None else f"± {spec.accuracy_m:g} m"
    lines = [
        ("图层 Layer", f"{spec.title.zh} | {spec.title.en} ({spec.id})"),
        ("状态 Status", f"{status.zh} | {status.en}"),
        ("注意 Caution", spec.caution and _both(spec.caution)),
        ("来源 Source", spec.provenance.source),
        ("原始数据 Origin", _both(spec.provenance.origin_text)),
        ("方法 Method", _both(spec.provenance.method)),
        ("获取日期 Retrieved", spec.provenance.retrieved.isoformat()),
        ("所指时间 Valid time", _both(time_text(spec.valid_time))),
        ("位置精度 Accuracy", accuracy or _both(_UNKNOWN)),
        ("坐标系 CRS of the source", spec.crs),
        ("许可 Licence", spec.licence),
        ("署名 Attribution", spec.attribution),
        ("版本 Version", f"{spec.version} (SHA-256 {spec.sha256})"),
        *(("内容 Content", _both(one)) for one in content),
        *(("说明 Note", str(note.text)) for note in notes),
        ("软件 Software", software),
    ]
    said = (f"{label}: {value}" for label, value in lines if value)
    return "\n".join(" ".join(line.split()) for line in said) + "\n"


def _both(words: Bilingual) -> str:
    return words.zh if words.zh == words.en else f"{words.zh} | {words.en}"
