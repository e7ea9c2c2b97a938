"""Read shapefiles: several files that belong together, often incomplete.

The main traps of those met in China (domain facts 2.1): attributes in GBK with no
``.cpg``, names cut in the middle of a character, no ``.prj``, a lost ``.shx``. Nothing
is ever written beside the user's files.
"""

import re
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.messages import Note
from layers.errors import LayerReadError
from layers.readers import encodings
from layers.readers.guard import Format, reading, require_file
from layers.readers.parts import WkbPart
from layers.readers.table import Table
from layers.readers.vector import Stretch, read_ogr, read_stretch, stream_ogr

SHAPEFILE = Format("Shapefile", "vector", (".shp",), (b"\x00\x00\x27\x0a",))

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""What a layer's content is made of; indexes and metadata beside it are not read."""

_HEADER_BYTES = 100
# Bytes pass through unchanged as characters 0 to 255, to be decoded here.
_AS_BYTES = "ISO-8859-1"


def shapefile_parts(path: Path) -> dict[str, Path]:
    """Answer the files of a shapefile by lower-case suffix, whatever their case."""
    stem = path.stem.lower()
    found = {
        one.suffix.lower(): one
        for one in sorted(path.parent.iterdir())
        if one.stem.lower() == stem and one.suffix.lower() in PARTS
    }
    return {**found, ".shp": path}


def read_shapefile(path: Path, *, encoding: str | None = None) -> Table:
    """Read a shapefile.

    Parameters
    ----------
    path : Path
        The ``.shp`` file.
    encoding : str or None
        Of the attributes. If None: what the ``.cpg`` says, else the language byte of
        the ``.dbf``, else by trial UTF-8 and GB 18030; a label that the bytes
        contradict is passed over. The decision is noted, with a sample.

    Returns
    -------
    Table
        Without CRS if there is no ``.prj`` or it cannot be understood.

    Raises
    ------
    LayerReadError
        Unreadable, cut off, or parts that do not belong together.
    """
    require_file(path, SHAPEFILE)
    notes: list[Note] = []
    with reading(path, SHAPEFILE.name):
        parts = shapefile_parts(path)
        _require_whole(path, parts)
        with _complete(path, parts, notes) as complete:
            frame, said = read_ogr(complete, path, SHAPEFILE, encoding=_AS_BYTES)
        if frame.crs is None and ".prj" in parts:
            notes.append(Note("shapefile_prj_unreadable", {"file": path.name}))
        frame = _decoded(frame, parts, path.name, encoding, notes)
    return Table(frame, (*notes, *said))


def stream_shapefile(
    path: Path, *, rows: int, encoding: str | None = None
) -> Iterator[WkbPart]:
    """Read a shapefile in parts; see :func:`read_shapefile`.

    Each part's encoding is decided by its own bytes; the first part says how.
    """
    require_file(path, SHAPEFILE)
    notes: list[Note] = []
    with reading(path, SHAPEFILE.name):
        parts = shapefile_parts(path)
        _require_whole(path, parts)
        with _complete(path, parts, notes) as complete:
            for part in stream_ogr(
                complete, path, SHAPEFILE, rows=rows, encoding=_AS_BYTES
            ):
                yield _decoded_part(part, parts, path, encoding, notes)
                notes = []


def cuttable(path: Path) -> bool:
    """Whether parts can be read apart: GDAL finds all files where they are."""
    parts = shapefile_parts(path)
    return ".shx" in parts and not _odd(path, parts)


def read_shapefile_stretch(
    path: Path, stretch: Stretch, *, encoding: str | None = None
) -> Iterator[WkbPart]:
    """Read some rows as :func:`stream_shapefile` does; the file was found whole."""
    with reading(path, SHAPEFILE.name):
        parts = shapefile_parts(path)
        notes: list[Note] = []
        with _complete(path, parts, notes) as complete:
            for part in read_stretch(complete, SHAPEFILE, stretch, encoding=_AS_BYTES):
                yield _decoded_part(part, parts, path, encoding, notes)
                notes = []


