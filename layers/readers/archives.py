"""Unpack an archive of layers, and find the ones in it."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo.messages import listed
from layers.errors import LayerReadError
from layers.readers.guard import reading, require_file
from layers.readers.zipped import MAX_UNPACKED_BYTES, ZIPPED

MAX_MEMBERS = 10_000
COMPANIONS = (".txt", ".csv", ".tsv", ".xlsx", ".xlsm", ".dat")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Lend a folder with the content of an archive; names cannot leave it.

    Raises
    ------
    LayerReadError
        No archive, encrypted, damaged, or too large when unpacked.
    """
    require_file(path, ZIPPED)
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder:
        with (
            reading(path, ZIPPED.name, also=_DAMAGE),
            # Without the UTF-8 mark, names are in the sender's code page.
            zipfile.ZipFile(path, metadata_encoding="gb18030") as archive,
        ):
            members = [one for one in archive.infolist() if not one.is_dir()]
            size = sum(one.file_size for one in members)
            if size > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
                raise LayerReadError("zip_too_large", file=path.name)
            for member in members:
                target = Path(folder, *_parts(member.filename))
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out)
        yield Path(folder)


def layers_in(
    folder: Path, suffixes: Collection[str], wanted: str | None, archive: Path
) -> list[Path]:
    """Answer the layer files of an unpacked archive that are meant.

    Texts and tables beside layers go with them (a readme, a list of fields).
    Several parcel files are one layer; else a person must name one.

    Raises
    ------
    LayerReadError
        ``zip_without_layer``, ``layer_choose`` or ``layer_part_unknown``.
    """
    found = [
        one
        for one in sorted(folder.rglob("*"))
        if one.suffix.lower() in suffixes
        and "__MACOSX" not in one.parts
        and not any(up.suffix.lower() == ".gdb" for up in one.parents)
    ]
    if wanted is None:
        layers = [one for one in found if one.suffix.lower() not in COMPANIONS]
        found = layers or found
    names = [one.stem for one in found]
    details = {"file": archive.name, "layers": listed(names, 20)}
    if not found:
        known = ", ".join(suffixes)
        raise LayerReadError("zip_without_layer", file=archive.name, known=known)
    if wanted is not None and (wanted in names or len(found) > 1):
        found = [one for one in found if wanted in (one.stem, one.name)]
        if not found:
            raise LayerReadError("layer_part_unknown", part=wanted, **details)
    kinds = {one.suffix.lower() for one in found}
    if len(found) > 1 and kinds != {".txt"}:
        raise LayerReadError("layer_choose", example=names[0], **details)
    return found


def holds_any(path: Path, suffixes: Collection[str]) -> bool:
    """Whether an archive holds a file or a folder of one of these suffixes."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with (
        reading(path, ZIPPED.name, also=_DAMAGE),
        zipfile.ZipFile(path, metadata_encoding="gb18030") as archive,
    ):
        names = [one for name in archive.namelist() for one in _parts(name)]
    return any(PurePosixPath(name).suffix.lower() in suffixes for name in names)


def _parts(name: str) -> list[str]:
    """Answer folders and name of a member without what would leave the folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    plain = [part for part in parts if part not in ("/", "..", ".") and ":" not in part]
    return plain or ["member"]
