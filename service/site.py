"""A planner's polygon against layers: what it touches, and by how much, in one answer.

Each part is the report that the command line gives for the same file and layer, with
the same result id.
"""

from collections.abc import Callable

from layers.catalog import Catalog
from service.analysis import (
    OVERLAP_METHODS,
    accuracy_parameter,
    area_report,
    overlap_report,
    reference,
    with_accuracy,
    zonal_report,
)
from service.errors import KindError
from service.identity import result_id
from service.models import AreaReport, OverlapReport, SiteReport, ZonalReport

SITE_METHOD = f"site/{OVERLAP_METHODS['kernel']}"


def nobody(_: int) -> None:
    """Tell nobody about progress."""


def default_layers(catalog: Catalog) -> tuple[str, ...]:
    """Answer the layers of polygons, in the order of the catalogue."""
    return tuple(spec.id for spec in catalog.specs if spec.geometry == "polygon")


def site_report(
    catalog: Catalog,
    site: str,
    layers: tuple[str, ...] = (),
    *,
    crs: str | None = None,
    accuracy_m: float | None = None,
    progress: Callable[[int], None] = nobody,
) -> SiteReport:
    """Measure polygons and what they share with each of the layers.

    Parameters
    ----------
    catalog : Catalog
        A :class:`service.warm.WarmCatalog` reads the site once, others once per layer.
    site : str
        Path of a file, or the id of a layer.
    layers : tuple of str
        Ids: overlap with polygons, zonal areas of rasters. All layers of polygons if
        empty.
    crs : str, optional
        States the CRS of a file that carries none.
    accuracy_m : float, optional
        States the positional accuracy, metres, of polygons that carry none.
    progress : callable
        Told how much is done, 0-100.

    Raises
    ------
    KindError
        ``overlap_needs_polygons``: a chosen layer has lines or points only.
    EcobarrierError
        The site or a layer cannot be found, read or overlaid.
    """
    chosen = layers or default_layers(catalog)
    specs = [catalog.spec(layer) for layer in chosen]
    for spec in specs:
        if spec.kind == "vector" and spec.geometry not in ("polygon", "mixed"):
            raise KindError("overlap_needs_polygons", layer=spec.id)
    measured: AreaReport = area_report(catalog, site, crs=crs)
    overlaps: list[OverlapReport] = []
    zonals: list[ZonalReport] = []
    for done, spec in enumerate(specs, start=1):
        if spec.kind == "raster":
            zonals.append(zonal_report(catalog, site, spec.id, crs=crs))
        else:
            overlaps.append(
                overlap_report(
                    catalog, site, spec.id, crs=crs, left_accuracy_m=accuracy_m
                )
            )
        progress(100 * done // (len(specs) + 1))
    own = with_accuracy(catalog.vector(site, crs=crs), accuracy_m).spec
    parameters = {"crs": crs} | accuracy_parameter(accuracy_m)
    return SiteReport(
        result_id=result_id(SITE_METHOD, [own, *specs], parameters),
        method=SITE_METHOD,
        site=reference(own),
        area=measured,
        overlaps=tuple(overlaps),
        zonals=tuple(zonals),
        notes=measured.notes,
    )
