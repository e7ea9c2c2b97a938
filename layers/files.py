"""What a user's file says of itself, which is little: a description without claims."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from layers.errors import LayerReadError
from layers.models import Bilingual, GeometryKind, Kind, LayerSpec, Provenance
from layers.opening import file_sha256, modified
from layers.readers.guard import reading
from layers.readers.shapefile import SHAPEFILE, shapefile_parts

NOT_STATED = "not stated"


def content_parts(path: Path) -> list[Path]:
    """Answer the files that hold a layer's content.

    One; those of a shapefile; the GeoParquet files of a folder, by name.

    Raises
    ------
    LayerReadError
        ``folder_without_parquet``.
    """
    if path.is_dir():
        found = sorted(path.glob("*.parquet"))
        if not found:
            raise LayerReadError("folder_without_parquet", folder=path.name)
        return found
    if path.suffix.lower() in SHAPEFILE.suffixes:
        return [part for _, part in sorted(shapefile_parts(path).items())]
    return [path]


def content_sha256(path: Path) -> str:
    """Answer the hash of a layer's content, hexadecimal.

    For one file it is the file's SHA-256; for a shapefile the SHA-256 over lines of
    suffix and SHA-256 of each part, in alphabetical order of the suffixes; for a folder
    the same with the names of its files.

    Raises
    ------
    LayerReadError
    """
    with reading(path, path.suffix.lstrip(".")):
        parts = content_parts(path)
        if parts == [path]:
            return file_sha256(path)
        whole = hashlib.sha256()
        for part in parts:
            key = part.name if path.is_dir() else part.suffix.lower()
            whole.update(f"{key} {file_sha256(part)}\n".encode())
        return whole.hexdigest()


def describe_file(
    path: Path,
    *,
    kind: Kind,
    crs: str,
    part: str | None = None,
    geometry: GeometryKind | None = None,
    rows: int | None = None,
) -> LayerSpec:
    """Describe a file nobody has catalogued: status "user", licence "not stated".

    Parameters
    ----------
    path : Path
        Only its name goes into the description.
    kind : {"vector", "raster"}
    crs : str
        Of the source.
    part : str or None
        The layer inside the file.
    geometry : {"polygon", "line", "point", "mixed"} or None
    rows : int or None

    Raises
    ------
    LayerReadError
    """
    sha256 = content_sha256(path)
    words = path.stem if part is None else f"{path.stem}: {part}"
    with reading(path, path.suffix.lstrip(".")):
        changed = datetime.fromtimestamp(modified(path), UTC).date()
    return LayerSpec(
        id=file_id(words, sha256),
        title=Bilingual(zh=words, en=words),
        description=Bilingual(
            zh="用户提供的文件，来源、许可和精度均未说明。",
            en="A file supplied by a user; source, licence and accuracy not stated.",
        ),
        theme="user",
        kind=kind,
        geometry=geometry,
        status="user",
        path=PurePosixPath(path.name),
        crs=crs,
        rows=rows,
        licence=NOT_STATED,
        attribution=NOT_STATED,
        provenance=Provenance(
            source=path.name,
            origin=NOT_STATED,
            retrieved=changed,
            method=Bilingual(zh="按原样读取。", en="Read as it is."),
        ),
        sha256=sha256,
    )


def file_id(words: str, sha256: str) -> str:
    """Make a layer id of a file's name; Chinese names get ``file_`` and their hash.

    Examples
    --------
    >>> file_id("Red-Line 2024", "0" * 64), file_id("红线", "ab" * 32)
    ('red_line_2024', 'file_abababab')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    telling = plain and re.search(r"[a-z]", plain) and words.isascii()
    if not telling:
        return f"file_{sha256[:8]}"
    return (plain if plain[0].isalpha() else f"file_{plain}")[:63]
