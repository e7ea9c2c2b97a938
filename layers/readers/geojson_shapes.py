"""Build geometries out of GeoJSON coordinates, and say where one is wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import CoordinateError
from geo.messages import Note, listed
from geo.types import FloatArray
from layers.errors import LayerReadError

Json = Any
"""Whatever :func:`json.loads` gives: None, bool, int, float, str, list, dict."""


class Place(NamedTuple):
    """Where in the document something stands."""

    feature: str
    path: str

    def at(self, index: int) -> "Place":
        """One step down, into an array."""
        return Place(self.feature, f"{self.path}[{index}]")

    def member(self, name: str) -> "Place":
        """One step down, into an object."""
        return Place(self.feature, f"{self.path}.{name}")


def shown(value: Json) -> str:
    """Quote a value in a message, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


@dataclass
class ShapeBuilder:
    """Makes geometries, and remembers what had to be done to them."""

    file: str
    closed: dict[str, None] = field(default_factory=dict)
    flattened: dict[str, None] = field(default_factory=dict)

    def notes(self) -> list[Note]:
        """List what was changed, with the features it happened to."""
        done = [
            ("geojson_rings_closed", list(self.closed)),
            ("repair_flattened", list(self.flattened)),
        ]
        return [
            Note(
                code,
                {"where": self.file, "count": len(ids), "features": listed(ids)},
            )
            for code, ids in done
            if ids
        ]

    def refuse(self, code: str, value: Json, place: Place) -> NoReturn:
        """Say what is wrong, with the value and its place."""
        raise LayerReadError(
            code,
            file=self.file,
            feature=place.feature,
            path=place.path,
            value=shown(value),
        )

    def type_of(self, value: Json, place: Place) -> str:
        """Answer the ``type`` member, one of RFC 7946's nine."""
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in _TYPES:
            self.refuse(
                "geojson_type", kind if isinstance(value, dict) else value, place
            )
        return kind

    def geometry(self, value: Json, place: Place) -> BaseGeometry | None:
        """Build a geometry object; None for ``null`` and for one without positions."""
        if value is None:
            return None
        kind = self.type_of(value, place)
        if kind == "GeometryCollection":
            return self._collection(value, place)
        build = _BUILDERS.get(kind)
        if build is None:
            self.refuse("geojson_type", kind, place)
        coordinates = value.get("coordinates")
        here = place.member("coordinates")
        if not isinstance(coordinates, list):
            self.refuse("geojson_no_array", coordinates, here)
        made = build(self, coordinates, here) if coordinates else None
        return None if made is None or made.is_empty else made

    def _collection(self, value: dict[str, Json], place: Place) -> BaseGeometry | None:
        members = value.get("geometries")
        here = place.member("geometries")
        if not isinstance(members, list):
            self.refuse("geojson_no_array", members, here)
        parts = [self.geometry(one, here.at(i)) for i, one in enumerate(members)]
        kept = [part for part in parts if part is not None]
        return shapely.GeometryCollection(kept) if kept else None

    def point(self, value: list[Json], place: Place) -> BaseGeometry:
        """Build a point of one position."""
        return shapely.Point(self._positions([value], place, single=True)[0])

    def line(self, value: list[Json], place: Place) -> BaseGeometry:
        """Build a line of at least two positions."""
        positions = self._positions(value, place)
        if len(positions) < 2:
            self.refuse("geojson_line_short", value, place)
        return shapely.LineString(positions)

    def polygon(self, value: list[Json], place: Place) -> BaseGeometry:
        """Build a polygon; the first ring is its shell."""
        if value == [[]]:
            return shapely.Polygon()
        rings = [self._ring(ring, place.at(i)) for i, ring in enumerate(value)]
        return shapely.Polygon(rings[0], rings[1:])

    def parts(
        self,
        value: list[Json],
        place: Place,
        build: "_Build",
    ) -> list[BaseGeometry]:
        """Members of a multi-geometry; those without positions are none."""
        made = []
        for i, part in enumerate(value):
            here = place.at(i)
            if not isinstance(part, list):
                self.refuse("geojson_no_array", part, here)
            made.append(build(self, part, here) if part else None)
        return [one for one in made if one is not None and not one.is_empty]

    def _ring(self, value: Json, place: Place) -> FloatArray:
        positions = self._positions(value, place)
        if not _has_three(positions):
            self.refuse("geojson_ring_short", value, place)
        if (positions[0] == positions[-1]).all():
            return positions
        self.closed[place.feature] = None
        return np.concatenate([positions, positions[:1]])

    def _positions(
        self, value: Json, place: Place, *, single: bool = False
    ) -> FloatArray:
        """x,y of an array of positions, ``(n, 2)``."""
        if not isinstance(value, list):
            self.refuse("geojson_no_array", value, place)
        full = _numbers(value)
        if full is None:
            where = [place if single else place.at(i) for i in range(len(value))]
            pairs = [self._position(*one) for one in zip(value, where, strict=True)]
            full = np.array(pairs, dtype=float).reshape(-1, 2)
        if full.shape[1] > 2:
            self.flattened[place.feature] = None
        pairs_only = full[:, :2]
        finite = np.isfinite(pairs_only).all(axis=1)
        if not finite.all():
            first = value[int(np.argmin(finite))]
            raise CoordinateError(
                "coordinates_not_finite",
                where=self.file,
                feature=place.feature,
                value=shown(first),
            )
        return pairs_only

    def _position(self, value: Json, place: Place) -> tuple[float, float]:
        """Go the slow way, for arrays of uneven length and to name what is wrong."""
        if not isinstance(value, list) or len(value) < 2:
            self.refuse("geojson_position", value, place)
        if len(value) > 2:
            self.flattened[place.feature] = None
        if any(type(number) not in (int, float) for number in value[:2]):
            self.refuse("geojson_position", value, place)
        try:
            return float(value[0]), float(value[1])
        except OverflowError:
            return float("inf"), float("inf")


def _numbers(positions: list[Json]) -> FloatArray | None:
    """All positions at once, ``(n, k)``, k >= 2; None unless all are plain numbers."""
    try:
        kinds = set(map(type, chain.from_iterable(positions)))
        full = np.array(positions, dtype=float) if kinds <= {int, float} else None
    except (TypeError, ValueError, OverflowError):
        return None
    return full if full is not None and full.ndim == 2 and full.shape[1] > 1 else None


def _has_three(positions: FloatArray) -> bool:
    """Whether at least 3 positions are distinct; the first few mostly settle it."""
    few = {tuple(position) for position in positions[:8].tolist()}
    return len(few) > 2 or len(np.unique(positions, axis=0)) > 2


_Build = Callable[[ShapeBuilder, list[Json], Place], BaseGeometry | None]


def _multi(build: _Build, gather: Callable[[list[BaseGeometry]], Any]) -> _Build:
    def made(b: ShapeBuilder, value: list[Json], place: Place) -> BaseGeometry | None:
        parts = b.parts(value, place, build)
        shape: BaseGeometry | None = gather(parts) if parts else None
        return shape

    return made


_BUILDERS: dict[str, _Build] = {
    "Point": ShapeBuilder.point,
    "LineString": ShapeBuilder.line,
    "Polygon": ShapeBuilder.polygon,
    "MultiPoint": _multi(ShapeBuilder.point, shapely.multipoints),
    "MultiLineString": _multi(ShapeBuilder.line, shapely.multilinestrings),
    "MultiPolygon": _multi(ShapeBuilder.polygon, shapely.multipolygons),
}
_TYPES = {*_BUILDERS, "GeometryCollection", "Feature", "FeatureCollection"}
