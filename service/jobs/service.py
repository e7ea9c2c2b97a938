"""What the app holds: the pools of workers, the job list, and who works through it."""

import logging
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import EcobarrierError
from service.errors import BusyError, CancelledError, RequestError, StorageError
from service.jobs.folder import JobFolder, stored
from service.jobs.messages import VERSIONS, Limits, Refusal, Setup, Task
from service.jobs.pool import WorkerPool
from service.jobs.store import Job, JobStore
from service.settings import Settings

_LOG = logging.getLogger("ecobarrier.jobs")
_POLL_SECONDS = 1.0
_TIDY_SECONDS = 10.0
_PROGRESS_SECONDS = 0.5
_WATCH_SECONDS = 0.3
_WAITING_PER_WORKER = 32
_OURS = 500
"""From this status on a failure is not the caller's."""


class JobService:
    """Everything about work in other processes; one per app.

    Nothing is started or written before it is needed, unless a job list is there from
    an earlier run: then :meth:`start` goes on with it.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._unsettled: dict[str, Refusal | None] = {}
        self._temporary: Path | None = None
        self._folder: JobFolder | None = None
        self._store: JobStore | None = None
        size = settings.workers
        self.quick = self._pool(size, size * _WAITING_PER_WORKER, "sync_seconds")
        """Workers for requests whose caller waits."""
        self.slow = self._pool(settings.job_workers, 0, "job_seconds")
        """Workers for jobs."""

    @property
    def folder(self) -> JobFolder:
        """The folder of the list, made at first use.

        Raises
        ------
        StorageError
        """
        with self._lock:
            if self._folder is None:
                if self._stopping.is_set():
                    raise BusyError("service_stopping")
                self._folder = JobFolder(self._root())
            return self._folder

    @property
    def store(self) -> JobStore:
        """The list, made at first use; from then on it is worked through.

        Raises
        ------
        StorageError
        """
        folder = self.folder
        with self._lock:
            if self._store is None:
                self._store = JobStore(folder.database)
                self._begin()
            return self._store

    def start(self) -> None:
        """Go on with the list of an earlier run, if there is one."""
        root = self._kept_root()
        if root is None or not (root / "jobs.sqlite").exists():
            return
        try:
            jobs = self.store.jobs(caller=None, limit=0)[1]
            _LOG.info("the job list holds %d jobs", jobs)
        except StorageError:
            # The rest of the service works without a job list.
            _LOG.exception("the job list cannot be used")

    def stop(self) -> None:
        """End the workers; running jobs go back into the queue unharmed."""
        self._stopping.set()
        self._news.set()
        # Both, used or not: one that is stopped starts no worker any more, though a
        # thread has just taken a job for it.
        for pool in (self.quick, self.slow):
            pool.stop()
        for thread in self._threads:
            thread.join(timeout=10)
        with self._lock:
            if self._store is not None:
                self._store.close()
            if self._folder is not None:
                self._folder.close()
                self._folder = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def submit(
        self, process: str, request: Mapping[str, Any], folder: Path, caller: str
    ) -> Job:
        """Put a caller's job into the queue; its folder becomes the list's.

        Raises
        ------
        BusyError
            ``jobs_queue_full``.
        StorageError
        """
        job = str(uuid.uuid4())
        store = self.store
        with stored():
            folder.rename(self.folder.request(job))
        try:
            most = self.settings.max_jobs_waiting
            added = store.add(job, process, request, most, caller)
        except RequestError:
            self.folder.forget(job)
            raise
        self._news.set()
        return added

    def dismiss(self, job: str) -> Job:
        """Cancel a job that waits or runs, forget one that has ended.

        Raises
        ------
        NotFoundError
        """
        dismissed = self.store.dismiss(job)
        self.folder.forget(job)
        return dismissed

    def _pool(self, size: int, waiting: int, field: str) -> WorkerPool:
        settings = self.settings
        limits = Limits(
            memory_mb=settings.worker_memory_mb,
            file_bytes=settings.max_file_bytes,
            max_features=settings.max_features,
            max_vertices=settings.max_vertices,
            max_unpacked_bytes=settings.max_unpacked_bytes,
        )
        workspace = settings.workspace
        setup = Setup(
            seeds=str(settings.seeds.absolute()),
            workspace=None if workspace is None else str(workspace.absolute()),
            limits=limits,
            kept_s=settings.version_seconds,
        )
        return WorkerPool(size, setup, waiting=waiting, time_field=field)

    def _kept_root(self) -> Path | None:
        if self.settings.jobs is not None:
            return self.settings.jobs
        workspace = self.settings.workspace
        return None if workspace is None else workspace / "jobs"

    def _root(self) -> Path:
        kept = self._kept_root()
        if kept is not None:
            return kept.absolute()
        self._temporary = Path(tempfile.mkdtemp(prefix="ecobarrier-jobs-"))
        return self._temporary

    def _begin(self) -> None:
        """Start the threads that work through the list and keep it tidy."""
        loops = [self._work] * self.settings.job_workers + [self._tidy]
        for loop in loops:
            thread = threading.Thread(target=self._guarded, args=(loop,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _guarded(self, loop: Any) -> None:
        """Go on after a failure (a full disk, say): the list must not stand still."""
        while not self._stopping.is_set():
            try:
                loop()
            except Exception:
                _LOG.exception("the job list could not be worked on")
                self._stopping.wait(_POLL_SECONDS)

    def _work(self) -> None:
        while not self._stopping.is_set():
            job = self.store.take(self.folder.owner)
            if job is None:
                # Another process may have been handed the job: so look now and then.
                self._news.wait(_POLL_SECONDS)
                self._news.clear()
            else:
                self._run(job)

    def _run(self, job: Job) -> None:
        folder, store = self.folder, self.store
        left = threading.Event()
        watch = threading.Thread(
            target=_watch, args=(store, job.id, folder.owner, left), daemon=True
        )
        task = Task(
            kind="execute",
            process=job.process,
            folder=str(folder.request(job.id)),
            output=str(folder.result(job.id)),
            seconds=self.settings.job_seconds,
            request=job.request,
            versions=job.request.get(VERSIONS),
        )
        last = 0.0

        def progress(percent: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _PROGRESS_SECONDS:
                last = time.monotonic()
                store.progress(job.id, folder.owner, percent)

        watch.start()
        refusal = None
        try:
            self.slow.run(task, cancelled=left, progress=progress)
        except EcobarrierError as error:
            if self._stopping.is_set():
                store.put_back(job.id, folder.owner)
                return
            if not isinstance(error, CancelledError):
                # What a caller's file holds is not for the log.
                known = Refusal.of(error).status < _OURS
                _LOG.warning(
                    "job %s failed: %s", job.id, error.code if known else error
                )
            refusal = Refusal.of(error)
        finally:
            left.set()
        self._settle(job.id, refusal)

    def _settle(self, job: str, refusal: Refusal | None) -> None:
        """Write down how a job ended; on a full disk, try again later."""
        store, folder = self.store, self.folder
        try:
            ours = store.finish(job, folder.owner, refusal)
        except StorageError:
            self._unsettled[job] = refusal
            raise
        self._unsettled.pop(job, None)
        if not ours:
            folder.forget(job)
        elif refusal is None:
            shutil.rmtree(folder.request(job), ignore_errors=True)

    def _tidy(self) -> None:
        while not self._stopping.is_set():
            for job, refusal in list(self._unsettled.items()):
                self._settle(job, refusal)
            self.recover()
            for job in self.store.prune(
                self.settings.max_jobs_kept, self.settings.job_days
            ):
                self.folder.forget(job)
            self._stopping.wait(_TIDY_SECONDS)

    def recover(self) -> None:
        """Settle the jobs of processes that have died, and sweep up after them."""
        error = RequestError("job_interrupted", attempts=2)
        refusal = Refusal.of(error).model_copy(update={"status": 500})
        for owner in self.store.owners():
            if self.folder.dead(owner):
                again, failed = self.store.recover(owner, refusal)
                _LOG.warning(
                    "a process of the service died: %d jobs queued again, %d failed",
                    again,
                    failed,
                )
                self._news.set()
        self.folder.sweep()


def _watch(store: JobStore, job: str, owner: str, left: threading.Event) -> None:
    """Notice a dismissal, which may come by way of another process."""
    while not left.wait(_WATCH_SECONDS):
        try:
            if not store.is_running(job, owner):
                left.set()
        except StorageError:
            _LOG.exception("job %s cannot be watched", job)
