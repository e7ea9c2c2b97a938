"""What a person says instead of a reader: roles of rings, units, the prefix."""

from dataclasses import replace

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import crs as coordinate_systems
from geo.errors import CRSError
from geo.messages import Note, listed
from geo.ring_roles import polygons_of_rings
from layers.importing.options import ImportOptions
from layers.importing.planes import national_plane
from layers.readers.parcels_txt import STATED_AREA
from layers.readers.table import Table

UNITS_M2 = {"ha": 1e4, "m2": 1.0, "mu": 1e4 / 15.0}
_SAME_AREA = 0.02
_ROLES = ("ring_roles_containment", "ring_roles_format")
_AREAS = ("txt_area_unit", "txt_area_differs")


def overruled(table: Table, where: str, options: ImportOptions) -> Table:
    """Answer the table with rings and units as stated; what is unsaid stays."""
    if options.rings is not None:
        table = _with_roles(table, where, options.rings)
    if options.units is not None and STATED_AREA in table.frame.columns:
        table = _with_unit(table, where, options.units)
    return table


def require_prefix(crs: CRS, where: str, options: ImportOptions) -> None:
    """Refuse where the coordinates have a prefix and should not, or lack it.

    Raises
    ------
    CRSError
        ``import_prefix_contradicted``.
    """
    if options.prefix is None:
        return
    plane = national_plane(crs)
    found = "with" if plane is not None and plane.prefixed else "without"
    if found != options.prefix:
        raise CRSError(
            "import_prefix_contradicted",
            where=where,
            stated=options.prefix,
            crs=coordinate_systems.name(crs),
        )


def _with_roles(table: Table, where: str, rings: str) -> Table:
    shapes = table.frame.geometry.to_numpy()
    make = _contained if rings == "containment" else _filled
    made = [make(shape) if _is_flat(shape) else shape for shape in shapes]
    pairs = enumerate(zip(shapes, made, strict=True))
    changed = [
        i for i, (old, new) in pairs if not (old is new or old.equals_exact(new, 0.0))
    ]
    details = {
        "where": where,
        "rings": rings,
        "count": len(changed),
        "features": listed([str(i + 1) for i in changed]) or "-",
    }
    notes = [note for note in table.notes if note.code not in _ROLES]
    frame = table.frame.set_geometry(np.array(made, dtype=object), crs=table.frame.crs)
    stated = Note("ring_roles_stated", details)
    return replace(table, frame=frame, notes=(*notes, stated))


def _is_flat(shape: BaseGeometry | None) -> bool:
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")


def _contained(shape: BaseGeometry) -> BaseGeometry:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return polygons_of_rings([shapely.get_coordinates(ring) for ring in rings])


def _filled(shape: BaseGeometry) -> BaseGeometry:
    parts = [shapely.Polygon(one.exterior) for one in shapely.get_parts(shape)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _with_unit(table: Table, where: str, unit: str) -> Table:
    own = shapely.area(table.frame.geometry.to_numpy())
    stated = table.frame[STATED_AREA].to_numpy(dtype=float) * UNITS_M2[unit]
    usable = (own > 0) & (stated > 0)
    off = usable & (np.abs(own - stated) >= _SAME_AREA * own)
    notes = [note for note in table.notes if note.code not in _AREAS]
    notes.append(
        Note(
            "txt_area_unit_stated",
            {"file": where, "unit": unit, "count": int((usable & ~off).sum())},
        )
    )
    if off.any():
        ids = table.ids or [None] * len(off)
        names = [str(one or i + 1) for i, one in enumerate(ids) if off[i]]
        details = {"where": where, "count": len(names), "features": listed(names)}
        notes.append(Note("txt_area_differs", details))
    return replace(table, notes=tuple(notes))
