"""The layers there are, and how to load one, or a file, by name."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from geo import crs as coordinate_systems
from geo.messages import listed
from layers import vector
from layers.errors import CatalogError, LayerNotFoundError, LayerReadError
from layers.files import describe_file
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from layers.readers import file_name, format_of, read_vector
from layers.readers.limits import ReadLimits
from layers.storage.files import present
from layers.storage.mirror import refresh
from layers.workspace import current_versions, first_fault

CATALOG_FILE = "catalog.toml"


@dataclass(frozen=True)
class Entry:
    """A layer of the catalogue and the folder its path is relative to."""

    spec: LayerSpec
    folder: Path


@dataclass(frozen=True)
class Catalog:
    """An immutable view of the seeds with a workspace over them.

    Parameters
    ----------
    entries : mapping of str to Entry
        By layer id, seeds first in the order of their file.
    limits : ReadLimits or None
        Of vector files that are no layers of the catalogue: those of strangers.
    workspace : Path or None
        Where an office keeps what belongs to no single layer, such as its rules.
    """

    entries: Mapping[str, Entry]
    limits: ReadLimits | None = None
    workspace: Path | None = None

    @classmethod
    def open(
        cls, seeds: Path, workspace: Path | None = None, *, fresh: bool = True
    ) -> "Catalog":
        """Read ``catalog.toml`` and over it the workspace's current versions.

        A layer of the same id in the workspace replaces the seed, in its place.

        Parameters
        ----------
        seeds, workspace : Path
        fresh : bool
            Of a workspace in a store: look first what changed there. False for
            processes that work for another one, which looks.

        Raises
        ------
        CatalogError
            A catalogue that cannot be read or contradicts itself.
        StoreError
        """
        entries = {spec.id: Entry(spec, seeds) for spec in read_specs(seeds)}
        if workspace is not None:
            if fresh:
                refresh(workspace)
            found = current_versions(workspace)
            entries |= {name: Entry(*version) for name, version in found.items()}
        return cls(MappingProxyType(entries), workspace=workspace)

    @property
    def specs(self) -> tuple[LayerSpec, ...]:
        """What each layer says of itself."""
        return tuple(entry.spec for entry in self.entries.values())

    def spec(self, layer_id: str) -> LayerSpec:
        """Answer what a layer says of itself.

        Raises
        ------
        LayerNotFoundError
            Names close matches.
        """
        return self._entry(layer_id).spec

    def folder(self, layer_id: str) -> Path:
        """Answer the folder that the layer's path is relative to.

        Raises
        ------
        LayerNotFoundError
        """
        return self._entry(layer_id).folder

    def path(self, layer_id: str) -> Path:
        """Answer where the layer's file is; brought from the store if need be.

        Raises
        ------
        LayerNotFoundError
        StoreError
        """
        return present(self.place(layer_id))

    def place(self, layer_id: str) -> Path:
        """Answer where the layer's file belongs; it may be in a store only.

        Raises
        ------
        LayerNotFoundError
        """
        entry = self._entry(layer_id)
        return entry.folder / entry.spec.path

    def vector(
        self,
        name: str,
        *,
        crs: str | None = None,
        part: str | None = None,
        encoding: str | None = None,
    ) -> VectorLayer:
        """Load a vector layer.

        Parameters
        ----------
        name : str
            A layer id, or the path of a file: whatever has a suffix or a folder.
            ``file.gpkg:layer`` names one of several layers inside a file. A service
            must not hand names from strangers over before :meth:`spec` knows them.
        crs : str or None
            Of a file that carries none; a layer of the catalogue states its own.
        part : str or None
            The layer inside a file, instead of ``file.gpkg:layer``.
        encoding : str or None
            Of a shapefile's attributes, where the reader's decision is wrong.

        Raises
        ------
        LayerNotFoundError
        LayerReadError
            Unreadable, or ``layer_not_vector``.
        GeoError
            Coordinates or CRS that cannot be used; see :func:`layers.vector.prepare`.
        """
        if not is_file_name(name):
            return self._catalogued_vector(self._entry(name))
        file = file_name(name)
        inside = part if part is not None else file.part
        if self.limits is not None:
            self.limits.require_unpackable(file.path)
        table = read_vector(file.path, part=inside, encoding=encoding)
        if self.limits is not None:
            self.limits.require_table(table, file.path)
        prepared = vector.prepare(table, file.path.name, crs=crs)
        spec = describe_file(
            file.path,
            kind="vector",
            crs=coordinate_systems.name(prepared.crs),
            part=inside,
            geometry=vector.geometry_kind(prepared.features.geometry),
            rows=len(table.frame),
        )
        return prepared.as_layer(spec)

    def raster(
        self,
        name: str,
        *,
        crs: str | None = None,
        nodata: float | None = None,
        band: int | None = None,
    ) -> RasterLayer:
        """Open a raster layer; cells are read later, by windows.

        Parameters
        ----------
        name : str
            A layer id, or the path of a file, as for :meth:`vector`.
        crs : str or None
            Of a file that carries none.
        nodata : float or None
            The value for "no value" of a file that declares none; ``nan`` states
            that there is none.
        band : int or None
            1-based; of a file with several.

        Raises
        ------
        LayerNotFoundError
        LayerReadError
            Unreadable, ``layer_not_raster``, or as :func:`open_raster` says.
        GeoError
            A CRS that cannot be used.
        """
        # GDAL for rasters takes a while to load; vector layers do without.
        from layers.readers.raster import open_raster

        if not is_file_name(name):
            entry = self._entry(name)
            if entry.spec.kind != "raster":
                raise LayerReadError("layer_not_raster", name=name)
            file = open_raster(self.place(name))
            vector.require_as_catalogued(file.grid.crs, entry.spec)
            return RasterLayer(entry.spec, file)
        path = Path(name)
        if format_of(path).kind != "raster":
            raise LayerReadError("layer_not_raster", name=path.name)
        file = open_raster(path, crs=crs, nodata=nodata, band=band)
        stated = coordinate_systems.name(file.grid.crs)
        return RasterLayer(describe_file(path, kind="raster", crs=stated), file)

    def layer(self, name: str, *, crs: str | None = None) -> VectorLayer | RasterLayer:
        """Load whichever kind it is; see :meth:`vector` and :meth:`raster`."""
        if is_file_name(name):
            kind = format_of(file_name(name).path).kind
        else:
            kind = self.spec(name).kind
        if kind == "raster":
            return self.raster(name, crs=crs)
        return self.vector(name, crs=crs)

    def _entry(self, layer_id: str) -> Entry:
        entry = self.entries.get(layer_id)
        if entry is None:
            known = list(self.entries)
            close = difflib.get_close_matches(layer_id.lower(), known) or known
            raise LayerNotFoundError(
                "layer_not_found", name=layer_id, close=listed(close, 20)
            )
        return entry

    def _catalogued_vector(self, entry: Entry) -> VectorLayer:
        spec = entry.spec
        if spec.kind != "vector":
            raise LayerReadError("layer_not_vector", name=spec.id)
        prepared = vector.prepare(
            read_vector(present(entry.folder / spec.path)), spec.id
        )
        vector.require_as_catalogued(prepared.crs, spec)
        return prepared.as_layer(spec)


def is_file_name(name: str) -> bool:
    """Whether a name means a file: no id has a folder or a suffix."""
    return re.search(r"[/\\.]", name) is not None


def read_specs(folder: Path) -> list[LayerSpec]:
    """Read the entries of a folder's ``catalog.toml``, in order.

    Raises
    ------
    CatalogError
        Missing or not TOML; an entry with a wrong or unknown field; an id twice; a
        path that leaves the folder.
    """
    file = folder / CATALOG_FILE
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("layer", [])
    except (OSError, ValueError) as error:
        details = {"file": CATALOG_FILE, "reason": _said(error)}
        raise CatalogError("catalog_unreadable", **details) from error
    if not isinstance(tables, list):
        details = {"file": CATALOG_FILE, "reason": "layer: [[layer]] expected"}
        raise CatalogError("catalog_unreadable", **details)
    specs = [_spec(table, number) for number, table in enumerate(tables, start=1)]
    ids = [spec.id for spec in specs]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise CatalogError("catalog_id_twice", file=CATALOG_FILE, layers=listed(twice))
    return specs


def _said(error: OSError | ValueError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)


def _spec(table: object, number: int) -> LayerSpec:
    named = table.get("id", number) if isinstance(table, dict) else number
    try:
        spec = LayerSpec.model_validate(table)
    except ValidationError as error:
        raise CatalogError(
            "catalog_entry_wrong",
            file=CATALOG_FILE,
            entry=named,
            reason=first_fault(error),
        ) from error
    if spec.path.is_absolute() or ".." in spec.path.parts:
        raise CatalogError("catalog_path_outside", layer=spec.id, path=str(spec.path))
    return spec
