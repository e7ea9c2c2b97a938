"""A catalogue that remembers the layers it has loaded."""

from dataclasses import dataclass, field

from layers.loaded import VectorLayer
from layers.reading import ReadingCatalog
from service.cache import BoundedCache

LAYERS_KEPT = 16


def layer_cache() -> BoundedCache[VectorLayer]:
    """Make a cache of loaded layers."""
    return BoundedCache(LAYERS_KEPT)


@dataclass(frozen=True)
class WarmCatalog(ReadingCatalog):
    """A catalogue whose vector layers are read once, and files once per catalogue.

    Parameters
    ----------
    kept : BoundedCache of VectorLayer
        May outlive the catalogue: a layer is known by the hash of its content.
    """

    kept: BoundedCache[VectorLayer] = field(default_factory=layer_cache)
    files: BoundedCache[VectorLayer] = field(default_factory=layer_cache)

    def vector(
        self,
        name: str,
        *,
        crs: str | None = None,
        part: str | None = None,
        encoding: str | None = None,
    ) -> VectorLayer:
        """Load a vector layer, or answer it again; as :class:`ReadingCatalog`."""

        def load() -> VectorLayer:
            return ReadingCatalog.vector(
                self, name, crs=crs, part=part, encoding=encoding
            )

        entry = self.entries.get(name)
        if entry is not None:
            return self.kept.get((name, entry.spec.sha256), load)
        return self.files.get((name, crs, part, encoding), load)
