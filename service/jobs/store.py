"""The job list on disk: SQLite, shared by all processes of the service.

Each change is one transaction, and a job is taken by one ``UPDATE``; so two processes
never work on the same job. What is answered is on disk (WAL, ``synchronous=FULL``).
"""

import json
import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from service.errors import BusyError, NotFoundError, StorageError
from service.jobs.messages import Refusal

State = Literal["accepted", "running", "successful", "failed", "dismissed"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("successful", "failed", "dismissed")

MAX_ATTEMPTS = 2
"""A job that the service was interrupted in is tried once more, not for ever."""

_LOG = logging.getLogger("ecobarrier.jobs")
_WAIT_SECONDS = 30
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    process TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    progress INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    caller TEXT NOT NULL DEFAULT '',
    note TEXT,
    refusal TEXT,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    updated REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, created);
"""
_CALLER_ADDED = "ALTER TABLE jobs ADD COLUMN caller TEXT NOT NULL DEFAULT ''"
"""For a list of a version that did not keep who asked: its jobs are nobody's."""


@dataclass(frozen=True)
class Job:
    """One row of the list; times are seconds since 1970.

    Parameters
    ----------
    id : str
    process : str
    caller : str
        Id of the key it was made with; empty if without one.
    request : dict
        As in :class:`service.jobs.messages.Task`.
    state : State
    progress : int
        0-100.
    attempts : int
        How often it was started.
    note : str or None
        Code of a sentence about what happened to it.
    refusal : Refusal or None
        Why it failed.
    created, updated : float
    started, finished : float or None
    """

    id: str
    process: str
    caller: str
    request: dict[str, Any]
    state: State
    progress: int
    attempts: int
    note: str | None
    refusal: Refusal | None
    created: float
    started: float | None
    finished: float | None
    updated: float