def _decoded_part(
    part: WkbPart,
    parts: dict[str, Path],
    path: Path,
    encoding: str | None,
    notes: list[Note],
) -> WkbPart:
    if part.crs is None and ".prj" in parts:
        notes.append(Note("shapefile_prj_unreadable", {"file": path.name}))
    columns = _decoded_columns(part.columns, parts, path.name, encoding, notes)
    return replace(part, columns=columns, notes=tuple(notes))


def _require_whole(path: Path, parts: dict[str, Path]) -> None:
    """Compare the lengths that the headers state with those of the files.

    A file cut off by a broken copy opens without complaint and lacks features.
    """
    with path.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or path.stat().st_size < _stated_bytes(header):
        raise LayerReadError("layer_truncated", file=path.name)
    table = parts.get(".dbf")
    if table is None:
        return
    with table.open("rb") as stream:
        start = stream.read(12)
    if len(start) < 12:
        raise LayerReadError("layer_truncated", file=table.name)
    rows, header_bytes, row_bytes = struct.unpack("<4xIHH", start)
    if table.stat().st_size < header_bytes + rows * row_bytes:
        raise LayerReadError("layer_truncated", file=table.name)
    shapes = len(_records(path))
    if shapes != rows:
        raise LayerReadError(
            "shapefile_parts_differ", file=path.name, shapes=shapes, rows=rows
        )


def _stated_bytes(header: bytes) -> int:
    """File length in the header: 16-bit words, big-endian, at byte 24."""
    return 2 * int(struct.unpack_from(">i", header, 24)[0])


