"""Own layers in a workspace: bring one in, look at its versions, compare two."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import geopandas as gpd
import pandas as pd

from layers.catalog import Catalog, Entry
from layers.workspace import current_versions, layer_folder
from layers.writers import write_geoparquet
from service.errors import ParameterError
from service.notebook.reading import FrameCatalog

# What reads drawings and spreadsheets is imported where it is needed: it takes a second
# to load, and most notebooks bring nothing in.


@dataclass(frozen=True)
class KeepingCatalog(FrameCatalog):
    """A catalogue over a workspace.

    Parameters
    ----------
    workspace : Path or None
        Folder of imported layers; None where there is none.
    seeds : Path or None
        Folder of the seed catalogue, which holds the ledger of published figures.
    """

    workspace: Path | None = None
    seeds: Path | None = None

    def bring_in(
        self, source: str | Path | gpd.GeoDataFrame, layer: str, **options: Any
    ) -> Self:
        """Keep a file or a frame as a new version of a layer of the workspace.

        Parameters
        ----------
        source : str, Path or GeoDataFrame
            What ``ecobarrier import`` reads, or a frame; its index becomes the ids.
        layer : str
            Id of the layer: lower-case letters, digits and ``_``.
        **options
            Fields of :class:`layers.importing.options.ImportOptions`: ``title``,
            ``accuracy_m``, ``status``, ``restricted``, ``crs``, ...

        Returns
        -------
        KeepingCatalog
            A catalogue that has the new version; this one stays as it was.

        Raises
        ------
        ParameterError
            ``workspace_missing``.
        EcobarrierError
            As :func:`layers.importing.pipeline.import_files`.
        """
        from layers.importing.options import ImportOptions
        from layers.importing.pipeline import import_files
        from layers.importing.region import Region

        workspace = self._workspace()
        asked = ImportOptions(id=layer, **options)
        region = Region(Catalog(self.entries))
        if isinstance(source, gpd.GeoDataFrame):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{layer}.parquet"
                write_geoparquet(_with_ids(source), file)
                import_files([file], asked, workspace, region)
        else:
            import_files([Path(source)], asked, workspace, region)
        return self._again(workspace)

    def history(self, layer: str) -> pd.DataFrame:
        """Answer the versions of a layer of the workspace, oldest first.

        Returns
        -------
        DataFrame
            By ``version``: ``imported`` (UTC), ``current``, ``title``, ``rows``,
            ``crs``, ``area_m2``.

        Raises
        ------
        ParameterError
            ``workspace_missing``.
        LayerNotFoundError
            The workspace has no such layer.
        """
        from layers.importing import versions

        report = versions.history(self._workspace(), layer)
        rows = [one.model_dump(exclude={"files", "faults"}) for one in report.versions]
        return pd.DataFrame(rows).set_index("version")

    def version(self, layer: str, version: str) -> gpd.GeoDataFrame:
        """Read a version of a layer, also one that is not in use; see ``features``.

        Parameters
        ----------
        layer : str
        version : str
            Its name, or the beginning of it.

        Raises
        ------
        CatalogError
            ``version_not_found``.
        ParameterError
            ``workspace_missing``.
        LayerNotFoundError
            The workspace has no such layer.
        """
        from layers.importing import versions

        workspace = self._workspace()
        name = versions.find(workspace, layer, version)
        folder = layer_folder(workspace, layer) / name
        frame = self.features(next(folder.glob("*.parquet")))
        frame.attrs["title"] = f"{layer} {name}"
        return frame

    def diff(self, layer: str, left: str, right: str) -> pd.DataFrame:
        """Compare two versions feature by feature, as ``ecobarrier diff`` does.

        Parameters
        ----------
        layer : str
        left, right : str
            Names of versions, or their beginnings.

        Returns
        -------
        DataFrame
            By ``feature``: ``change`` (added, removed, geometry, attributes, both),
            ``fields``, ``before_m2``, ``after_m2`` (official rule; nan where there is
            none); features that are the same are left out. ``attrs["counts"]`` has all
            of them, ``attrs["totals"]`` the areas of both versions.

        Raises
        ------
        CatalogError
            ``version_not_found``.
        ParameterError
            ``workspace_missing``.
        """
        from layers.importing import versions

        report = versions.diff(self._workspace(), layer, left, right)
        columns = ["feature", "change", "fields", "before_m2", "after_m2"]
        rows = [one.model_dump() for one in report.changes]
        frame = pd.DataFrame(rows, columns=columns).set_index("feature")
        frame = frame.astype({"before_m2": float, "after_m2": float})
        frame.attrs = {
            "counts": report.counts,
            "totals": {"before_m2": report.before_m2, "after_m2": report.after_m2},
        }
        return frame

    def _workspace(self) -> Path:
        if self.workspace is None:
            raise ParameterError("workspace_missing", parameter="workspace")
        return self.workspace

    def _again(self, workspace: Path) -> Self:
        """Answer the catalogue with what the workspace holds now."""
        found = current_versions(workspace).items()
        own = {name: Entry(spec, folder) for name, (spec, folder) in found}
        return replace(self, entries=MappingProxyType({**self.entries, **own}))


def _with_ids(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plain = frame.drop(columns=["id"], errors="ignore")
    return plain.assign(id=[str(label) for label in frame.index])
