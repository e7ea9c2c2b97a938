"""Versions that are in use no longer, for who began with one: further pages, tiles.

A map that is open, or a reader in the middle of its pages, would else be refused at
every import. Versions never change, so the answer is what it would have been then.
"""

from geo.errors import EcobarrierError
from layers.catalog import Entry
from layers.errors import CatalogError
from layers.models import LayerSpec
from layers.snapshot import kept_entry
from layers.workspace import changes_stamp, versions
from service import access
from service.cache import BoundedCache
from service.callers import Caller
from service.errors import VersionGoneError
from service.settings import Settings
from service.tiles.versions import address_version

_LAYERS = 256

Addresses = dict[str, Entry]


class FormerVersions:
    """Finds what the workspace keeps; safe for several threads.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._workspace = settings.workspace
        self._addresses = BoundedCache[Addresses](_LAYERS)

    def named(self, layer: LayerSpec, version: str, caller: Caller) -> LayerSpec:
        """Answer a version of a layer by its name.

        Parameters
        ----------
        layer : LayerSpec
            As it is in use.
        version : str
            As a stranger wrote it.
        caller : Caller
            May see the layer as it is in use; the version asked for too?

        Raises
        ------
        VersionGoneError
            ``version_gone``: it is not kept.
        RestrictedError
            ``layer_restricted``.
        """
        if version == layer.version:
            return layer
        try:
            spec = kept_entry(self._workspace, layer.id, version[:64]).spec
        except CatalogError as error:
            details = {"layer": layer.id, "current": layer.version}
            raise VersionGoneError("version_gone", asked=version[:20], **details) from (
                error
            )
        return access.require_open(caller, spec)

    def at_address(self, layer: LayerSpec, address: str) -> Entry | None:
        """Answer the version whose tiles an address names; None where none is kept.

        The kept versions are looked through once after each change of the workspace.
        """
        if self._workspace is None:
            return None
        key = layer.id, changes_stamp(self._workspace)
        return self._addresses.get(key, lambda: self._kept(layer.id)).get(address)

    def _kept(self, layer_id: str) -> Addresses:
        assert self._workspace is not None
        try:
            found = versions(self._workspace, layer_id)
        except (EcobarrierError, OSError):
            # Removed while it was being read: the next change is looked at again.
            return {}
        return {address_version(spec): Entry(spec, at) for spec, at in found.values()}
