"""What ``ecobarrier publish`` says in a terminal."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console

from geo.messages import render

if TYPE_CHECKING:
    from service.publishing.site import Published


def published(done: "Published", place: str, as_json: bool) -> None:
    """Say what is there now, and which layers are not."""
    if as_json:
        answer = {"place": place, **asdict(done)}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
        return
    console = Console()
    size = f"{done.size / 1e6:.1f}"
    details = {
        "place": place,
        "version": done.version,
        "layers": len(done.layers),
        "files": done.files,
        "size": size,
        "written": done.written,
        "removed": done.removed,
    }
    _say(console, "published", details)
    for layer in done.left_out:
        _say(console, "publish_left_out", {"layer": layer})


def _say(console: Console, code: str, details: dict[str, object]) -> None:
    text = render(code, details)
    console.print(f"{text.zh}\n{text.en}", highlight=False, markup=False)
