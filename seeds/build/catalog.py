"""Write ``seeds/catalog.toml``: the words of ``texts/`` and what the files are."""

import datetime
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from layers.models import LayerSpec
from seeds.build.bench import Built, Raster

TEXTS_FOLDER = Path(__file__).parent / "texts"
RETRIEVED = datetime.date(2026, 11, 25)
"""The day the packages were downloaded; a constant, so that a rebuild is equal."""
_HEADER = "# Written by `python -m seeds.build`; edit seeds/build/texts/ instead.\n"
_KINDS = {"Polygon": "polygon", "LineString": "line", "Point": "point"}


def read_texts() -> dict[str, dict[str, Any]]:
    """Read the words of every layer, by id, in the order of the catalogue."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(TEXTS_FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["layer"]:
            entries[entry["id"]] = entry
    return dict(sorted(entries.items(), key=lambda item: item[1]["order"]))


def read_catalog(path: Path) -> dict[str, LayerSpec]:
    """Read the entries of a catalogue by id; none if the file is not there."""
    if not path.exists():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    specs = [LayerSpec.model_validate(entry) for entry in table["layer"]]
    return {spec.id: spec for spec in specs}


def entry(text: Mapping[str, Any], built: Built, path: Path) -> LayerSpec:
    """Make the catalogue entry of a layer whose file has just been written.

    A figure whose ``computed`` is a key gets the number measured under it, one whose
    ``computed`` is missing gets none. A denominator without ``area_m2`` gets the
    measured area.
    """
    values = {key: value for key, value in text.items() if key != "order"}
    values["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    values["provenance"] = {**values["provenance"], "retrieved": RETRIEVED}
    values["figures"] = [
        {
            "published": None,
            **figure,
            "computed": _measured(figure.get("computed"), built),
        }
        for figure in values.get("figures", [])
    ]
    values["denominators"] = [
        {"area_m2": round(built.measures["area_m2"], 1), **denominator}
        for denominator in values.get("denominators", [])
    ]
    return LayerSpec.model_validate({**values, **_shape(built)})


def write_catalog(specs: Mapping[str, LayerSpec], path: Path) -> None:
    """Write the entries in the order of the texts."""
    ordered = [specs[layer_id] for layer_id in read_texts() if layer_id in specs]
    tables = "\n".join(_layer_table(spec) for spec in ordered)
    path.write_text(f"{_HEADER}\n{tables}", encoding="utf-8", newline="\n")


def _shape(built: Built) -> dict[str, object]:
    content = built.content
    if isinstance(content, Raster):
        return {"kind": "raster", "crs": "EPSG:4326"}
    kinds = {name.removeprefix("Multi") for name in content.geom_type}
    geometry = _KINDS[kinds.pop()] if len(kinds) == 1 else "mixed"
    return {
        "kind": "vector",
        "crs": _epsg(content),
        "rows": len(content),
        "geometry": geometry,
    }


def _epsg(frame: gpd.GeoDataFrame) -> str:
    if frame.crs is None:
        raise ValueError("a seed layer has a CRS")
    return f"EPSG:{frame.crs.to_epsg()}"


def _measured(key: str | None, built: Built) -> float | None:
    """Round a measure as it is printed; none of them is worth more digits."""
    if key is None:
        return None
    value = built.measures[key]
    return round(float(value), 2 if abs(value) < 1000 else 0)


def _layer_table(spec: LayerSpec) -> str:
    values = spec.model_dump(mode="python", exclude_none=True)
    defaults = {"style": {"ramp": ()}, "restricted": False}
    plain, tables, arrays = [], [], []
    for key, value in values.items():
        if value == defaults.get(key) or value == ():
            continue
        if key in ("figures", "denominators"):
            arrays += [_table(f"[[layer.{key}]]", item) for item in value]
        elif key in ("provenance", "style"):
            tables.append(_table(f"[layer.{key}]", value))
        else:
            plain.append(f"{key} = {_value(value)}")
    return "\n".join(["[[layer]]", *plain, "", *tables, *arrays])


def _table(header: str, values: Mapping[str, object]) -> str:
    kept = {key: value for key, value in values.items() if value not in (None, ())}
    lines = [f"{key} = {_value(value)}" for key, value in kept.items()]
    return "\n".join([header, *lines, ""])


def _value(value: object) -> str:
    """One value as TOML; the few types that a catalogue holds."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case datetime.date():
            return value.isoformat()
        case dict():
            pairs = (f"{key} = {_value(item)}" for key, item in value.items())
            return "{ " + ", ".join(pairs) + " }"
        case tuple() | list():
            lines = "".join(f"    {_value(item)},\n" for item in value)
            return f"[\n{lines}]"
        case _:
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
