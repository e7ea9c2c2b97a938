"""Results as JSON and as a Markdown table."""

import datetime
import json
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.clock import Result

PACKAGES = (
    "numpy", "numba", "shapely", "geopandas", "duckdb", "sedonadb", "exactextract",
    "rasterstats", "pyproj",
)  # fmt: skip
HEAD = (
    "| job | method | seconds | x ours | x ours, prepared | processor s | x ours "
    "| MB | runs | check |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
)


def machine() -> str:
    """Name the processor, its cores and the versions."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.split(":")[1].strip() for line in lines if "model name" in line]
    name = f"{len(models)} x {models[0]}" if models else platform.processor()
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} -")
    return f"{name}, Python {platform.python_version()}, " + ", ".join(found)


PREPARED = "ours, 2 threads, both layers prepared"
"""What compares with databases, whose tables hold both layers ready; the first line of
ours counts preparing them."""


def line(result: Result, ours: Result | None, ready: Result | None) -> str:
    """Write one row of the table."""
    wall = processor = prepared = ""
    if ours is not None:
        wall = f"{result.seconds / ours.seconds:,.1f}"
        processor = f"{result.processor / max(ours.processor, 1e-9):,.1f}"
    if ready is not None:
        prepared = f"{result.seconds / ready.seconds:,.1f}"
    runs = str(result.runs)
    if result.scale != 1.0:
        runs += f", a sample x {result.scale:,.0f}"
    return (
        f"| {result.job} | {result.method} | {result.seconds:,.3f} | {wall} "
        f"| {prepared} | {result.processor:,.3f} | {processor} "
        f"| {result.peak_mb:,.0f} | {runs} | {result.check} |"
    )


class Report:
    """Collects results, prints them as they come, and writes two files."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.notes: list[str] = []
        self.growth: list[tuple[int, Result]] = []

    def add(self, found: Result | str) -> None:
        """Take a result or a remark."""
        if isinstance(found, str):
            self.notes.append(found)
            print(found, flush=True)
            return
        self.results.append(found)
        print(line(found, *self._ours(found)), flush=True)

    def _ours(self, result: Result) -> tuple[Result | None, Result | None]:
        """Ours of the same job with preparing counted, and without."""
        same = [r for r in self.results if r.job == result.job and r.ours]
        ready = (r for r in same if r.method == PREPARED)
        return next(iter(same), None), next(ready, None)

    def markdown(self) -> str:
        """Answer the whole report."""
        today = datetime.datetime.now(tz=datetime.UTC).date()
        rows = [line(result, *self._ours(result)) for result in self.results]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([f"{today}, {machine()}", "", HEAD, *rows, "", *notes, ""])

    def write(self, path: Path) -> None:
        """Write ``path`` with the suffixes .json and .md."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".md").write_text(self.markdown(), encoding="utf-8")
        content = {
            "date": datetime.datetime.now(tz=datetime.UTC).isoformat(),
            "machine": machine(),
            "results": [asdict(result) for result in self.results],
            "growth": [{"size": n, **asdict(r)} for n, r in self.growth],
            "notes": self.notes,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(text, encoding="utf-8")
