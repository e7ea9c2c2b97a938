r"""Area of polygons on the ellipsoid, in square metres, for four readings of an edge.

``lonlat``
    An edge is straight in longitude and latitude (RFC 7946, section 3.1.1). Exact
    closed form: :math:`A = \sum \Delta\lambda\,\bar q`, see :mod:`geo.authalic`.
``official``
    The trapezoid sum of TD/T 1055-2019, appendix D, edges first densified to at most
    70 m in the plane of the input, latitude and longitude then rounded to 1e-6 seconds
    of arc (国土调查办发〔2008〕32号). Rounding and the rule's own series for leaving a
    Gauss-Krueger plane are part of it: they move the worked parcel of the domain
    facts, section 3, by 0.0007 m2.
``geodesic``
    An edge is the shortest line on the ellipsoid (Karney 2013, by PROJ).
``plane``
    The shoelace formula in a projected plane; for comparison only.

A projected layer is left through :func:`geo.crs.to_working`: its edges are straight in
its own plane, so they are densified there before they become lon/lat.

Rings count by their magnitude (shells positive, holes negative), so clockwise shells,
holes wound like their shell and parts of mixed winding cannot cancel.
"""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS, Geod

from geo import crs as coordinate_systems
from geo import gauss_krueger
from geo import rings as flat
from geo.authalic import AreaForm, Ellipsoid, LonLatForm, PlaneForm
from geo.checks import require_plausible
from geo.crs import MAX_EDGE_M
from geo.errors import CRSError
from geo.rings import Rings
from geo.types import EdgeRule, FloatArray, GeometryArray, IntArray

SECONDS_DECIMALS = 6
"""Decimals kept of B and L in seconds (国土调查办发〔2008〕32号)."""


def area(geometry: gpd.GeoSeries, *, edges: EdgeRule = "lonlat") -> pd.Series:
    """Answer the area of each feature.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``, any safe CRS, x,y order. Only polygon parts count; their rings may
        be wound either way. Polygons must be valid (:func:`geo.validity.repair`; a
        bowtie's wings would cancel) and must not cross the 180th meridian.
    edges : {"lonlat", "official", "geodesic", "plane"}
        How the line between two vertices is read; see the module's text.

    Returns
    -------
    Series
        m2, ``(n,)``, same index, named ``area_m2``; >= 0. 0 for empty geometries,
        points and lines; nan for ``None``.

    Raises
    ------
    CRSError
        No CRS, no horizontal one, a datum without a known path to CGCS2000, or
        ``plane`` asked of lon/lat coordinates.
    CoordinateError
        Coordinates that contradict the CRS; see :func:`geo.checks.require_plausible`.

    Examples
    --------
    >>> import geopandas, shapely
    >>> box = geopandas.GeoSeries([shapely.box(113, 42, 114, 43), None], crs=4490)
    >>> area(box).round(2).tolist()
    [9130794541.1, nan]
    """
    crs = coordinate_systems.require(geometry, "geometry")
    coordinate_systems.require_safe_datum(crs, "geometry")
    require_plausible(geometry, "geometry")
    if edges != "plane":
        coordinate_systems.require_convertible(geometry, crs, "geometry")
    values = _RULES[edges](geometry.to_numpy(), crs)
    values[geometry.isna().to_numpy()] = np.nan
    return pd.Series(values, index=geometry.index, name="area_m2")


_EDGES_AT_ONCE = 8192
"""Edges whose intermediate numbers stay in the processor's cache: twice as fast."""


def lonlat_area(geometry: GeometryArray, ellipsoid: Ellipsoid) -> FloatArray:
    """Answer the areas of lon/lat polygons whose edges are straight in lon/lat.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)`` shapely geometries in degrees, lon,lat; ``None`` counts 0.
    ellipsoid : Ellipsoid

    Returns
    -------
    FloatArray
        m2, ``(n,)``.
    """
    return ring_areas(flat.from_geometry(geometry), LonLatForm(ellipsoid))


def ring_areas(rings: Rings, form: AreaForm) -> FloatArray:
    """Sum the area form around all rings, m2 per feature."""
    first, last = rings.edges
    ring = rings.edge_ring
    # A reference latitude per ring keeps the terms as small as the polygon: around a
    # closed ring a constant adds nothing.
    reference = rings.coordinates[rings.offsets[:-1], 1][ring]
    terms = last[:, 0] - first[:, 0]
    for start in range(0, len(terms), _EDGES_AT_ONCE):
        part = slice(start, start + _EDGES_AT_ONCE)
        terms[part] *= form.mean_difference(
            first[part, 1], last[part, 1], reference[part]
        )
    return rings.total(flat.sum_by(ring, terms, len(rings.feature)))


def _lonlat(geometry: GeometryArray, crs: CRS) -> FloatArray:
    if not crs.is_geographic:
        rings = _to_degrees(_densified(flat.from_geometry(geometry), crs), crs)
    else:
        rings = flat.from_geometry(geometry)
    return ring_areas(rings, LonLatForm(coordinate_systems.ellipsoid(crs)))


def _plane(geometry: GeometryArray, crs: CRS) -> FloatArray:
    if crs.is_geographic:
        raise CRSError("crs_not_projected", crs=coordinate_systems.name(crs))
    return plane_area(geometry, crs)


def plane_area(geometry: GeometryArray, crs: CRS) -> FloatArray:
    """Answer the shoelace areas of polygons in a projected plane, in m2, ``(n,)``."""
    square_m = coordinate_systems.unit_m(crs) ** 2
    return ring_areas(flat.from_geometry(geometry), PlaneForm()) * square_m


