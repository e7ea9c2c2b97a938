"""Errors of reading, finding and keeping layers; the whole tree is in geo.errors."""

from geo.errors import EcobarrierError


class LayerError(EcobarrierError):
    """Something about a layer rather than about its values."""


class LayerNotFoundError(LayerError):
    """No layer and no file of that name."""


class LayerReadError(LayerError):
    """A file that cannot be read as what it claims to be."""


class DecisionNeededError(LayerReadError):
    """Something a person must decide; the details offer the choices."""


class LayerWriteError(LayerError):
    """A file that cannot be written; what was there before is unchanged."""


class DatabaseError(LayerWriteError):
    """A table that cannot be written to a database, or may not be."""


class LayerTilesError(LayerError):
    """Features of which no tiles could be made."""


class LayerFormatError(LayerError):
    """Content that the format asked for cannot hold."""


class LayerLimitError(LayerError):
    """A file from a stranger that is larger than it may be."""


class RulesError(LayerError):
    """A table of rules that cannot be read or contradicts itself."""


class CheckError(LayerError):
    """A conflict check that cannot be made, resumed or repeated."""


class CatalogError(LayerError):
    """A catalogue that contradicts its files."""


class VersionNotFoundError(CatalogError):
    """No version of that name, or several."""


class PublishConflictError(CatalogError):
    """Somebody else published a version of the layer in the meantime."""


class VersionRemovedError(CatalogError):
    """A version that was in use when the work began and is kept no longer."""


class LedgerError(LayerError):
    """A figure ledger that cannot be used as it is written."""


class PartsError(LayerError):
    """Parts of a long run that another run is about, or that cannot be read."""


class StoreError(LayerError):
    """A store of files that cannot be used as it is addressed."""


class StoreKeyError(StoreError):
    """No file of that key in a store."""


class StoreConflictError(StoreError):
    """A file of a store that somebody else wrote in the meantime."""
