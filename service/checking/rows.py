"""One parcel of a measured table as the result model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely

from geo.conflict.balance import NOTHING, Printed, Tree, divided, printed
from geo.conflict.findings import Subject, judge
from geo.conflict.nearest import wind
from geo.conflict.sites import CUT
from geo.types import IntArray
from layers.checking.parcels import NUMBER_COLUMNS, USE_COLUMNS, column
from layers.models import Bilingual
from layers.readers.table import id_text
from layers.values import json_value
from service.checking.measuring import LayerTable, Measured
from service.checking.models import (
    Areas,
    BannerShare,
    Cell,
    ClassPart,
    Contact,
    FeatureRow,
    Finding,
    LayerResult,
    Nearest,
    ParcelResult,
    Part,
    SliverRow,
)
from service.checking.parts import (
    added,
    amount,
    banner_places,
    sliver_rows,
    strictest_of,
)
from service.checking.prepared import Against
from service.checking.words import finding, how_edges

NOTHING_LEFT = 1e-12
"""A remainder of less than this share of the parcel is rounding: it is inside."""


@dataclass(frozen=True)
class _Share:
    """One parcel in one banner: overlap by class, slivers, remainder; m2."""

    banner: int
    classes: dict[str | None, float]
    sliver: float
    rest: float

    @cached_property
    def parts(self) -> tuple[Tree, Tree, Tree]:
        """Overlap with its classes, slivers, remainder."""
        areas = self.classes.values()
        overlap = Tree(sum(areas), tuple(map(Tree, areas)))
        return overlap, Tree(self.sliver), Tree(self.rest)


class _Banner(NamedTuple):
    """What a parcel has in one banner."""

    banner: int
    area_m2: float
    printed: Printed


@dataclass(frozen=True)
class _Starts:
    """Where the rows of each parcel begin in the tables of one layer."""

    pairs: IntArray
    cells: IntArray


class Rows:
    """Answers parcels of a measured table, one at a time.

    Parameters
    ----------
    measured : Measured
    files : sequence of (str, str)
        Name and CRS of each file.
    against : Against
        What it was measured against.
    """

    def __init__(
        self, measured: Measured, files: Sequence[tuple[str, str]], against: Against
    ) -> None:
        self._measured, self._files, self._against = measured, files, against
        table = measured.table
        frame = table.features
        self._number = list(map(id_text, column(frame, NUMBER_COLUMNS)))
        self._use = list(map(id_text, column(frame, USE_COLUMNS)))
        self._names = list(map(id_text, frame["name_zh"]))
        self._columns = {
            str(name): list(frame[name])
            for name in frame.columns
            if name not in ("geometry", "name_zh", "name_en")
        }
        self._bounds = shapely.bounds(table.sites.geometry)
        self._vertices = shapely.get_num_coordinates(
            np.concatenate([one.to_numpy() for one in table.source])
        )
        self._area = {str(name): one.to_numpy() for name, one in table.areas.items()}
        every = np.arange(len(table.ids) + 1)
        self._pieces = np.searchsorted(measured.pieces.site, every)
        self._starts = [
            _Starts(
                np.searchsorted(one.contacts.site, every),
                np.searchsorted(one.contacts.cells.site, every),
            )
            for one in measured.layers
        ]
        self._said: dict[tuple[object, ...], Finding] = {}
        self._places = banner_places(against.banners)

    def parcel(self, k: int) -> ParcelResult:
        """Answer parcel ``k`` against all layers."""
        table = self._measured.table
        whole = self._banners(k)
        layers = tuple(
            self._layer(k, n, whole) for n in range(len(self._measured.layers))
        )
        file, crs = self._files[table.file[k]]
        return ParcelResult(
            id=table.ids[k],
            file=file,
            number=self._number[k],
            name=self._names[k],
            use=self._use[k],
            attributes={
                name: json_value(values[k]) for name, values in self._columns.items()
            },
            crs=crs,
            vertices=int(self._vertices[k]),
            bbox=tuple(map(float, self._bounds[k])),
            areas=self._areas(k),
            printed=added([amount(one.printed) for one in whole]),
            banners=tuple(map(self._banner, whole)),
            finding=strictest_of([one.finding for one in layers]),
            layers=layers,
        )

    def line(self, k: int, sheet: str) -> list[object]:
        """Answer the line of a ledger: what :meth:`parcel` says, in short."""
        table, whole = self._measured.table, self._banners(k)
        file, crs = self._files[table.file[k]]
        size = added([amount(one.printed) for one in whole])
        names = [self._places[one.banner][1] or "-" for one in whole]
        of_layers: list[object] = []
        findings = []
        for n in range(len(self._measured.layers)):
            found, values = self._short(k, n, whole)
            findings.append(found)
            of_layers += values
        level = strictest_of(findings).level
        return [
            file,
            table.ids[k],
            self._number[k] or "",
            self._names[k] or "",
            self._use[k] or "",
            crs,
            *(size.m2, size.ha, size.mu),
            " ".join(names),
            level,
            sheet,
            *of_layers,
        ]

    def _short(
        self, k: int, n: int, whole: Sequence[_Banner]
    ) -> tuple[Finding, list[object]]:
        one = self._measured.layers[n]
        distance = self._distance(k, one)
        found = self._finding(k, n, distance)
        overlap, slivers = amount(Printed(NOTHING)), amount(Printed(NOTHING))
        if self._starts[n].cells[k] < self._starts[n].cells[k + 1]:
            values = [parts for _, parts in self._split(k, n, whole)]
            overlap, slivers = (
                added([amount(parts[row]) for parts in values]) for row in (0, 1)
            )
        near = "" if distance is None else f"{distance:.2f}"
        return found, [
            found.level,
            overlap.m2,
            overlap.mu,
            slivers.m2,
            near,
        ]

    def slivers(self, k: int | None = None) -> tuple[SliverRow, ...]:
        """Answer the slivers of all parcels, or of one; by layer, then parcel."""
        return sliver_rows(self._measured, k)

    def _areas(self, k: int) -> Areas:
        plane, stated = (self._area[name][k] for name in ("plane_m2", "stated_m2"))
        known = bool(np.isfinite(plane))
        return Areas(
            official_m2=float(self._area["official_m2"][k]),
            geodesic_m2=float(self._area["geodesic_m2"][k]),
            plane_m2=float(plane) if known else None,
            lonlat_m2=float(self._area["lonlat_m2"][k]),
            edges=how_edges(projected=known),
            stated_m2=float(stated) if np.isfinite(stated) else None,
        )

    def _banners(self, k: int) -> list[_Banner]:
        """Answer the banners of a parcel and what it has in each."""
        pieces = self._measured.pieces
        official = float(self._area["official_m2"][k])
        first = int(pieces.whole[k])
        if first != CUT:
            area = float(self._area["lonlat_m2"][k])
            return [_Banner(first, area, printed(Tree(official)))]
        rows = range(int(self._pieces[k]), int(self._pieces[k + 1]))
        areas = [float(pieces.area_m2[n]) for n in rows]
        parts = printed(Tree(official, tuple(map(Tree, areas)))).parts
        places = [int(pieces.banner[n]) for n in rows]
        return list(map(_Banner, places, areas, parts))

    def _banner(self, one: _Banner) -> BannerShare:
        banner_id, name, name_en, league = self._places[one.banner]
        return BannerShare(
            banner_id=banner_id,
            name=name,
            name_en=name_en,
            league=league,
            area_m2=one.area_m2,
            printed=amount(one.printed),
        )

    def _layer(self, k: int, n: int, banners: Sequence[_Banner]) -> LayerResult:
        """Answer parcel ``k`` against layer ``n``."""
        one, starts = self._measured.layers[n], self._starts[n]
        found, whole = one.contacts, float(self._area["lonlat_m2"][k])
        split = self._split(k, n, banners)
        overlap, slivers, rest = self._parts(split, whole)
        rows = range(int(starts.pairs[k]), int(starts.pairs[k + 1]))
        overlapped = bool(one.overlapped[k])
        near = None if overlapped else self._nearest(k, one)
        spread = float(found.spread_m2[k])
        touching = bool(len(rows)) or (near is not None and near.distance_m == 0.0)
        contact: Contact = "border" if touching else "apart"
        return LayerResult(
            layer=one.layer.spec.id,
            contact="overlap" if overlapped else contact,
            touched=overlapped,
            overlap=overlap,
            uncertainty_m2=spread if overlapped and np.isfinite(spread) else None,
            classes=self._classes(split, whole),
            slivers=slivers,
            remainder=rest,
            features=tuple(self._feature(row, one, whole) for row in rows),
            nearest=near,
            finding=self._finding(k, n, None if near is None else near.distance_m),
        )

    def _split(
        self, k: int, n: int, banners: Sequence[_Banner]
    ) -> list[tuple[_Share, tuple[Printed, ...]]]:
        """Divide a parcel by layer ``n``: areas, and what is printed, by banner."""
        one, starts = self._measured.layers[n], self._starts[n].cells
        cells, zones = one.contacts.cells, one.layer.zones
        answers = []
        for banner, area, total in banners:
            classes: dict[str | None, float] = {}
            sliver = 0.0
            for row in range(int(starts[k]), int(starts[k + 1])):
                if cells.banner[row] != banner:
                    continue
                if cells.sliver[row]:
                    sliver += float(cells.area_m2[row])
                    continue
                name = zones.class_names[cells.feature[row]]
                classes[name] = classes.get(name, 0.0) + float(cells.area_m2[row])
            rest = max(area - sliver - sum(classes.values()), 0.0)
            if rest <= NOTHING_LEFT * area:
                rest = 0.0
            share = _Share(banner, classes, sliver, rest)
            answers.append((share, divided(total, share.parts)))
        return answers

    def _parts(
        self, split: Sequence[tuple[_Share, tuple[Printed, ...]]], whole: float
    ) -> tuple[Part, Part, Part]:
        """Answer overlap, slivers and remainder, each by banner."""
        three = [
            self._part(
                [
                    (share.banner, share.parts[row].area_m2, values[row])
                    for share, values in split
                ],
                whole,
            )
            for row in range(3)
        ]
        return three[0], three[1], three[2]

    def _part(self, cells: Sequence[tuple[int, float, Printed]], whole: float) -> Part:
        listed = tuple(
            Cell.model_construct(
                banner_id=self._places[banner][0],
                area_m2=area,
                printed=amount(value),
            )
            for banner, area, value in cells
        )
        area = sum(one.area_m2 for one in listed)
        return Part.model_construct(
            area_m2=area,
            share=area / whole if whole else 0.0,
            printed=added([one.printed for one in listed]),
            banners=listed,
        )

    def _classes(
        self, split: Sequence[tuple[_Share, tuple[Printed, ...]]], whole: float
    ) -> tuple[ClassPart, ...]:
        found: dict[str | None, list[tuple[int, float, Printed]]] = {}
        for share, values in split:
            inside = zip(share.classes.items(), values[0].parts, strict=True)
            for (name, area), value in inside:
                found.setdefault(name, []).append((share.banner, area, value))
        return tuple(
            ClassPart.model_construct(class_name=name, **dict(self._part(cells, whole)))
            for name, cells in found.items()
        )

    def _feature(self, row: int, one: LayerTable, whole: float) -> FeatureRow:
        found, layer = one.contacts, one.layer
        j = int(found.feature[row])
        spread = float(found.uncertainty_m2[row])
        return FeatureRow(
            id=str(layer.zones.ids[j]),
            name=layer.names[j],
            name_en=layer.names_en[j],
            class_name=layer.zones.class_names[j],
            area_m2=float(found.area_m2[row]),
            share=float(found.area_m2[row]) / whole if whole else 0.0,
            uncertainty_m2=spread if np.isfinite(spread) else None,
            sliver=bool(found.sliver[row]),
        )

    def _distance(self, k: int, one: LayerTable) -> float | None:
        row = int(one.nearest_row[k])
        return None if row < 0 else float(one.nearest.distance_m[row])

    def _nearest(self, k: int, one: LayerTable) -> Nearest:
        row, found, layer = int(one.nearest_row[k]), one.nearest, one.layer
        azimuth = float(found.azimuth_deg[row])
        known = bool(np.isfinite(azimuth))
        j = int(found.feature[row])
        zh, en = wind(azimuth) if known else ("", "")
        return Nearest(
            distance_m=float(found.distance_m[row]),
            azimuth_deg=azimuth if known else None,
            direction=Bilingual(zh=zh, en=en) if known else None,
            feature_id=str(layer.zones.ids[j]),
            feature_name=layer.names[j],
            feature_name_en=layer.names_en[j],
            from_lonlat=(float(found.start[row, 0]), float(found.start[row, 1])),
            to_lonlat=(float(found.end[row, 0]), float(found.end[row, 1])),
        )

    def _finding(self, k: int, n: int, distance_m: float | None) -> Finding:
        one, starts = self._measured.layers[n], self._starts[n].pairs
        found, layer = one.contacts, one.layer
        rows = range(int(starts[k]), int(starts[k + 1]))
        kept = [row for row in rows if not found.sliver[row]]
        names = tuple(
            dict.fromkeys(layer.zones.class_names[found.feature[row]] for row in kept)
        )
        accuracy = layer.spec.accuracy_m
        near = accuracy is not None and distance_m is not None and distance_m < accuracy
        use, sliver = self._use[k] or "", len(kept) < len(rows)
        key = (n, names, use, sliver, near)
        if key not in self._said:
            subject = Subject(
                layer.goes_by,
                layer.used.indicative,
                accuracy,
                use,
                names,
                sliver,
                distance_m,
            )
            rules = self._against.rules
            judged = judge(subject, rules.rules)
            self._said[key] = finding(judged, subject, layer, rules)
        return self._said[key]
