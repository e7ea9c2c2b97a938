"""Follow what other machines publish in the store that the workspace is in."""

import logging
import threading
from pathlib import Path

from geo.errors import EcobarrierError
from layers.storage.mirror import Mirror, mirror_of

_LOG = logging.getLogger("ecobarrier.store")


class Follower:
    """Looks at the store every now and then; the catalogue follows the local folder.

    While the store does not answer, or the local folder cannot be written, the service
    goes on with what it has.

    Parameters
    ----------
    workspace : Path or None
        Nothing is followed unless it is in a store.
    seconds : float
        Between two looks.
    """

    def __init__(self, workspace: Path | None, seconds: float) -> None:
        self._workspace, self._seconds = workspace, seconds
        self._ended = threading.Event()
        self._silent = False

    def start(self) -> None:
        """Begin, in a thread of its own."""
        mirror = None if self._workspace is None else mirror_of(self._workspace)
        if mirror is None:
            return
        self._ended.clear()
        thread = threading.Thread(target=self._follow, args=(mirror,), daemon=True)
        thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def _follow(self, mirror: Mirror) -> None:
        while not self._ended.wait(self._seconds):
            try:
                mirror.refresh()
            except (EcobarrierError, OSError) as error:
                # Once, not every second.
                if not self._silent:
                    _LOG.error("the last state is served on: %s", error)
                self._silent = True
            else:
                if self._silent:
                    _LOG.warning("the store answers again")
                self._silent = False
