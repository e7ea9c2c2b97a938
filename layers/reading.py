"""A catalogue that answers questions about files of every format that is imported."""

from dataclasses import dataclass
from pathlib import Path

from geo.errors import CRSError
from layers.catalog import Catalog, is_file_name
from layers.loaded import VectorLayer
from layers.readers import FORMATS, file_name
from layers.readers.archives import holds_any
from layers.readers.zipped import ZIPPED

_PLAIN = {one for form in FORMATS if form is not ZIPPED for one in form.suffixes}

_UNSTATED = ("crs_missing", "crs_missing_candidates")


@dataclass(frozen=True)
class ReadingCatalog(Catalog):
    """A catalogue that reads files as an import does, decisions and questions too."""

    def vector(
        self,
        name: str,
        *,
        crs: str | None = None,
        part: str | None = None,
        encoding: str | None = None,
    ) -> VectorLayer:
        """Load a vector layer; see :meth:`Catalog.vector`.

        Parcels (TXT), KML, tables of coordinates and drawings are read by
        :func:`layers.importing.direct.read_directly`, and so is a file without a CRS:
        what its coordinates allow is offered.

        Raises
        ------
        DecisionNeededError
            Several answers are possible, e.g. zones; each is offered with its place.
        """
        file = file_name(name)
        if not is_file_name(name) or not _import_only(file.path):
            try:
                return super().vector(name, crs=crs, part=part, encoding=encoding)
            except CRSError as error:
                if not (is_file_name(name) and error.code in _UNSTATED):
                    raise
        # Readers of many formats: what asks about layers need not wait for them.
        from layers.importing.direct import read_directly
        from layers.importing.options import ImportOptions
        from layers.importing.region import Region

        inside = part if part is not None else file.part
        options = ImportOptions(id="file", crs=crs, part=inside, encoding=encoding)
        return read_directly(file.path, options, Region(self), self.limits)


def _import_only(path: Path) -> bool:
    """Whether only an import reads it: a suffix of its own, or such files zipped."""
    suffix = path.suffix.lower()
    if suffix in _PLAIN:
        return False
    from layers.importing.sources import suffixes

    if suffix in ZIPPED.suffixes:
        others = set(suffixes()) - set(ZIPPED.suffixes)
        return holds_any(path, others) and not holds_any(path, (".shp",))
    return suffix in suffixes()
