"""Where a command writes to: a file, or a table of a database."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from layers.databases.connecting import is_address, place
from layers.errors import DatabaseError
from service.cluster.engine import EngineChoice
from service.errors import ParameterError

if TYPE_CHECKING:
    from layers.databases.tables import Target


def destination(text: str) -> Path | str:
    """Read where something is written: a file, or the address of a database."""
    return text if is_address(text) else Path(text)


def database(text: str) -> str:
    """Read the address of a database.

    Raises
    ------
    ArgumentTypeError
        Anything else.
    """
    if not is_address(text):
        raise argparse.ArgumentTypeError("postgresql://USER@HOST/DATABASE expected")
    return text


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add what writes the rows of a result into a table of a database."""
    parser.add_argument(
        "-o",
        "--output",
        type=database,
        metavar="postgresql://...",
        help="also write the rows into a table | 结果同时写入数据库表",
    )
    add_table(parser)


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add what says which table of a database is written."""
    parser.add_argument(
        "--table", metavar="SCHEMA.NAME", help="of the database | 写入的数据库表"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="take the place of an older table | 替换已有的表",
    )


def target_of(parsed: argparse.Namespace) -> "Target | None":
    """Answer the table that a command writes, or None where it writes none.

    Raises
    ------
    ParameterError
        ``postgis_no_table``; ``postgis_option_only`` where there is no database.
    """
    if not isinstance(parsed.output, str):
        for name in ("table", "replace"):
            if getattr(parsed, name):
                option = f"--{name}"
                raise ParameterError(
                    "postgis_option_only", parameter=name, option=option
                )
        return None
    if parsed.table is None:
        where = place(parsed.output)
        raise ParameterError("postgis_no_table", parameter="table", where=where)
    from layers.databases.tables import Target

    return Target(parsed.output, parsed.table, parsed.replace)


def require_here(target: "Target | None", choice: EngineChoice) -> None:
    """Refuse a table as the place of what a cluster computes.

    Raises
    ------
    DatabaseError
        ``postgis_engine``.
    """
    if target is not None and choice.name == "dask":
        raise DatabaseError("postgis_engine", where=target.where)
