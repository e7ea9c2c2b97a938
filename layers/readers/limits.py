"""How much of a stranger's file is read at most."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import shapely

from layers.errors import LayerLimitError
from layers.readers.guard import reading
from layers.readers.table import Table

_PACKED = (".zip", ".kmz", ".xlsx", ".xlsm")
"""Suffixes of formats that are zip archives."""


@dataclass(frozen=True)
class ReadLimits:
    """Limits of one file; refusals name the field that was exceeded.

    Parameters
    ----------
    max_features : int
    max_vertices : int
        Over all features.
    max_unpacked_bytes : int
        Of everything in a zip archive, read or not.
    max_members : int
        Files in a zip archive.
    """

    max_features: int
    max_vertices: int
    max_unpacked_bytes: int
    max_members: int = 1000

    def require_unpackable(self, path: Path) -> None:
        """Refuse an archive that would unpack to too much, before it is unpacked.

        The sizes are those of the archive's directory; no more than it says is ever
        unpacked, since Python's reader stops there.

        Raises
        ------
        LayerLimitError
            ``limit_members`` or ``limit_unpacked``.
        LayerReadError
        """
        if path.suffix.lower() not in _PACKED or not zipfile.is_zipfile(path):
            return
        with (
            reading(path, "zip", also=(zipfile.BadZipFile,)),
            zipfile.ZipFile(path) as archive,
        ):
            members = archive.infolist()
        self._require("members", len(members), self.max_members, path)
        unpacked = sum(member.file_size for member in members)
        self._require("unpacked", unpacked, self.max_unpacked_bytes, path)

    def require_table(self, table: Table, path: Path) -> None:
        """Refuse too many features or vertices, before they are checked and repaired.

        Raises
        ------
        LayerLimitError
            ``limit_features`` or ``limit_vertices``.
        """
        self._require("features", len(table.frame), self.max_features, path)
        shapes = table.frame.geometry.to_numpy()
        vertices = int(shapely.get_num_coordinates(shapes).sum())
        self._require("vertices", vertices, self.max_vertices, path)

    def _require(self, what: str, count: int, most: int, path: Path) -> None:
        if count > most:
            field = "max_unpacked_bytes" if what == "unpacked" else f"max_{what}"
            raise LayerLimitError(
                f"limit_{what}", file=path.name, count=count, most=most, field=field
            )
