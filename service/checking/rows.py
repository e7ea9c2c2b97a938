"""One parcel of a measured table as the result model."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely

from geo.conflict.balance import Printed, Tree, Unit, printed
from geo.conflict.findings import LEVELS, Subject, judge
from geo.conflict.nearest import wind
from geo.conflict.sites import CUT
from layers.checking.parcels import AREA_COLUMNS, NUMBER_COLUMNS, USE_COLUMNS, column
from layers.models import Bilingual
from layers.readers.table import id_text
from layers.values import json_value
from service.checking.measuring import LayerTable, Measured
from service.checking.models import (
    Amount,
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
from service.checking.prepared import Against
from service.checking.words import finding, how_edges


@dataclass(frozen=True)
class _Share:
    """One parcel in one banner: overlap by class, slivers, remainder; m2."""

    banner: int
    classes: dict[str | None, float]
    sliver: float
    rest: float

    @property
    def tree(self) -> Tree:
        inside = sum(self.classes.values())
        parts = (
            Tree(inside, tuple(Tree(one) for one in self.classes.values())),
            Tree(self.sliver),
            Tree(self.rest),
        )
        return Tree(inside + self.sliver + self.rest, parts)


def amount(value: Printed) -> Amount:
    """Answer a printed area as a model."""
    return Amount(**value.amount)


def added(amounts: Sequence[Amount]) -> Amount:
    """Add printed values up."""
    units: tuple[Unit, ...] = ("m2", "ha", "mu")
    places = {"m2": "0.00", "ha": "0.0000", "mu": "0.00"}
    return Amount(
        **{
            unit: sum((getattr(one, unit) for one in amounts), Decimal(places[unit]))
            for unit in units
        }
    )


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
        frame = measured.table.features
        self._number = list(map(id_text, column(frame, NUMBER_COLUMNS)))
        self._use = list(map(id_text, column(frame, USE_COLUMNS)))
        self._stated = column(frame, AREA_COLUMNS)
        self._names = list(map(id_text, frame["name_zh"]))
        self._columns = {
            str(name): list(frame[name])
            for name in frame.columns
            if name not in ("geometry", "name_zh", "name_en")
        }
        self._bounds = shapely.bounds(measured.table.sites.geometry)
        self._vertices = shapely.get_num_coordinates(
            np.concatenate([one.to_numpy() for one in measured.table.source])
        )

    def parcel(self, k: int) -> ParcelResult:
        """Answer parcel ``k`` against all layers."""
        table = self._measured.table
        layers = [self._layer(k, one) for one in self._measured.layers]
        areas = self._areas(k)
        file, crs = self._files[table.file[k]]
        shares = self._shares(k)
        total = Tree(areas.official_m2, tuple(Tree(area) for _, area in shares))
        whole = printed(total)
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
            areas=areas,
            printed=amount(whole),
            banners=tuple(
                self._banner(banner, area, part)
                for (banner, area), part in zip(shares, whole.parts, strict=True)
            ),
            finding=strictest_of([one.finding for one in layers]),
            layers=tuple(layers),
        )

    def slivers(self, k: int | None = None) -> tuple[SliverRow, ...]:
        """Answer the slivers of all parcels, or of one; by layer, then parcel."""
        ids = self._measured.table.ids
        return tuple(
            SliverRow(
                parcel=ids[site],
                layer=one.layer.spec.id,
                features=tuple(str(one.layer.zones.ids[j]) for j in features),
                area_m2=float(area),
                width_m=float(width),
                share=float(share),
                reasons=reasons,
            )
            for one in self._measured.layers
            for site, features, area, width, share, reasons in zip(
                *one.contacts.groups, strict=True
            )
            if k is None or site == k
        )

    def _areas(self, k: int) -> Areas:
        row = self._measured.table.areas.iloc[k]
        plane = float(row["plane_m2"])
        return Areas(
            official_m2=float(row["official_m2"]),
            geodesic_m2=float(row["geodesic_m2"]),
            plane_m2=plane if np.isfinite(plane) else None,
            lonlat_m2=float(row["lonlat_m2"]),
            edges=how_edges(projected=bool(np.isfinite(plane))),
        )

    def _shares(self, k: int) -> list[tuple[int, float]]:
        """Answer the banners of a parcel and what it has in each, m2."""
        pieces, table = self._measured.pieces, self._measured.table
        whole = int(pieces.whole[k])
        if whole != CUT:
            return [(whole, float(table.sites.area_m2[k]))]
        first, last = np.searchsorted(pieces.site, (k, k + 1))
        rows = range(int(first), int(last))
        return [(int(pieces.banner[n]), float(pieces.area_m2[n])) for n in rows]

    def _banner(self, banner: int, area_m2: float, value: Printed) -> BannerShare:
        named = self._against.banners
        if banner < 0 or named is None:
            return BannerShare(
                banner_id=None,
                name=None,
                name_en=None,
                league=None,
                area_m2=area_m2,
                printed=amount(value),
            )
        row = named.zones.features.iloc[banner]
        return BannerShare(
            banner_id=str(named.zones.ids[banner]),
            name=named.names[banner],
            name_en=named.names_en[banner],
            league=id_text(row.get("league_zh")),
            area_m2=area_m2,
            printed=amount(value),
        )

    def _banner_id(self, banner: int) -> str | None:
        named = self._against.banners
        return None if banner < 0 or named is None else str(named.zones.ids[banner])

    def _layer(self, k: int, one: LayerTable) -> LayerResult:
        """Answer parcel ``k`` against one layer."""
        divided = self._divided(k, one)
        official = float(self._measured.table.areas["official_m2"].iloc[k])
        values = printed(Tree(official, tuple(share.tree for share in divided)))
        whole = float(self._measured.table.sites.area_m2[k])
        parts = self._parts(divided, values, whole)
        found = one.contacts
        first, last = np.searchsorted(found.site, (k, k + 1))
        rows = range(int(first), int(last))
        overlapped = bool(one.overlapped[k])
        near = None if overlapped else self._nearest(k, one)
        spread = float(found.spread_m2[k])
        touching = bool(len(rows)) or (near is not None and near.distance_m == 0.0)
        contact: Contact = "border" if touching else "apart"
        return LayerResult(
            layer=one.layer.spec.id,
            contact="overlap" if overlapped else contact,
            touched=overlapped,
            overlap=parts[0],
            uncertainty_m2=spread if overlapped and np.isfinite(spread) else None,
            classes=self._classes(divided, values, whole),
            slivers=parts[1],
            remainder=parts[2],
            features=tuple(self._feature(n, one, whole) for n in rows),
            nearest=near,
            finding=self._finding(k, one, list(rows), near),
        )

    def _divided(self, k: int, one: LayerTable) -> list[_Share]:
        cells, zones = one.contacts.cells, one.layer.zones
        first, last = np.searchsorted(cells.site, (k, k + 1))
        shares = []
        for banner, area in self._shares(k):
            classes: dict[str | None, float] = {}
            sliver = 0.0
            for n in range(int(first), int(last)):
                if cells.banner[n] != banner:
                    continue
                if cells.sliver[n]:
                    sliver += float(cells.area_m2[n])
                    continue
                name = zones.class_names[cells.feature[n]]
                classes[name] = classes.get(name, 0.0) + float(cells.area_m2[n])
            rest = max(area - sliver - sum(classes.values()), 0.0)
            shares.append(_Share(banner, classes, sliver, rest))
        return shares

    def _parts(
        self, divided: list[_Share], values: Printed, whole: float
    ) -> tuple[Part, Part, Part]:
        """Answer overlap, slivers and remainder, each by banner."""
        areas = [(sum(one.classes.values()), one.sliver, one.rest) for one in divided]
        three = [
            self._part(
                [
                    (one.banner, area[n], share.parts[n])
                    for one, area, share in zip(
                        divided, areas, values.parts, strict=True
                    )
                ],
                whole,
            )
            for n in range(3)
        ]
        return three[0], three[1], three[2]

    def _cell_list(
        self, cells: Sequence[tuple[int, float, Printed]]
    ) -> tuple[Cell, ...]:
        return tuple(
            Cell(
                banner_id=self._banner_id(banner),
                area_m2=area,
                printed=amount(value),
            )
            for banner, area, value in cells
        )

    def _part(self, cells: Sequence[tuple[int, float, Printed]], whole: float) -> Part:
        listed = self._cell_list(cells)
        area = sum(one.area_m2 for one in listed)
        return Part(
            area_m2=area,
            share=area / whole if whole else 0.0,
            printed=added([one.printed for one in listed]),
            banners=listed,
        )

    def _classes(
        self, divided: list[_Share], values: Printed, whole: float
    ) -> tuple[ClassPart, ...]:
        found: dict[str | None, list[tuple[int, float, Printed]]] = {}
        for one, share in zip(divided, values.parts, strict=True):
            inside = zip(one.classes.items(), share.parts[0].parts, strict=True)
            for (name, area), value in inside:
                found.setdefault(name, []).append((one.banner, area, value))
        return tuple(
            ClassPart(class_name=name, **dict(self._part(cells, whole)))
            for name, cells in found.items()
        )

    def _feature(self, n: int, one: LayerTable, whole: float) -> FeatureRow:
        found, layer = one.contacts, one.layer
        j = int(found.feature[n])
        spread = float(found.uncertainty_m2[n])
        return FeatureRow(
            id=str(layer.zones.ids[j]),
            name=layer.names[j],
            name_en=layer.names_en[j],
            class_name=layer.zones.class_names[j],
            area_m2=float(found.area_m2[n]),
            share=float(found.area_m2[n]) / whole if whole else 0.0,
            uncertainty_m2=spread if np.isfinite(spread) else None,
            sliver=bool(found.sliver[n]),
        )

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

    def _finding(
        self, k: int, one: LayerTable, rows: list[int], near: Nearest | None
    ) -> Finding:
        found, layer = one.contacts, one.layer
        kept = [n for n in rows if not found.sliver[n]]
        names = [layer.zones.class_names[found.feature[n]] for n in kept]
        accuracy = layer.spec.accuracy_m
        subject = Subject(
            (
                layer.spec.id,
                f"theme:{layer.spec.theme}",
                f"title:{layer.spec.title.zh}",
            ),
            layer.used.indicative,
            accuracy,
            self._use[k] or "",
            tuple(dict.fromkeys(names)),
            len(kept) < len(rows),
            None if near is None else near.distance_m,
        )
        return finding(
            judge(subject, self._against.rules.rules),
            subject,
            layer,
            self._against.rules,
        )


def strictest_of(findings: Sequence[Finding]) -> Finding:
    """Answer the strictest finding; the first of equals."""
    return min(findings, key=lambda one: LEVELS.index(one.level))
