"""The folder of the job list, and who of the processes that share it still lives.

::

    jobs.sqlite             the list
    owners/<name>.lock      locked by a process of the service as long as it lives
    spool/<name>/           what that process is just receiving and answering
    requests/<job>/         what a job was submitted with
    results/<job>.json      what it gave

The system releases a lock however its process ends; so no clock and no heartbeat has
to be trusted to know that one is dead.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import StorageError


class JobFolder:
    """The folder as seen by one process of the service.

    Parameters
    ----------
    root : Path
        Made if it does not exist.

    Raises
    ------
    StorageError
        ``jobs_unreadable``: the folder cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.owner = uuid.uuid4().hex
        self._spool = root / "spool" / self.owner
        try:
            for folder in ("owners", "spool", "requests", "results"):
                (root / folder).mkdir(parents=True, exist_ok=True)
            self._lock = self._locked(self.owner)
            self._spool.mkdir()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError("jobs_unreadable", file=root.name, reason=reason) from (
                error
            )

    @property
    def database(self) -> Path:
        """Where the list is."""
        return self.root / "jobs.sqlite"

    def request(self, job: str) -> Path:
        """Folder of what a job was submitted with."""
        return self.root / "requests" / job

    def result(self, job: str) -> Path:
        """File of what a job gave."""
        return self.root / "results" / f"{job}.json"

    def forget(self, job: str) -> None:
        """Remove what a job was submitted with and what it gave."""
        shutil.rmtree(self.request(job), ignore_errors=True)
        self.result(job).unlink(missing_ok=True)

    def place(self) -> Path:
        """Make a folder for one request; the caller removes it.

        Raises
        ------
        StorageError
            ``body_not_stored``.
        """
        with stored():
            return Path(tempfile.mkdtemp(dir=self._spool))

    def dead(self, owner: str) -> bool:
        """Whether the process of that name has ended."""
        if owner == self.owner:
            return False
        try:
            lock = self._locked(owner)
        except BlockingIOError:
            return False
        os.close(lock)
        return True

    def sweep(self) -> None:
        """Remove what dead processes were receiving and answering."""
        for spool in (self.root / "spool").iterdir():
            if self.dead(spool.name):
                shutil.rmtree(spool, ignore_errors=True)
                (self.root / "owners" / f"{spool.name}.lock").unlink(missing_ok=True)

    def close(self) -> None:
        """Give up the lock: what this process owned counts as left behind."""
        shutil.rmtree(self._spool, ignore_errors=True)
        (self.root / "owners" / f"{self.owner}.lock").unlink(missing_ok=True)
        os.close(self._lock)

    def _locked(self, owner: str) -> int:
        lock = os.open(
            self.root / "owners" / f"{owner}.lock", os.O_RDWR | os.O_CREAT, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise
        return lock


@contextmanager
def stored() -> Iterator[None]:
    """Turn a failure of the body to write into a refusal.

    Raises
    ------
    StorageError
        ``body_not_stored``.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError("body_not_stored", reason=reason) from error