def _records(path: Path) -> list[tuple[int, int]]:
    """Offset and length of every record, in 16-bit words, by walking the file."""
    found = []
    with path.open("rb") as stream:
        end = _stated_bytes(stream.read(_HEADER_BYTES))
        offset = _HEADER_BYTES
        while offset + 8 <= end:
            stream.seek(offset)
            words = int(struct.unpack(">4xi", stream.read(8))[0])
            if words < 2 or offset + 8 + 2 * words > end:
                raise LayerReadError("layer_truncated", file=path.name)
            found.append((offset // 2, words))
            offset += 8 + 2 * words
    return found


@contextmanager
def _complete(path: Path, parts: dict[str, Path], notes: list[Note]) -> Iterator[Path]:
    """Lend a path under which GDAL finds all parts; a temporary copy if need be."""
    missing = ".shx" not in parts
    if ".dbf" not in parts:
        notes.append(Note("shapefile_dbf_missing", {"file": path.name}))
    if not missing and not _odd(path, parts):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder:
        complete = Path(folder) / f"{path.stem}.shp"
        for suffix, part in parts.items():
            shutil.copyfile(part, complete.with_suffix(suffix))
        if missing:
            _write_index(complete)
            notes.append(Note("shapefile_shx_rebuilt", {"file": path.name}))
        yield complete


def _odd(path: Path, parts: dict[str, Path]) -> bool:
    """GDAL looks for the parts under the same stem, in all-lower or all-upper case."""
    return any(
        part.stem != path.stem or part.suffix not in (suffix, suffix.upper())
        for suffix, part in parts.items()
    )


def _write_index(path: Path) -> None:
    """Make the ``.shx``: the header of the ``.shp`` with offsets and lengths."""
    records = _records(path)
    with path.open("rb") as stream:
        header = bytearray(stream.read(_HEADER_BYTES))
    struct.pack_into(">i", header, 24, (_HEADER_BYTES + 8 * len(records)) // 2)
    body = b"".join(struct.pack(">ii", *record) for record in records)
    path.with_suffix(".shx").write_bytes(bytes(header) + body)


def _decoded(
    frame: gpd.GeoDataFrame,
    parts: dict[str, Path],
    file: str,
    stated: str | None,
    notes: list[Note],
) -> gpd.GeoDataFrame:
    """Turn columns and names, read as bytes, into text."""
    texts = [
        name
        for name in frame.columns
        if name != "geometry" and pd.api.types.is_string_dtype(frame[name].dtype)
    ]
    raw = {_bytes(_without_number(name)) for name in frame.columns}
    for name in texts:
        raw |= {_bytes(value) for value in frame[name].dropna().unique()}
    telling = sorted(value for value in raw if not value.isascii())
    if not telling:
        return frame
    encoding = _encoding(telling, parts, file, stated, notes)

    def text(value: object) -> object:
        return _text(value, encoding)

    frame = frame.copy()
    for name in texts:
        frame[name] = frame[name].map(text, na_action="ignore")
    return frame.set_axis(_names(list(map(str, frame.columns)), encoding), axis=1)


def _decoded_columns(
    columns: pa.Table,
    parts: dict[str, Path],
    file: str,
    stated: str | None,
    notes: list[Note],
) -> pa.Table:
    """Do the same for columns in Arrow: each different text is looked at once."""
    strange = {
        name: columns[name].combine_chunks().dictionary_encode()
        for name in columns.column_names
        if pa.types.is_string(columns[name].type)
        and not pc.all(pc.string_is_ascii(columns[name])).as_py()
    }
    raw = {_bytes(_without_number(name)) for name in columns.column_names}
    for column in strange.values():
        raw |= set(map(_bytes, column.dictionary.to_pylist()))
    telling = sorted(value for value in raw if not value.isascii())
    if not telling:
        return columns
    encoding = _encoding(telling, parts, file, stated, notes)
    for name, column in strange.items():
        texts = [_text(value, encoding) for value in column.dictionary.to_pylist()]
        text = pa.array(texts, pa.string()).take(column.indices)
        columns = columns.set_column(columns.column_names.index(name), name, text)
    return columns.rename_columns(_names(columns.column_names, encoding))


def _names(raw: list[str], encoding: str | None) -> list[str]:
    """Decode the names of columns, keeping them apart."""
    names = [
        _text(stem := _without_number(name), encoding) + name.removeprefix(stem)
        for name in raw
    ]
    return _distinct(names)


def _without_number(name: object) -> str:
    """Cut off the ``_1`` that GDAL adds to equal names, within a character if so."""
    return re.sub(r"_\d+$", "", str(name))


def _bytes(value: object) -> bytes:
    return str(value).encode(_AS_BYTES)


def _text(value: object, encoding: str | None) -> str:
    return encodings.decode(_bytes(value), encoding)


def _distinct(names: list[str]) -> list[str]:
    """Names cut at 10 bytes may have become equal: number the later ones."""
    taken: list[str] = []
    for name in names:
        number, candidate = 2, name
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.append(candidate)
    return taken


def _encoding(
    telling: list[bytes],
    parts: dict[str, Path],
    file: str,
    stated: str | None,
    notes: list[Note],
) -> str | None:
    """Decide and note; None if the file mixes UTF-8 and GBK."""
    label = _cpg(parts)
    if stated is not None:
        encoding = encodings.python_name(stated)
        if encoding is None or not encodings.decodes(telling, encoding):
            raise LayerReadError("encoding_wrong", file=file, encoding=stated)
        decision: encodings.Decision | None = encodings.Decision(encoding, "stated")
    else:
        decision = encodings.decide(telling, label, _language_byte(parts))
    chosen = None if decision is None else decision.encoding
    sample = encodings.decode(telling[-1], chosen)[:20]
    details = {"file": file, "sample": sample}
    if decision is None:
        notes.append(Note("shapefile_encoding_mixed", details))
        return None
    code = f"shapefile_encoding_{decision.how}"
    notes.append(Note(code, {**details, "encoding": decision.encoding}))
    if label and decision.how not in ("cpg", "stated"):
        notes.append(Note("shapefile_cpg_wrong", {"file": file, "label": label}))
    return decision.encoding


def _cpg(parts: dict[str, Path]) -> str | None:
    part = parts.get(".cpg")
    return part.read_bytes()[:64].decode("ascii", "replace").strip() if part else None


def _language_byte(parts: dict[str, Path]) -> int:
    with parts[".dbf"].open("rb") as stream:
        return stream.read(30)[29]
