"""What the documents promise is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`((?:tests/)?(?:\w+/)*test_\w+)(?:::(\w+))?(?:\[([^\]]+)\])?`")


def rows_of(document: str) -> list[list[str]]:
    """Cells of the rows of all tables, without heads and rules."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    tables = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in lines
        if line.startswith("| ")
    ]
    return [cells for cells in tables if cells[0] != "fault"]


def functions_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {one.name for one in ast.walk(tree) if isinstance(one, functions)}


def test_each_fault_has_its_test() -> None:
    rows = rows_of("docs/faults.md")
    assert len(rows) >= 30
    for cells in rows:
        assert len(cells) == 3, cells
        named = NAMED.findall(cells[2])
        assert named, f"no test for: {cells[0]}"
        for module, function, kind in named:
            folder = ROOT if module.startswith("tests/") else ROOT / "tests/service"
            file = folder / f"{module}.py"
            assert file.is_file(), module
            assert not function or function in functions_in(file), (
                f"{module}::{function}"
            )
            assert f'"{kind}"' in file.read_text(encoding="utf-8") or not kind, kind


def test_no_fault_is_listed_twice() -> None:
    faults = [cells[0] for cells in rows_of("docs/faults.md")]
    assert len(set(faults)) == len(faults)
