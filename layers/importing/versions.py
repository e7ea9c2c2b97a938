"""The versions of a layer: when each came, what changed, which one is in use."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError

from geo.area import area
from geo.messages import listed
from layers.errors import LayerNotFoundError, VersionNotFoundError
from layers.importing.report import ImportReport
from layers.models import LayerSpec, Model
from layers.readers import read_vector
from layers.storage.files import present
from layers.vector import feature_ids
from layers.workspace import (
    current_version,
    layer_folder,
    locked,
    point_to,
    remove_version,
    unused_s,
    versions,
)
from layers.writers import writing

REPORT_FILE = "import.json"
MOST_LISTED = 1000


class VersionModel(Model):
    """One version."""

    version: str
    imported: str
    """UTC, ISO 8601; the day alone where nobody kept the time."""
    current: bool
    title: str
    rows: int | None
    crs: str
    area_m2: float | None
    files: tuple[str, ...]
    faults: dict[str, int]


class HistoryReport(Model):
    """The versions of a layer, oldest first."""

    layer: str
    versions: tuple[VersionModel, ...]


class ChangeModel(Model):
    """A feature that is not the same in both versions; areas by the official rule."""

    feature: str
    change: str
    """``added``, ``removed``, ``geometry``, ``attributes`` or ``both``."""
    fields: tuple[str, ...] = ()
    before_m2: float | None = None
    after_m2: float | None = None


class AffectedCheck(Model):
    """A saved check that answers differently on the other version."""

    check: str
    """Its result id."""
    answers: tuple[str, ...]
    """What is different, in words."""


class DiffReport(Model):
    """What differs between two versions; features are matched by id."""

    layer: str
    left: str
    right: str
    counts: dict[str, int]
    before_m2: float
    after_m2: float
    changes: tuple[ChangeModel, ...]
    """At most 1000; the counts are of all."""
    checks: tuple[AffectedCheck, ...] | None = None
    """Saved checks that would answer differently; null where nobody looked."""


def history(workspace: Path, layer_id: str) -> HistoryReport:
    """Answer the versions of a layer, oldest first.

    Raises
    ------
    LayerNotFoundError
        The workspace has no such layer.
    """
    found = _versions(workspace, layer_id)
    current = current_version(workspace, layer_id)
    rows = [_version(spec, folder, current) for spec, folder in found.values()]
    ordered = sorted(rows, key=lambda one: (one.imported, one.version))
    return HistoryReport(layer=layer_id, versions=tuple(ordered))


def use(workspace: Path, layer_id: str, version: str) -> str:
    """Make a version the one in use; answer its whole name.

    Raises
    ------
    LayerNotFoundError
    VersionNotFoundError
        ``version_not_found``.
    LayerWriteError
    """
    name = find(workspace, layer_id, version)
    layer = layer_folder(workspace, layer_id)
    with locked(layer), writing(layer):
        point_to(layer, name)
    return name


def find(workspace: Path, layer_id: str, version: str) -> str:
    """Answer the version that a name, or the beginning of one, means.

    Raises
    ------
    LayerNotFoundError
    VersionNotFoundError
        ``version_not_found``: none, or several.
    """
    known = list(_versions(workspace, layer_id))
    fitting = [name for name in known if version and name.startswith(version)]
    if len(fitting) != 1:
        raise VersionNotFoundError(
            "version_not_found",
            layer=layer_id,
            version=version,
            known=listed(known, 20),
        )
    return fitting[0]


def prune(workspace: Path, layer_id: str, keep: int, *, kept_s: float) -> list[str]:
    """Remove all but the newest versions and the one in use; answer which.

    Parameters
    ----------
    workspace : Path
    layer_id : str
    keep : int
        At least 1.
    kept_s : float
        Versions that went out of use so short a time ago are kept too, seconds: answers
        that began with them read them. The next time they go.

    Raises
    ------
    LayerNotFoundError
    LayerWriteError
    """
    layer = layer_folder(workspace, layer_id)
    with locked(layer), writing(layer):
        ordered = [one.version for one in history(workspace, layer_id).versions]
        current = current_version(workspace, layer_id)
        old = [one for one in ordered[:-keep] if one != current]
        return [
            one
            for one in old
            if unused_s(layer, one) >= kept_s and remove_version(layer, one)
        ]


def diff(workspace: Path, layer_id: str, left: str, right: str) -> DiffReport:
    """Compare two versions feature by feature.

    Raises
    ------
    LayerNotFoundError
    VersionNotFoundError
        ``version_not_found``.
    LayerReadError
    """
    names = [find(workspace, layer_id, one) for one in (left, right)]
    old, new = (_features(workspace, layer_id, one) for one in names)
    areas_old, areas_new = _areas(old), _areas(new)
    changes = list(_changes(old, new, areas_old, areas_new))
    counts: dict[str, int] = {}
    for one in changes:
        counts[one.change] = counts.get(one.change, 0) + 1
    counts["same"] = len(new) - sum(n for key, n in counts.items() if key != "removed")
    return DiffReport(
        layer=layer_id,
        left=names[0],
        right=names[1],
        counts=counts,
        before_m2=float(areas_old.sum()),
        after_m2=float(areas_new.sum()),
        changes=tuple(changes[:MOST_LISTED]),
    )


def specs(workspace: Path, layer_id: str) -> dict[str, LayerSpec]:
    """Answer what each version of a layer says of itself; none without any."""
    return {name: spec for name, (spec, _) in versions(workspace, layer_id).items()}


def folder(workspace: Path, layer_id: str, version: str) -> Path:
    """Answer the folder of a version, by its whole name."""
    return layer_folder(workspace, layer_id) / version


def _versions(workspace: Path, layer_id: str) -> dict[str, tuple[LayerSpec, Path]]:
    found = versions(workspace, layer_id)
    if not found:
        layers = workspace / "layers"
        known = sorted(one.parent.name for one in layers.glob("*/current"))
        raise LayerNotFoundError(
            "layer_not_found", name=layer_id, close=listed(known, 20) or "-"
        )
    return found


def report_of(folder: Path) -> ImportReport | None:
    """Answer how a version came about, if it was imported."""
    try:
        return ImportReport.model_validate_json((folder / REPORT_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def _version(spec: LayerSpec, folder: Path, current: str | None) -> VersionModel:
    report = report_of(folder)
    day = spec.provenance.retrieved
    return VersionModel(
        version=spec.version,
        imported=report.imported if report else day.isoformat(),
        current=spec.version == current,
        title=spec.title.zh,
        rows=spec.rows,
        crs=spec.crs,
        area_m2=report.area_m2 if report else None,
        files=tuple(one.name for one in report.files) if report else (),
        faults=report.faults if report else {},
    )


def _features(workspace: Path, layer_id: str, version: str) -> gpd.GeoDataFrame:
    spec, folder = versions(workspace, layer_id)[version]
    if spec.kind != "vector":
        raise VersionNotFoundError(
            "version_not_found", layer=layer_id, version=version, known="vector"
        )
    table = read_vector(present(folder / spec.path))
    ids, _ = feature_ids(table, layer_id)
    return table.frame.set_axis(ids, axis=0)


def _areas(frame: gpd.GeoDataFrame) -> pd.Series:
    polygons = shapely.get_dimensions(frame.geometry.to_numpy()) == 2
    if not polygons.any():
        return pd.Series(0.0, frame.index)
    found = area(gpd.GeoSeries(frame.geometry[polygons]), edges="official")
    return found.reindex(frame.index).fillna(0.0)


def _changes(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, before: pd.Series, after: pd.Series
) -> list[ChangeModel]:
    changes = [
        ChangeModel(feature=str(key), change="removed", before_m2=float(before[key]))
        for key in old.index.difference(new.index)
    ]
    changes += [
        ChangeModel(feature=str(key), change="added", after_m2=float(after[key]))
        for key in new.index.difference(old.index)
    ]
    both = new.index.intersection(old.index)
    a, b = old.loc[both], new.loc[both]
    moved = _moved(a, b)
    columns = [name for name in b.columns if name not in ("geometry", "id")]
    texts = {name: _differs(a, b, str(name)) for name in columns}
    for row, key in enumerate(both):
        fields = tuple(str(name) for name in columns if texts[name][row])
        if not (moved[row] or fields):
            continue
        kind = (
            "both"
            if moved[row] and fields
            else "geometry"
            if moved[row]
            else "attributes"
        )
        changes.append(
            ChangeModel(
                feature=str(key),
                change=kind,
                fields=fields,
                before_m2=float(before[key]),
                after_m2=float(after[key]),
            )
        )
    return changes


def _moved(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[Any]]:
    if a.crs != b.crs:
        return np.ones(len(b), dtype=bool)
    left = shapely.normalize(a.geometry.to_numpy())
    right = shapely.normalize(b.geometry.to_numpy())
    return np.asarray(~shapely.equals_exact(left, right, 0.0), dtype=bool)


def _differs(
    a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, name: str
) -> np.ndarray[Any, np.dtype[Any]]:
    if name not in a.columns:
        return np.asarray(b[name].notna(), dtype=bool)
    left, right = (json.dumps([str(one) for one in frame[name]]) for frame in (a, b))
    pairs = zip(json.loads(left), json.loads(right), strict=True)
    return np.array([x != y for x, y in pairs], dtype=bool)