class JobStore:
    """The table of jobs.

    Parameters
    ----------
    file : Path
        Made if it is not there; its folder must exist. One that is no database is
        put aside, with a line in the log, and a new one begun.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise self._unusable(error) from error
            aside = file.with_name(f"{file.name}.damaged-{int(time.time())}")
            _LOG.exception("the job list is damaged; it is kept as %s", aside.name)
            file.replace(aside)
            self._prepare()
        # As long as one connection has read, the files of the log stay: the list can
        # be read on a full disk, where they could not be made anew.
        self._keeper = self._connected()
        with self._mapped():
            self._keeper.execute("SELECT count(*) FROM jobs").fetchone()

    def close(self) -> None:
        """Fold the log into the list and give the file up."""
        self._keeper.close()

    def add(
        self,
        job: str,
        process: str,
        request: Mapping[str, Any],
        most: int,
        caller: str = "",
    ) -> Job:
        """Put a job into the queue; ``caller`` is the id of a key, if there is one.

        Raises
        ------
        BusyError
            ``jobs_queue_full``: ``most`` jobs are waiting.
        """
        with self._transaction() as connection:
            count = "SELECT count(*) FROM jobs WHERE state = 'accepted'"
            waiting = int(connection.execute(count).fetchone()[0])
            if waiting >= most:
                raise BusyError("jobs_queue_full", count=waiting)
            now, text = time.time(), json.dumps(request, ensure_ascii=False)
            connection.execute(
                "INSERT INTO jobs (id, process, caller, request, state, created,"
                " updated) VALUES (?, ?, ?, ?, 'accepted', ?, ?)",
                (job, process, caller, text, now, now),
            )
        return self.get(job)

    def get(self, job: str) -> Job:
        """Answer a job.

        Raises
        ------
        NotFoundError
            ``job_not_found``.
        """
        with self._connection() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job,))
            found = row.fetchone()
        if found is None:
            raise NotFoundError("job_not_found", job=job)
        return _job(found)

    def jobs(
        self,
        *,
        caller: str | None,
        states: tuple[State, ...] = STATES,
        processes: tuple[str, ...] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[list[Job], int]:
        """Answer a page of a caller's jobs, the newest first, and how many there are.

        ``caller`` None stands for all callers, an empty one for those without a key.
        """
        where = f"state IN ({_marks(states)})"
        values: list[object] = [*states]
        if caller is not None:
            where += " AND caller = ?"
            values.append(caller)
        if processes:
            where += f" AND process IN ({_marks(processes)})"
            values += processes
        with self._connection() as connection:
            count = f"SELECT count(*) FROM jobs WHERE {where}"  # noqa: S608
            total = int(connection.execute(count, values).fetchone()[0])
            page = (
                f"SELECT * FROM jobs WHERE {where}"  # noqa: S608
                " ORDER BY created DESC, id LIMIT ? OFFSET ?"
            )
            rows = connection.execute(page, [*values, limit, offset]).fetchall()
        return [_job(row) for row in rows], total

    def take(self, owner: str) -> Job | None:
        """Take the job that has waited longest; None if none waits."""
        with self._transaction() as connection:
            # Read only when the list is ours: before, a job could be added meanwhile
            # and would have been started before it was created.
            now = time.time()
            row = connection.execute(
                "UPDATE jobs SET state = 'running', owner = ?, started = ?,"
                " updated = ?, progress = 0, attempts = attempts + 1 WHERE id ="
                " (SELECT id FROM jobs WHERE state = 'accepted'"
                " ORDER BY created, id LIMIT 1) RETURNING *",
                (owner, now, now),
            ).fetchone()
        return None if row is None else _job(row)

    def progress(self, job: str, owner: str, percent: int) -> None:
        """Note how much of a running job is done."""
        self._change(
            "UPDATE jobs SET progress = ?, updated = ?"
            " WHERE id = ? AND owner = ? AND state = 'running'",
            (percent, time.time(), job, owner),
        )

    def is_running(self, job: str, owner: str) -> bool:
        """Whether the job is still ours to work on: it may have been dismissed."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT 1 FROM jobs WHERE id = ? AND owner = ? AND state = 'running'",
                (job, owner),
            ).fetchone()
        return row is not None

    def finish(self, job: str, owner: str, refusal: Refusal | None) -> bool:
        """End a job that we run; False if it was dismissed meanwhile."""
        now = time.time()
        state = "successful" if refusal is None else "failed"
        said = None if refusal is None else refusal.model_dump_json()
        return bool(
            self._change(
                "UPDATE jobs SET state = ?, refusal = ?, finished = ?, updated = ?,"
                " progress = CASE WHEN ? THEN 100 ELSE progress END"
                " WHERE id = ? AND owner = ? AND state = 'running'",
                (state, said, now, now, refusal is None, job, owner),
            )
        )

    def put_back(self, job: str, owner: str) -> None:
        """Return a job to the queue unharmed: the service is being stopped."""
        self._change(
            "UPDATE jobs SET state = 'accepted', owner = NULL, started = NULL,"
            " progress = 0, attempts = attempts - 1, updated = ?"
            " WHERE id = ? AND owner = ? AND state = 'running'",
            (time.time(), job, owner),
        )

    def dismiss(self, job: str) -> Job:
        """Cancel a job that waits or runs, forget one that has ended.

        Returns
        -------
        Job
            As it is now; a forgotten one as it was, in the state ``dismissed``.

        Raises
        ------
        NotFoundError
            ``job_not_found``.
        """
        with self._transaction() as connection:
            now = time.time()
            row = connection.execute(
                "UPDATE jobs SET state = 'dismissed', finished = ?, updated = ?"
                " WHERE id = ? AND state IN ('accepted', 'running') RETURNING *",
                (now, now, job),
            ).fetchone()
            if row is None:
                row = connection.execute(
                    "DELETE FROM jobs WHERE id = ? RETURNING *", (job,)
                ).fetchone()
        if row is None:
            raise NotFoundError("job_not_found", job=job)
        return _job({**dict(row), "state": "dismissed"})

    def owners(self) -> set[str]:
        """Answer who works on a job."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT DISTINCT owner FROM jobs WHERE state = 'running'"
            ).fetchall()
        return {row["owner"] for row in rows}

    def recover(self, owner: str, refusal: Refusal) -> tuple[int, int]:
        """Settle the jobs of a process that has died.

        Those tried for the first time go back into the queue, with a note; others
        fail with ``refusal``.

        Returns
        -------
        int, int
            How many were put back, how many failed.
        """
        with self._transaction() as connection:
            now = time.time()
            again = connection.execute(
                "UPDATE jobs SET state = 'accepted', owner = NULL, started = NULL,"
                " progress = 0, note = 'job_requeued', updated = ?"
                " WHERE owner = ? AND state = 'running' AND attempts < ?",
                (now, owner, MAX_ATTEMPTS),
            ).rowcount
            failed = connection.execute(
                "UPDATE jobs SET state = 'failed', refusal = ?, finished = ?,"
                " updated = ? WHERE owner = ? AND state = 'running'",
                (refusal.model_dump_json(), now, now, owner),
            ).rowcount
        return again, failed

    def prune(self, most: int, days: float) -> list[str]:
        """Forget ended jobs that are too old or too many; answer their ids."""
        marks = _marks(ENDED)
        with self._transaction() as connection:
            rows = connection.execute(
                f"DELETE FROM jobs WHERE state IN ({marks}) AND (finished < ? OR id IN"  # noqa: S608
                f" (SELECT id FROM jobs WHERE state IN ({marks})"
                " ORDER BY finished DESC LIMIT -1 OFFSET ?)) RETURNING id",
                (*ENDED, time.time() - days * 86400, *ENDED, most),
            ).fetchall()
        return [row["id"] for row in rows]

    def _prepare(self) -> None:
        connection = self._connected()
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            columns = connection.execute("PRAGMA table_info(jobs)").fetchall()
            if "caller" not in {column["name"] for column in columns}:
                connection.execute(_CALLER_ADDED)
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _change(self, statement: str, values: tuple[object, ...]) -> int:
        with self._transaction() as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            # Takes the writer's place now: two readers that both want to write
            # would refuse each other later.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection of this thread; what SQLite raises becomes a refusal."""
        with self._mapped():
            connection = self._connected()
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file,
            timeout=_WAIT_SECONDS,
            isolation_level=None,
            # The keeper is opened in one thread and closed in another.
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _unusable(self, error: sqlite3.Error) -> StorageError:
        return StorageError("jobs_unreadable", file=self._file.name, reason=str(error))


def _marks(values: tuple[object, ...]) -> str:
    return ", ".join("?" * len(values))


def _job(row: Mapping[str, Any] | sqlite3.Row) -> Job:
    known = dict(row)
    del known["owner"]
    said = known.pop("refusal")
    refusal = None if said is None else Refusal.model_validate_json(said)
    request = json.loads(known.pop("request"))
    return Job(request=request, refusal=refusal, **known)
