"""``ecobarrier rules``: the table that checks of this workspace go by."""

import argparse
from pathlib import Path

from service import import_commands
from service.arguments import Add, open_catalog
from service.settings import Settings


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
    from layers.checking.rules import (
        about_layers,
        drop_rules,
        keep_rules,
        rules_in_use,
        text_in_use,
    )
    from layers.writers import atomic_file, writing
    from service import check_tables, tables
    from service.checking import cover
    from service.checking.models import RulesInUse

    if parsed.file is not None:
        keep_rules(import_commands.workspace_of(settings), parsed.file)
    elif parsed.default:
        drop_rules(import_commands.workspace_of(settings))
    catalog = open_catalog(settings)
    if parsed.output is not None:
        with writing(parsed.output), atomic_file(parsed.output) as temporary:
            temporary.write_bytes(text_in_use(catalog.workspace))
    rules = rules_in_use(catalog.workspace)
    about = {one.id: about_layers(one, catalog.specs) for one in rules.content.rule}
    shown = RulesInUse(**dict(cover.rules_of(rules)), about=about)
    tables.show(shown, check_tables.rules, parsed.json)
    return 0
