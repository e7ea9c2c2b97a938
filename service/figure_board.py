"""The ledger of a running service: read again when its files change, reports kept."""

from collections.abc import Sequence
from pathlib import Path

from layers.catalog import Catalog
from layers.figures.checking import fingerprint
from layers.figures.ledger import LEDGER_FILE, Ledger
from service.access import may_see
from service.cache import BoundedCache
from service.callers import Caller
from service.figures import FiguresReport, figures_report

REPORTS_KEPT = 8
"""Reports kept in memory; that of the whole ledger is about a quarter of a megabyte."""


class FigureBoard:
    """The figure ledgers of a seeds folder and a workspace.

    Parameters
    ----------
    seeds : Path
    workspace : Path or None
    """

    def __init__(self, seeds: Path, workspace: Path | None) -> None:
        self._folders = (seeds, workspace)
        self._ledgers = BoundedCache[Ledger](1)
        self._reports = BoundedCache[FiguresReport](REPORTS_KEPT)

    def ledger(self) -> Ledger:
        """Answer the ledger as its files are now.

        Raises
        ------
        LedgerError
            See :meth:`layers.figures.ledger.Ledger.open`.
        """
        stamps = tuple(map(_stamp, self._folders))
        return self._ledgers.get(stamps, lambda: Ledger.open(*self._folders))

    def report(
        self, catalog: Catalog, ledger: Ledger, ids: Sequence[str], caller: Caller
    ) -> FiguresReport:
        """Answer the report for a caller, computed once for the same facts.

        Raises
        ------
        EcobarrierError
            See :func:`service.figures.figures_report`.
        """
        closed = frozenset(s.id for s in catalog.specs if not may_see(caller, s))
        # A figure may quote the number of any other.
        facts = (
            fingerprint(ledger.figures.values()),
            tuple(ids),
            tuple(spec.sha256 for spec in catalog.specs),
            closed,
        )
        return self._reports.get(
            facts,
            lambda: figures_report(
                catalog, ledger, ids, may_use=lambda spec: spec.id not in closed
            ),
        )


def _stamp(folder: Path | None) -> tuple[int, int, int] | None:
    if folder is None:
        return None
    try:
        state = (folder / LEDGER_FILE).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
