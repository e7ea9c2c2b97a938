"""A catalogue for notebooks: layers as frames and arrays, answers as tables.

It asks the same functions as the command line and the service (:mod:`service.analysis`)
and so gives the same numbers and the same result ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import pandas as pd

from geo.area import line_lengths
from geo.crs import WORKING_CRS, ellipsoid, parse
from geo.errors import GeoError
from geo.overlay import Engine, SliverRule
from layers.catalog import Catalog
from service import analysis
from service.models import ZonalReport
from service.notebook import tables
from service.notebook.frames import described
from service.notebook.keeping import KeepingCatalog
from service.notebook.reading import Asked
from service.settings import Settings
from service.words import Language

if TYPE_CHECKING:
    import folium

By = Literal["left", "right"]


def open_catalog(
    workspace: str | Path | None = None, *, seeds: str | Path | None = None
) -> "NotebookCatalog":
    """Open the layers that come with the product and, over them, one's own.

    Parameters
    ----------
    workspace : str or Path, optional
        Folder of imported layers; that of ``ECOBARRIER_WORKSPACE`` if not given.
    seeds : str or Path, optional
        Folder of the seed catalogue; the one that ships with the product if not given.

    Raises
    ------
    CatalogError
        A catalogue that cannot be read or contradicts itself.

    Examples
    --------
    >>> catalog = open_catalog()
    >>> catalog["leagues"].shape[0]
    12
    """
    settings = Settings()
    own = settings.workspace if workspace is None else Path(workspace)
    folder = settings.seeds if seeds is None else Path(seeds)
    found = Catalog.open(folder, own)
    return NotebookCatalog(found.entries, workspace=own, seeds=folder)


@dataclass(frozen=True)
class NotebookCatalog(KeepingCatalog):
    """Layers by name, and what can be asked of them.

    Where a layer is asked for, its id, the path of a file or a GeoDataFrame will do.
    All areas are on the ellipsoid of CGCS2000, in m2, with edges that are straight in
    longitude and latitude; columns say their unit, shares are 0 to 1.
    """

    def area(self, layer: Asked, *, crs: str | None = None) -> pd.DataFrame:
        """Measure each feature by three readings of its edges.

        Parameters
        ----------
        layer : str, Path or GeoDataFrame
        crs : str, optional
            States the CRS of a file that carries none.

        Returns
        -------
        DataFrame
            By ``id``: ``name``, ``name_en``, ``area_m2`` (edges straight in lon/lat),
            ``area_geodesic_m2``, ``area_official_m2`` (TD/T 1055, in the plane of the
            source). ``attrs["totals"]`` has ``total_m2``.

        Raises
        ------
        EcobarrierError
            As :func:`service.analysis.area_report`.
        """
        catalog, (given,) = self._with(layer)
        report = analysis.area_report(catalog, given.name, crs=crs)
        frame = tables.table(report.rows, report, index="id")
        frame.attrs["totals"] = {"total_m2": report.total_m2}
        return tables.labelled(frame, None, given.labels)

    def length(self, layer: Asked) -> pd.DataFrame:
        """Measure the geodesic length of each feature's lines.

        Returns
        -------
        DataFrame
            By ``id``: ``name``, ``name_en``, ``length_m``; 0 for what is no line.
        """
        catalog, (given,) = self._with(layer)
        known = catalog.vector(given.name)
        shapes = known.features.geometry
        lengths = line_lengths(shapes.to_numpy(), ellipsoid(parse(WORKING_CRS)))
        frame = pd.DataFrame(
            {
                "name": known.features["name_zh"],
                "name_en": known.features["name_en"],
                "length_m": lengths,
            }
        )
        frame.attrs = described(known)
        return tables.labelled(frame, None, given.labels)

    def overlap(
        self,
        left: Asked,
        right: Asked,
        *,
        by: By | None = None,
        crs: str | None = None,
        sliver: SliverRule | None = None,
        engine: Engine = "kernel",
    ) -> pd.DataFrame:
        """Measure how two polygon layers overlap.

        Parameters
        ----------
        left, right : str, Path or GeoDataFrame
        by : {"left", "right"}, optional
            One row per feature of that side, divided into what the other layer covers
            and what it does not; one row per pair if not given.
        crs : str, optional
            States the CRS of files that carry none.
        sliver : SliverRule, optional
            Thresholds of boundary-sharing errors.
        engine : {"kernel", "geos"}
            Who measures; see :mod:`geo.overlay`.

        Returns
        -------
        DataFrame
            Pairs: ``left_id``, ``left_name``, ``left_name_en``, the same of the right,
            ``area_m2``, ``share_left``, ``share_right``, ``uncertainty_m2`` (nan where
            an accuracy is unknown), ``sliver``. By side: index ``id``, ``name``,
            ``name_en``, ``area_m2``, ``overlap_sum_m2``, ``overlap_dissolved_m2`` (each
            place once), ``remainder_m2``, ``share`` (dissolved, of the area).
            ``attrs["totals"]`` as in :class:`service.models.OverlapTotals`.

        Raises
        ------
        EcobarrierError
            As :func:`service.analysis.overlap_report`.
        """
        catalog, (a, b) = self._with(left, right)
        report = analysis.overlap_report(
            catalog, a.name, b.name, crs=crs, sliver=sliver, engine=engine
        )
        if by is not None:
            side = report.left_features if by == "left" else report.right_features
            frame = tables.table(side, report, index="id")
            frame = frame.assign(share=tables.share(frame))
            return tables.labelled(frame, None, (a if by == "left" else b).labels)
        pairs = [row for row in report.rows if row.kind == "overlap"]
        frame = tables.pairs(pairs, report)
        frame = tables.labelled(frame, "left_id", a.labels)
        return tables.labelled(frame, "right_id", b.labels)

    def pieces(
        self, left: Asked, right: Asked, *, crs: str | None = None
    ) -> gpd.GeoDataFrame:
        """Build the polygons that two layers share, as ``geopandas.overlay`` would.

        Returns
        -------
        GeoDataFrame
            As :func:`service.analysis.overlap_pieces`.
        """
        catalog, (a, b) = self._with(left, right)
        return analysis.overlap_pieces(catalog, a.name, b.name, crs=crs)

    def zonal(
        self,
        zones: Asked,
        raster: str | Path,
        *,
        crs: str | None = None,
        breaks: Sequence[float] = (),
        nodata: float | None = None,
    ) -> pd.DataFrame:
        """Measure the classes, or intervals of values, of a raster within zones.

        Parameters
        ----------
        zones : str, Path or GeoDataFrame
        raster : str or Path
            Id of a raster layer or path of a GeoTIFF.
        crs : str, optional
            States the CRS of files that carry none.
        breaks : sequence of float
            Ascending limits of intervals; by default the layer's own.
        nodata : float, optional
            States the no-data value of a file that declares none.

        Returns
        -------
        DataFrame
            ``zone_id``, ``zone_name``, ``zone_name_en``, ``value`` (a class, the lower
            limit of an interval, ``"nodata"`` or ``"outside"``), ``label``,
            ``label_en``, ``area_m2``, ``share``. The rows of a zone add up to it.
            ``attrs["colours"]`` has the layer's colours by ``label_en``.

        Raises
        ------
        EcobarrierError
            As :func:`service.analysis.zonal_report`.
        """
        catalog, (given,) = self._with(zones)
        report = analysis.zonal_report(
            catalog,
            given.name,
            str(raster),
            crs=crs,
            breaks=tuple(map(float, breaks)),
            nodata=nodata,
        )
        frame = tables.table(report.rows, report)
        frame.attrs["colours"] = self._colours(raster, report)
        return tables.labelled(frame, "zone_id", given.labels)

    def statistics(
        self,
        zones: Asked,
        raster: str | Path,
        *,
        crs: str | None = None,
        breaks: Sequence[float] = (),
        nodata: float | None = None,
        percentiles: Sequence[float] = (),
    ) -> pd.DataFrame:
        """Measure mean, spread and percentiles of a continuous raster within zones.

        Parameters
        ----------
        zones, raster, crs, breaks, nodata
            As for :meth:`zonal`; ``breaks`` are needed by a raster that has no colour
            ramp, and change nothing here.
        percentiles : sequence of float
            0 to 100.

        Returns
        -------
        DataFrame
            By ``id``: ``area_m2`` with a value; ``mean``, ``std``, ``min``, ``max``
            weighted by area on the ellipsoid and by the exact covered part of each
            cell, ``sum`` of value times covered part, ``percentile_50`` and so on, all
            in ``attrs["unit"]``; nan where a zone has no value.

        Raises
        ------
        GeoError
            ``statistics_of_classes`` for a class raster.
        EcobarrierError
            As :func:`service.analysis.zonal_report`.
        """
        catalog, (given,) = self._with(zones)
        report = analysis.zonal_report(
            catalog,
            given.name,
            str(raster),
            crs=crs,
            breaks=tuple(map(float, breaks)),
            nodata=nodata,
            percentiles=tuple(map(float, percentiles)),
        )
        if not report.statistics:
            raise GeoError("statistics_of_classes", layer=str(raster))
        frame = tables.statistics(report)
        frame.attrs["unit"] = self.raster(str(raster), nodata=nodata).spec.unit
        return tables.labelled(frame, None, given.labels)

    def crosstab(
        self,
        zones: Asked,
        raster_a: str | Path,
        raster_b: str | Path,
        *,
        crs: str | None = None,
    ) -> pd.DataFrame:
        """Measure each pair of values of two rasters within zones.

        Returns
        -------
        DataFrame
            The columns of :class:`service.models.CrosstabRow`; rows of a zone add up
            to it.

        Raises
        ------
        EcobarrierError
            As :func:`service.analysis.crosstab_report`.
        """
        catalog, (given,) = self._with(zones)
        report = analysis.crosstab_report(
            catalog, given.name, str(raster_a), str(raster_b), crs=crs
        )
        frame = tables.table(report.rows, report)
        return tables.labelled(frame, "zone_id", given.labels)

    def figures(self, *ids: str) -> pd.DataFrame:
        """Compare published figures with the layers, as ``ecobarrier figures`` does.

        Parameters
        ----------
        *ids : str
            Of the figures; all of them if none is given, which takes some seconds.

        Returns
        -------
        DataFrame
            By ``id``: ``title_zh``, ``title_en``, ``published``, ``computed`` (nan
            where no layer gives it), ``difference``, each in ``unit``; ``verdict``,
            ``reason_zh``, ``reason_en``, ``document``, ``year``, ``sure``.
            ``attrs["counts"]`` has the number of each verdict.

        Raises
        ------
        EcobarrierError
            As :func:`service.figures.figures_report`.
        """
        from layers.figures.ledger import Ledger
        from service.figures import figures_report

        ledger = Ledger.open(self.seeds or Settings().seeds, self.workspace)
        return tables.figures(figures_report(self, ledger, ids))

    def explore(self, *layers: str | Path, language: Language = "en") -> "folium.Map":
        """Draw layers on a map that works without a network.

        Parameters
        ----------
        *layers : str or Path
            Ids or paths; what a map usually shows if none is given.
        language : {"en", "zh"}
            In which the page begins.

        Returns
        -------
        folium.Map
            A notebook shows it; ``save("map.html")`` writes the page that
            ``ecobarrier map`` writes.

        Raises
        ------
        EcobarrierError
            As :func:`service.maps.notebook_map`.
        """
        # Folium takes a while to load; tables do without.
        from service.maps import notebook_map

        names = [str(one) for one in layers]
        return notebook_map(names, catalog=self, language=language)

    def _colours(self, raster: str | Path, report: ZonalReport) -> dict[str, str]:
        """Answer the layer's colours by the English label of class or interval."""
        spec = self.raster(str(raster)).spec if report.rows else None
        if spec is None:
            return {}
        by_value: dict[float, str] = {one.value: one.colour for one in spec.classes}
        by_value |= dict(spec.style.ramp)
        return {
            row.label_en: by_value[row.value]
            for row in report.rows
            if not isinstance(row.value, str) and row.value in by_value
        }
