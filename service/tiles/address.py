"""Addresses of tiles: their parts, their versions, and what is refused."""

import re
from typing import NamedTuple

from fastapi import Request

from geo.messages import listed
from geo.tile_matrix import DEEPEST_LEVEL, TILE_MATRIX_SETS, TileMatrixSet
from layers.models import LayerSpec
from service.errors import GoneError, NothingThereError, ParameterError
from service.tiles.metadata import MEDIA_TYPES, TileFormat, deepest_level
from service.tiles.versions import address_version

_COLUMN = re.compile(r"(\d{1,9})(@2x)?(?:\.([a-z]{3,4}))?")
_SUFFIXES: dict[str, TileFormat] = {
    "mvt": "mvt",
    "pbf": "mvt",
    "png": "png",
    "webp": "webp",
}
_ACCEPTED: dict[str, TileFormat] = {
    **{kind: form for form, kind in MEDIA_TYPES.items()},
    "application/x-protobuf": "mvt",
}


class TileAddress(NamedTuple):
    """A tile of a layer as somebody asked for it."""

    tiles: TileMatrixSet
    place: tuple[int, int, int]
    ratio: int
    form: TileFormat
    negotiated: bool
    """Whether the format was not in the address but in ``Accept``."""


def gone(spec: LayerSpec, asked: str) -> GoneError:
    """Write that an address names tiles that are kept no longer."""
    current = address_version(spec)
    details = {"layer": spec.id, "version": asked[:20], "current": current}
    return GoneError("tile_version_gone", **details)


def tile_matrix_set(name: str) -> TileMatrixSet:
    """Look a set up.

    Raises
    ------
    NothingThereError
        ``tile_set_unknown``.
    """
    if name not in TILE_MATRIX_SETS:
        known = listed(list(TILE_MATRIX_SETS))
        raise NothingThereError("tile_set_unknown", tiles=name, known=known)
    return TILE_MATRIX_SETS[name]


def formats(spec: LayerSpec) -> tuple[TileFormat, ...]:
    """Answer the formats of a layer's tiles, the usual one first."""
    return ("png", "webp") if spec.kind == "raster" else ("mvt", "png", "webp")


def read_address(
    request: Request,
    spec: LayerSpec,
    tiles: TileMatrixSet,
    place: tuple[int, int, str],
    wanted: str | None,
) -> TileAddress:
    """Understand level, row and ``105@2x.png``.

    The format is the suffix, else ``f``, else what ``Accept`` names first, else the
    layer's usual one.

    Raises
    ------
    ParameterError
        ``tile_address``.
    NothingThereError
        ``tile_outside``, ``tile_too_deep``, ``tile_format``.
    """
    level, row, last = place
    found = _COLUMN.fullmatch(last)
    if found is None:
        raise ParameterError("tile_address", parameter="col", value=last)
    column, doubled, suffix = found.groups()
    stated = suffix or wanted
    form = _stated_format(spec, stated) if stated else _accepted(request, spec)
    whole = level, row, int(column)
    _require_inside(spec, tiles, whole, form)
    ratio = 2 if doubled and form != "mvt" else 1
    return TileAddress(tiles, whole, ratio, form, negotiated=not stated)


def _stated_format(spec: LayerSpec, stated: str) -> TileFormat:
    form = _SUFFIXES.get(stated) or _ACCEPTED.get(stated)
    if form is None or form not in formats(spec):
        known = listed(list(formats(spec)))
        details = {"layer": spec.id, "format": stated, "known": known}
        raise NothingThereError("tile_format", **details)
    return form


def _accepted(request: Request, spec: LayerSpec) -> TileFormat:
    offered = formats(spec)
    for wish in request.headers.get("accept", "").split(","):
        form = _ACCEPTED.get(wish.split(";")[0].strip().lower())
        if form in offered:
            return form
    return offered[0]


def _require_inside(
    spec: LayerSpec,
    tiles: TileMatrixSet,
    place: tuple[int, int, int],
    form: TileFormat,
) -> None:
    level, row, column = place
    if not tiles.holds(*place):
        rows, columns = tiles.shape(min(max(level, 0), DEEPEST_LEVEL))
        raise NothingThereError(
            "tile_outside",
            tiles=tiles.id,
            level=level,
            row=row,
            column=column,
            rows=rows,
            columns=columns,
            deepest=DEEPEST_LEVEL,
        )
    deepest = deepest_level(spec, tiles, form)
    if level > deepest:
        details = {"layer": spec.id, "level": level, "deepest": deepest}
        raise NothingThereError("tile_too_deep", **details)
