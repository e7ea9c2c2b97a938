"""``ecobarrier rules``: the table that checks of this workspace go by."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from geo.conflict.findings import Level
from geo.messages import render
from service import import_commands
from service.arguments import Add, open_catalog
from service.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from layers.checking.rules import RuleModel, Rules
    from layers.models import LayerSpec


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class RuleShown(_Shown):
    """A rule, and the layers of today that it is about."""

    id: str
    level: Level
    layers: tuple[str, ...]
    """Ids; empty if no layer goes by any of its names."""
    classes: tuple[str, ...]
    uses: tuple[str, ...]
    clause: str | None
    confirmed: bool


class RulesShown(_Shown):
    """The table in use."""

    id: str
    version: str
    title_zh: str
    title_en: str
    file: str | None
    """In the workspace; null for the default table."""
    sha256: str
    rules: tuple[RuleShown, ...]


def add(adder: Add) -> None:
    """Add ``rules``."""
    one = adder("rules", run, "the table that checks go by | 检查所依据的规则表")
    chosen = one.add_mutually_exclusive_group()
    chosen.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE.toml",
        help="take this table for the workspace | 改用此规则表",
    )
    chosen.add_argument(
        "--default", action="store_true", help="take the default again | 恢复默认规则表"
    )
    one.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.toml",
        help="write the one in use, to be changed | 导出现用规则表",
    )


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Take, drop, write and print the table.

    Raises
    ------
    ParameterError
        ``workspace_missing``.
    RulesError, LayerWriteError, StoreConflictError
    """
    from layers.checking.rules import drop_rules, keep_rules, rules_in_use, text_in_use
    from layers.writers import atomic_file, writing
    from service import tables

    if parsed.file is not None:
        keep_rules(import_commands.workspace_of(settings), parsed.file)
    elif parsed.default:
        drop_rules(import_commands.workspace_of(settings))
    catalog = open_catalog(settings)
    if parsed.output is not None:
        with writing(parsed.output), atomic_file(parsed.output) as temporary:
            temporary.write_bytes(text_in_use(catalog.workspace))
    shown = shown_rules(rules_in_use(catalog.workspace), catalog.specs)
    tables.show(shown, _print, parsed.json)
    return 0


def shown_rules(rules: "Rules", specs: Sequence["LayerSpec"]) -> RulesShown:
    """Answer a table, and which layers its rules are about."""
    content = rules.content
    return RulesShown(
        id=content.id,
        version=content.version,
        title_zh=content.title.zh,
        title_en=content.title.en,
        file=rules.file,
        sha256=rules.sha256,
        rules=tuple(_shown(one, specs) for one in content.rule),
    )


def _shown(one: "RuleModel", specs: Sequence["LayerSpec"]) -> RuleShown:
    from layers.checking.rules import names_of

    clause = one.clause
    return RuleShown(
        id=one.id,
        level=one.level,
        layers=tuple(
            spec.id
            for spec in specs
            if spec.geometry == "polygon" and one.rule.is_about(names_of(spec))
        ),
        classes=one.classes,
        uses=one.uses,
        clause=clause and f"{clause.document} {clause.article or ''}".rstrip(),
        confirmed=one.confirmed,
    )


def _print(shown: RulesShown, console: "Console") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    where = shown.file or "默认 default"
    console.print(
        f"{shown.title_zh} {shown.title_en}  {shown.id} {shown.version}  {where}",
        markup=False,
        highlight=False,
    )
    table = Table(box=SIMPLE_HEAD)
    for heading in ("规则 Rule", "结论 Finding", "图层 Layers", "分类·用途", "条款"):
        table.add_column(heading, overflow="fold")
    table.add_column("已确认")
    for one in shown.rules:
        table.add_row(
            escape(one.id),
            "\n".join(render(f"check_level_{one.level}", {})),
            " ".join(one.layers) or "无 none",
            escape(" ".join((*one.classes, *one.uses))),
            escape(one.clause or ""),
            "✓" if one.confirmed else "",
        )
    console.print(table)
