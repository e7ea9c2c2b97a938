"""Site help: the part of a parcel that layers leave free, and a shift to clear it."""

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.conflict.balance import Tree, printed
from geo.conflict.nearest import wind
from geo.conflict.shift import NoShift, Shift, free_part, smallest_shift
from geo.crs import WORKING_CRS
from layers.catalog import Catalog
from layers.checking.parcels import ParcelFile
from layers.checking.rules import rules_in_use
from layers.models import Bilingual
from service.checking import cover
from service.checking.check import silent
from service.checking.measuring import parcel_table
from service.checking.models import Avoiding, AvoidReport, ShiftFound
from service.checking.parts import amount
from service.checking.prepared import prepared
from service.checking.words import said
from service.identity import hashed

METHOD = "avoid/8-directions-refined"


def avoid_parcels(
    catalog: Catalog,
    files: Sequence[ParcelFile],
    layers: tuple[str, ...],
    within_m: float,
    progress: Callable[[int], None] = silent,
) -> AvoidReport:
    """Find the free part of parcels, and the smallest shift that clears layers.

    Parameters
    ----------
    catalog : Catalog
    files : sequence of ParcelFile
    layers : tuple of str
        Ids of layers to be avoided; all layers of polygons but administration if empty.
    within_m : float
        Longest shift.
    progress : callable
        Told how much is done, 0-100.

    Raises
    ------
    EcobarrierError
        A layer cannot be found or read.
    """
    against = prepared(catalog, layers, rules_in_use(catalog.workspace))
    zones = [one.zones for one in against.layers]
    table = parcel_table(files)
    answers = []
    size = len(table.ids)
    for k, own in enumerate(table.sites.geometry):
        lonlat, official = table.areas[["lonlat_m2", "official_m2"]].iloc[k]
        free = free_part(own, zones)
        share = min(free.area_m2 / lonlat, 1.0)
        moved = smallest_shift(own, zones, within_m)
        found = _found(moved) if isinstance(moved, Shift) else None
        answers.append(
            Avoiding(
                id=table.ids[k],
                file=files[table.file[k]].source.name,
                area_m2=float(lonlat),
                free_m2=free.area_m2,
                free_share=float(share),
                free=amount(printed(Tree(float(official * share)))),
                free_geometry=_geojson(free.geometry),
                shift=found,
                reason=moved.reason if isinstance(moved, NoShift) else None,
                text=_text(moved, found, within_m),
            )
        )
        progress(10 + 90 * (k + 1) // size)
    inputs = cover.files_of(files)
    used = tuple(one.used for one in against.layers)
    return AvoidReport(
        result_id=hashed(
            {
                "method": METHOD,
                "files": [[one.name, one.sha256] for one in inputs],
                "layers": [[one.id, one.sha256] for one in used],
                "within_m": within_m,
            }
        ),
        method=METHOD,
        within_m=within_m,
        files=inputs,
        layers=used,
        parcels=tuple(answers),
    )


def _found(moved: Shift) -> ShiftFound:
    still = moved.distance_m == 0.0
    zh, en = wind(moved.azimuth_deg)
    return ShiftFound(
        distance_m=moved.distance_m,
        azimuth_deg=None if still else moved.azimuth_deg,
        direction=None if still else Bilingual(zh=zh, en=en),
        east_m=moved.east_m,
        north_m=moved.north_m,
        geometry=_mapped(moved.geometry),
    )


def _mapped(geometry: shapely.Geometry) -> dict[str, Any]:
    assert isinstance(geometry, BaseGeometry)
    return dict(mapping(geometry))


def _geojson(geometry: shapely.Geometry) -> dict[str, Any] | None:
    return None if shapely.is_empty(geometry) else _mapped(geometry)


def _text(moved: Shift | NoShift, found: ShiftFound | None, within: float) -> Bilingual:
    if isinstance(moved, NoShift):
        return said(f"avoid_{moved.reason}", within_m=within, tried=moved.tried)
    if found is None or found.direction is None:
        return said("avoid_clear")
    return said(
        "avoid_shift",
        distance_m=found.distance_m,
        azimuth=moved.azimuth_deg,
    )


def shapes(report: AvoidReport) -> gpd.GeoDataFrame:
    """Answer free parts and moved parcels as a table to be written."""
    rows: list[dict[str, Any]] = []
    for one in report.parcels:
        for role, geometry in (
            ("free", one.free_geometry),
            ("shifted", None if one.shift is None else one.shift.geometry),
        ):
            if geometry is not None:
                shift = one.shift.distance_m if one.shift else np.nan
                rows.append(
                    {
                        "parcel": one.id,
                        "role": role,
                        "shift_m": shift if role == "shifted" else np.nan,
                        "geometry": shape(geometry),
                    }
                )
    columns = ["parcel", "role", "shift_m", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=WORKING_CRS)
