"""The catalogue as one request saw it, found again by another process.

Versions never change, so naming those of the workspace names the whole catalogue: what
is not named comes from the seeds. A process that opened the workspace by itself might
see a version that came into use since, and mix it with what was already answered.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from layers.catalog import Catalog, Entry, read_specs
from layers.errors import CatalogError, VersionRemovedError
from layers.models import LayerSpec
from layers.storage.layout import METADATA
from layers.workspace import layer_folder, read_spec

Key = tuple[tuple[str, str, str], ...]


def versions_of(catalog: Catalog) -> dict[str, str]:
    """Answer the layers that come from the workspace, and their versions."""
    return {
        name: entry.spec.version
        for name, entry in catalog.entries.items()
        if _is_kept(entry)
    }


def catalog_key(catalog: Catalog) -> Key:
    """Name the content of a catalogue, for what is kept of it."""
    return tuple(
        (name, str(entry.folder), entry.spec.sha256)
        for name, entry in catalog.entries.items()
    )


def catalog_at(
    seeds: Path, workspace: Path | None, versions: Mapping[str, str]
) -> Catalog:
    """Answer the catalogue in which these versions of the workspace are in use.

    Parameters
    ----------
    seeds : Path
    workspace : Path or None
    versions : mapping of str to str
        Version by id of layer, as :func:`versions_of` answers them.

    Raises
    ------
    VersionRemovedError
        ``version_removed``: it was removed from the workspace since.
    CatalogError
    """
    entries = {spec.id: Entry(spec, seeds) for spec in read_specs(seeds)}
    for name, version in versions.items():
        entries[name] = kept_entry(workspace, name, version)
    return Catalog(MappingProxyType(entries), workspace=workspace)


def kept_entry(workspace: Path | None, layer_id: str, version: str) -> Entry:
    """Answer a version of a layer that the workspace keeps, in use or not.

    Raises
    ------
    VersionRemovedError
        ``version_removed``.
    CatalogError
        Its metadata contradict the folder.
    """
    named = {"layer": layer_id, "version": version}
    # Names of versions never begin with a dot and are no paths.
    if workspace is None or not version.isalnum():
        raise VersionRemovedError("version_removed", **named)
    folder = layer_folder(workspace, layer_id) / version
    try:
        spec = read_spec(folder)
    except OSError as error:
        raise VersionRemovedError("version_removed", **named) from error
    if spec.id != layer_id or spec.version != version:
        raise CatalogError("catalog_version_differs", **named)
    return Entry(spec, folder)


def entry_of(seeds: Path, workspace: Path | None, spec: LayerSpec) -> Entry:
    """Find the content of a layer that is described, whatever is in use now.

    Raises
    ------
    VersionRemovedError
        ``version_removed``.
    CatalogError
    """
    if workspace is not None:
        folder = layer_folder(workspace, spec.id) / spec.version
        if (folder / METADATA).exists():
            return Entry(spec, folder)
    if any(_same(spec, one) for one in read_specs(seeds)):
        return Entry(spec, seeds)
    named = {"layer": spec.id, "version": spec.version}
    raise VersionRemovedError("version_removed", **named)


def only(entry: Entry) -> Catalog:
    """Answer a catalogue of one layer."""
    return Catalog(MappingProxyType({entry.spec.id: entry}))


def _same(one: LayerSpec, other: LayerSpec) -> bool:
    return (one.id, one.sha256, one.path) == (other.id, other.sha256, other.path)


def _is_kept(entry: Entry) -> bool:
    return entry.folder.name == entry.spec.version