def _geodesic(geometry: GeometryArray, crs: CRS) -> FloatArray:
    rings = _to_degrees(flat.from_geometry(geometry), crs)
    shape = coordinate_systems.ellipsoid(crs)
    geod = Geod(a=shape.a, rf=shape.inverse_flattening)
    lon, lat = rings.coordinates.T
    spans = zip(rings.offsets[:-1], rings.offsets[1:], strict=True)
    # PROJ offers Karney's polygon only ring by ring.
    per_ring = [geod.polygon_area_perimeter(lon[a:b], lat[a:b])[0] for a, b in spans]
    return rings.total(np.asarray(per_ring, dtype=np.float64))


def _official(geometry: GeometryArray, crs: CRS) -> FloatArray:
    rings = _densified(flat.from_geometry(geometry), crs)
    plane = gauss_krueger.projection(crs)
    degrees = coordinate_systems.to_degrees(rings.coordinates, crs)
    if plane is not None:
        east = np.abs(rings.coordinates[:, 0] - plane.false_easting)
        in_zone = east <= gauss_krueger.SERIES_REACH_M
        degrees[in_zone] = gauss_krueger.official_inverse(
            rings.coordinates[in_zone], plane
        )
    rings = rings.with_coordinates(degrees)
    rounded = np.round(rings.coordinates * 3600.0, SECONDS_DECIMALS) / 3600.0
    return official_ring_areas(
        rings.with_coordinates(rounded), coordinate_systems.ellipsoid(crs)
    )


def official_ring_areas(rings: Rings, ellipsoid: Ellipsoid) -> FloatArray:
    """Sum the trapezoids of TD/T 1055-2019 appendix D around all rings.

    Parameters
    ----------
    rings : Rings
        Degrees, lon,lat; edges as they are to be read (no densifying here).
    ellipsoid : Ellipsoid

    Returns
    -------
    FloatArray
        m2 per feature. Checked by the worked parcel of the domain facts, section 3.
    """
    first, last = (np.radians(vertices) for vertices in rings.edges)
    ring = rings.edge_ring
    meridian = np.radians(rings.coordinates[rings.offsets[:-1], 0])[ring]
    mean_width = 0.5 * ((first[:, 0] - meridian) + (last[:, 0] - meridian))
    rise = last[:, 1] - first[:, 1]
    middle = 0.5 * (first[:, 1] + last[:, 1])
    terms = np.zeros_like(rise)
    for k, coefficient in enumerate(official_series(ellipsoid.e2)):
        n = 2 * k + 1
        sign = -1.0 if k % 2 else 1.0
        terms += sign * coefficient * np.sin(0.5 * n * rise) * np.cos(n * middle)
    terms *= 2.0 * ellipsoid.b**2 * mean_width
    return rings.total(flat.sum_by(ring, terms, len(rings.feature)))


def official_series(e2: float) -> tuple[float, float, float, float, float]:
    """Coefficients A to E of TD/T 1055-2019 appendix D, in powers of e squared."""
    e4, e6, e8 = e2**2, e2**3, e2**4
    return (
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        1 / 112 * e6 + 45 / 2304 * e8,
        5 / 2304 * e8,
    )


def _densified(rings: Rings, crs: CRS, max_edge_m: float = MAX_EDGE_M) -> Rings:
    """Divide edges to at most ``max_edge_m`` in the plane of the input."""
    lengths = _plane_lengths(rings, crs)
    pieces = np.maximum(1, np.ceil(lengths / max_edge_m)).astype(np.int64)
    return flat.densified(rings, pieces)


def _plane_lengths(rings: Rings, crs: CRS) -> FloatArray:
    """Edge lengths in metres; for lon/lat by the local radii, good to 1 %."""
    first, last = rings.edges
    step = last - first
    if not crs.is_geographic:
        unit_m = coordinate_systems.unit_m(crs)
        return np.asarray(np.hypot(step[:, 0], step[:, 1]) * unit_m)
    degree_m = np.radians(coordinate_systems.ellipsoid(crs).a)
    shrink = np.cos(np.radians(0.5 * (first[:, 1] + last[:, 1])))
    return np.asarray(degree_m * np.hypot(step[:, 0] * shrink, step[:, 1]))


def _to_degrees(rings: Rings, crs: CRS) -> Rings:
    """Leave the plane for the geographic CRS under it, lon,lat."""
    return rings.with_coordinates(coordinate_systems.to_degrees(rings.coordinates, crs))


def line_lengths(geometry: GeometryArray, ellipsoid: Ellipsoid) -> FloatArray:
    """Answer the geodesic length of lon/lat lines.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)`` lines, multilines or collections holding lines, degrees lon,lat;
        everything else, and ``None``, counts 0.
    ellipsoid : Ellipsoid

    Returns
    -------
    FloatArray
        Metres, ``(n,)``. Each segment is a geodesic (Karney 2013, by PROJ).
    """
    lines, feature = flat.line_parts(geometry)
    coordinates, line = flat.coordinates_of(lines)
    return _chain_lengths(coordinates, line, feature, len(geometry), ellipsoid)


def _chain_lengths(
    coordinates: FloatArray,
    line: IntArray,
    feature: IntArray,
    size: int,
    ellipsoid: Ellipsoid,
) -> FloatArray:
    if len(coordinates) < 2:
        return np.zeros(size)
    geod = Geod(a=ellipsoid.a, rf=ellipsoid.inverse_flattening)
    lon, lat = coordinates.T
    _, _, step = geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    same = line[1:] == line[:-1]
    owner = feature[line[1:]]
    return flat.sum_by(owner[same], np.asarray(step)[same], size)


_RULES: dict[EdgeRule, Callable[[GeometryArray, CRS], FloatArray]] = {
    "lonlat": _lonlat,
    "official": _official,
    "geodesic": _geodesic,
    "plane": _plane,
}
