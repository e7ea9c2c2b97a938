"""What an imported layer says with every answer, and what its file says of itself."""

from layers.importing.decisions import Decision
from layers.importing.options import ImportOptions
from layers.models import Bilingual


def said_in_file(decisions: list[Decision], options: ImportOptions) -> str:
    """Say in the file how it came about: other decisions are another version."""
    said = [f"{one.what}={one.value} ({one.code})" for one in decisions]
    chosen = options.model_dump(
        mode="json", exclude={"keep", "strict"}, exclude_defaults=True
    )
    return "\n".join([*said, *(f"{key}: {value}" for key, value in chosen.items())])


def caution_of(options: ImportOptions, *, approximate: bool) -> Bilingual | None:
    """Put secrecy mark, scope, caution and doubt about the datum into one text."""
    parts: list[tuple[str, str]] = []
    if options.secrecy:
        parts.append((f"密级：{options.secrecy}。", f"Secrecy: {options.secrecy}."))
    if options.scope:
        parts.append((f"使用范围：{options.scope}。", f"Scope: {options.scope}."))
    if options.caution:
        parts.append((options.caution, options.caution))
    if approximate:
        parts.append(
            (
                "基准未经转换，位置误差可达约 100 米。",
                "Datum not converted: up to about 100 m off.",
            )
        )
    elif options.status in ("modelled", "schematic") and not parts:
        parts.append(("仅供参考。", "For orientation only."))
    if not parts:
        return None
    return Bilingual(zh="".join(a for a, _ in parts), en=" ".join(b for _, b in parts))
