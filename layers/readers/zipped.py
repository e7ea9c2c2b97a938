"""Read a shapefile out of a zip archive, the way shapefiles are sent around."""

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geo.messages import listed
from layers.errors import LayerReadError
from layers.readers.guard import Format, reading, require_file
from layers.readers.shapefile import PARTS, read_shapefile
from layers.readers.table import Table

ZIPPED = Format("zip", "vector", (".zip",), (b"PK\x03\x04",))

MAX_UNPACKED_BYTES = 4_000_000_000
"""The parts of a shapefile end at 2 GB each; more is no layer."""

# Besides a damaged directory: damaged data, and data that ends too soon.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError)


def read_zipped(
    path: Path, *, part: str | None = None, encoding: str | None = None
) -> Table:
    """Read the shapefile inside an archive; it may lie in a folder.

    Parameters
    ----------
    path : Path
    part : str or None
        Name of the shapefile without suffix, if there are several.
    encoding : str or None
        Of the attributes; see :func:`read_shapefile`.

    Raises
    ------
    LayerReadError
        No archive, encrypted, too large when unpacked, no shapefile or several in
        it, or as :func:`read_shapefile` says.
    """
    require_file(path, ZIPPED)
    with (
        reading(path, ZIPPED.name, also=_DAMAGE),
        # Without the UTF-8 mark, names are in the code page of the sender's Windows.
        zipfile.ZipFile(path, metadata_encoding="gb18030") as archive,
        tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder,
    ):
        parts = _parts(archive, path, part)
        if sum(member.file_size for member in parts) > MAX_UNPACKED_BYTES:
            raise LayerReadError("zip_too_large", file=path.name)
        for member in parts:
            target = Path(folder) / _name(member).name
            with archive.open(member) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        shapes = next(one for one in parts if _name(one).suffix.lower() == ".shp")
        return read_shapefile(Path(folder) / _name(shapes).name, encoding=encoding)


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/"))


def _parts(
    archive: zipfile.ZipFile, path: Path, wanted: str | None
) -> list[zipfile.ZipInfo]:
    """Find the members of the one shapefile meant: equal folder and stem."""
    members = [one for one in archive.infolist() if _name(one).suffix.lower() in PARTS]
    places = {
        _name(one).with_suffix(""): None
        for one in members
        if _name(one).suffix.lower() == ".shp" and "__MACOSX" not in one.filename
    }
    names = [place.name for place in places]
    details = {"file": path.name, "layers": listed(names, 20)}
    if wanted is not None:
        places = {place: None for place in places if place.name == wanted}
        if not places:
            raise LayerReadError("layer_part_unknown", part=wanted, **details)
    if not places:
        raise LayerReadError("zip_without_shapefile", file=path.name)
    if len(places) > 1:
        raise LayerReadError("layer_choose", example=names[0], **details)
    chosen = next(iter(places))
    return [one for one in members if _name(one).with_suffix("") == chosen]
