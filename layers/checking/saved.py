"""Conflict checks kept in the workspace, each with the parcels that it was made of.

``checks/ID/`` holds ``report.json`` and the files of parcels, so that the check can be
made again when a layer has a new version.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from layers.files import content_parts
from layers.storage import publishing
from layers.storage.mirror import mirror_of
from layers.writers import writing

REPORT = "report.json"
_INCOMING = ".incoming-"


def save_check(
    workspace: Path, result_id: str, report: str, parcels: Sequence[Path]
) -> Path:
    """Keep a check; one that is kept already stays as it is.

    Parameters
    ----------
    workspace : Path
        Made if it does not exist.
    result_id : str
        Names the folder: the same check is kept once.
    report : str
        The report as JSON.
    parcels : sequence of Path
        The files it was made of; shapefiles with their parts, geodatabases whole.

    Returns
    -------
    Path
        The folder of the check.

    Raises
    ------
    LayerWriteError
    StoreError
    """
    target = workspace / "checks" / result_id
    if not target.exists():
        _keep(target, report, parcels)
    mirror = mirror_of(workspace)
    if mirror is not None:
        publishing.upload_check(mirror, target)
    return target


def _keep(target: Path, report: str, parcels: Sequence[Path]) -> None:
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=target.parent))
        try:
            (incoming / REPORT).write_text(report, encoding="utf-8")
            _copy_all(parcels, incoming)
            incoming.rename(target)
        except OSError:
            # Two who keep the same check at once: either's will do.
            if not target.exists():
                raise
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


def _copy_all(parcels: Iterable[Path], folder: Path) -> None:
    for path in parcels:
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
            continue
        for part in content_parts(path):
            shutil.copyfile(part, folder / part.name)


def saved_checks(workspace: Path) -> list[Path]:
    """Answer the folders of the checks that are kept, by name."""
    return sorted(one.parent for one in (workspace / "checks").glob(f"[!.]*/{REPORT}"))
