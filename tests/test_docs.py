"""What the documents promise is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_each_fault_has_its_test() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:middleware/|tests/)?[\w/]*test_\w+)(?:::(\w+))?`", text)
    assert len(named) >= 30
    for module, function in named:
        folder = ROOT if module.startswith("tests/") else ROOT / "tests" / "service"
        source = (folder / f"{module}.py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
        assert not function or function in names, f"{module}::{function}"
