"""What became of a partition, as a file: a few lines of JSON, then tables of Arrow.

The file says all that the part of a local import would have gathered, so that a layer
made of such files has the same bytes and the same report. Nothing in it is code.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from geo.health import Fault, Health
from geo.messages import Note
from layers.errors import PartsError
from layers.importing.decisions import Decision
from layers.importing.keeping import FeatureKeeper
from layers.importing.work import Work

_HEAD = 8
"""Bytes of the length of the JSON, little-endian."""


def written(work: Work, path: Path) -> int:
    """Write what was gathered over one part; answer the bytes."""
    tables, keeper = work.keeper.state()
    head = json.dumps(_about(work, keeper), ensure_ascii=False).encode()
    padded = head + b" " * (-len(head) % _HEAD)
    with path.open("wb") as out:
        out.write(len(padded).to_bytes(_HEAD, "little") + padded)
        for table in (_own(work), *tables):
            with pa.ipc.new_stream(out, table.schema) as stream:
                stream.write_table(table)
        return out.tell()


def own_ids(path: Path) -> list[list[str]]:
    """Answer what the rows of a partition call themselves.

    Raises
    ------
    PartsError
    """
    _, stream = _opened(path)
    return _ids(stream)


def read(path: Path, work: Work) -> Work:
    """Answer what was gathered over a part; the tables stay on disk until used.

    Parameters
    ----------
    path : Path
    work : Work
        Of the layer: what messages call it, and its options.

    Raises
    ------
    PartsError
        ``parts_damaged``.
    """
    about, stream = _opened(path)
    own = _ids(stream)
    tables = []
    while stream.tell() < stream.size():
        with pa.ipc.open_stream(stream) as batches:
            tables.append(batches.read_all())
    health = Health()
    health.counts.update(about["counts"])
    health.faults += [Fault(*one) for one in about["faults"]]
    return Work(
        work.where,
        work.options,
        FeatureKeeper.restored(work.where, tables, about["keeper"]),
        health,
        [_decision(one) for one in about["decisions"]],
        [Note(*one) for one in about["notes"]],
        [_areas(*one) for one in about["areas"]],
        rows=about["rows"],
        crs=None if about["crs"] is None else CRS.from_user_input(about["crs"]),
        own=own,
    )


def _about(work: Work, keeper: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "rows": work.rows,
        "crs": None if work.crs is None else work.crs.srs,
        "counts": work.health.counts,
        "faults": [
            (one.kind, str(one.feature), one.x, one.y, one.value)
            for one in work.health.faults
        ],
        "notes": [(one.code, _plain(one.details)) for one in work.notes],
        "decisions": [
            {**vars(one), "details": _plain(one.details)} for one in work.decisions
        ],
        "areas": [(list(one.index), one.to_list()) for one in work.areas],
        "keeper": keeper,
    }


def _own(work: Work) -> pa.Table:
    return pa.table({"own": pa.array(work.own, pa.list_(pa.string()))})


def _plain(details: Any) -> dict[str, Any]:
    """Answer details as JSON keeps them: numbers of NumPy become numbers."""
    return {
        key: value.item() if isinstance(value, np.generic) else value
        for key, value in details.items()
    }


def _opened(path: Path) -> tuple[dict[str, Any], pa.NativeFile]:
    try:
        stream = pa.memory_map(str(path))
        length = int.from_bytes(stream.read(_HEAD), "little")
        about = json.loads(stream.read(length))
    except (OSError, ValueError) as error:
        name, folder = path.name, path.parent.name
        raise PartsError("parts_damaged", file=name, folder=folder) from error
    return about, stream


def _ids(stream: pa.NativeFile) -> list[list[str]]:
    with pa.ipc.open_stream(stream) as batches:
        ids: list[list[str]] = batches.read_all()["own"].to_pylist()
    return ids


def _decision(one: dict[str, Any]) -> Decision:
    return Decision(**{**one, "alternatives": tuple(one["alternatives"])})


def _areas(index: list[str], values: list[float]) -> pd.Series:
    return pd.Series(values, pd.Index(index, name="id", dtype=object), dtype=float)
