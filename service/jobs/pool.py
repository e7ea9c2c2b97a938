"""Worker processes, and what becomes of a request when one dies, hangs or is left."""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from service.errors import BusyError, CancelledError, TimeLimitError, WorkerError
from service.jobs.messages import Answer, Setup, Task
from service.settings import worker_environment

Progress = Callable[[int], None]

_LOG = logging.getLogger("ecobarrier.jobs")
_TICK_SECONDS = 0.1
_TICK_MILLISECONDS = 100
_START_SECONDS = 120
"""Longest time for a worker to load its libraries, on a busy machine."""
_TASKS_PER_WORKER = 200
"""A worker is replaced then, so that no leak of a library adds up."""


def nobody(_: int) -> None:
    """Tell nobody about progress."""


class WorkerPool:
    """At most ``size`` worker processes, started when there is work for them.

    Safe to use from several threads. A worker that dies, hangs or is cancelled is
    killed and replaced; only the task it was working on fails.

    Parameters
    ----------
    size : int
    setup : Setup
    waiting : int
        Most callers that wait for a free worker; more are refused.
    time_field : str
        The setting that bounds the time, named in refusals.
    """

    def __init__(self, size: int, setup: Setup, *, waiting: int, time_field: str):
        self._setup = setup
        self._field = time_field
        self._free = threading.Semaphore(size)
        self._places = threading.Semaphore(size + waiting)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._stopped = threading.Event()

    def run(
        self,
        task: Task,
        *,
        cancelled: threading.Event | None = None,
        progress: Progress = nobody,
    ) -> dict[str, Any]:
        """Do a task and answer what the worker said.

        Raises
        ------
        BusyError
            ``workers_busy`` or ``service_stopping``.
        TimeLimitError
            ``worker_time``.
        WorkerError
            ``worker_died``.
        CancelledError
            ``work_cancelled``.
        RemoteError
            What the worker refused.
        """
        left = cancelled or threading.Event()
        if not self._places.acquire(blocking=False):
            raise BusyError("workers_busy")
        try:
            self._wait_for_turn(task, left)
            try:
                answer = self._work(task, left, progress)
            finally:
                self._free.release()
        finally:
            self._places.release()
        if answer.refusal is not None:
            raise answer.refusal.error()
        return answer.said

    def warm(self) -> None:
        """Start a worker in the background, so that the first caller need not wait."""

        def start() -> None:
            if not self._stopped.is_set() and self._free.acquire(blocking=False):
                try:
                    self._put_back(self._take())
                except (WorkerError, BusyError):
                    _LOG.debug("no worker was started", exc_info=True)
                finally:
                    self._free.release()

        threading.Thread(target=start, daemon=True).start()

    def stop(self) -> None:
        """Kill all workers; what they worked on is refused as interrupted."""
        self._stopped.set()
        with self._lock:
            workers, idle, self._idle = list(self._all), self._idle, []
        for worker in workers:
            worker.end()
        for worker in idle:
            self._discard(worker)

    def pids(self) -> list[int]:
        """Process ids of the workers there are, for the service's keeper."""
        with self._lock:
            return [worker.pid for worker in self._all]

    def _wait_for_turn(self, task: Task, left: threading.Event) -> None:
        """Wait for a free worker, as long as the task itself might take."""
        deadline = time.monotonic() + task.seconds
        while not self._free.acquire(timeout=_TICK_SECONDS):
            if self._stopped.is_set():
                raise BusyError("service_stopping")
            if left.is_set():
                raise CancelledError("work_cancelled")
            if time.monotonic() > deadline:
                raise BusyError("workers_busy")

    def _work(self, task: Task, left: threading.Event, progress: Progress) -> Answer:
        worker = self._take()
        try:
            answer = worker.perform(task, left, progress, self._field)
        except BaseException as error:
            self._discard(worker)
            if isinstance(error, WorkerError):
                if self._stopped.is_set():
                    raise BusyError("service_stopping") from error
                if worker.idle:
                    return self._work(task, left, progress)
            # So that the next caller need not wait for a worker to start.
            self.warm()
            raise
        if answer.leaving or worker.tasks >= _TASKS_PER_WORKER:
            self._discard(worker)
        else:
            self._put_back(worker)
        return answer

    def _take(self) -> "_Worker":
        """Answer an idle worker that lives, else a new one."""
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                break
            if worker.lives():
                return worker
            self._discard(worker)
        worker = _Worker(self._setup)
        with self._lock:
            self._all.add(worker)
        if self._stopped.is_set():
            self._discard(worker)
            raise BusyError("service_stopping")
        return worker

    def _put_back(self, worker: "_Worker") -> None:
        worker.idle = True
        with self._lock:
            # Once stopped, nobody would end it any more.
            kept = not self._stopped.is_set()
            if kept:
                self._idle.append(worker)
        if not kept:
            self._discard(worker)

    def _discard(self, worker: "_Worker") -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, setup: Setup) -> None:
        # -P: the folder the service was started in must not lend modules.
        command = [sys.executable, "-P", "-m", "service.jobs.worker"]
        theirs, self._lifeline = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603
            [*command, str(theirs)],
            pass_fds=[theirs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Not our own: it may be a file, and the worker's files have a bound.
            stderr=subprocess.PIPE,
            env=worker_environment(),
            # Ctrl-C in the terminal is for the server, which then ends the workers.
            start_new_session=True,
        )
        os.close(theirs)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        threading.Thread(target=_log, args=(self._process,), daemon=True).start()
        self._input, self._output = self._process.stdin, self._process.stdout
        # Not select(): it knows no file number above 1023.
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self._pending = b""
        self._ready = False
        self.tasks = 0
        # Until it says that it has begun a task. One that is being killed still counts
        # as alive, to the system, while the last of its threads ends; what it was
        # given then is safe with another.
        self.idle = False
        try:
            self._send(setup.model_dump_json())
        except WorkerError:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def lives(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process; whoever reads its pipes will notice."""
        self._process.kill()

    def kill(self) -> None:
        """End the process, wait until it is gone, and close the pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._input, self._output):
            try:
                pipe.close()
            except OSError:
                _LOG.debug("pipe to a dead worker", exc_info=True)
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def perform(
        self, task: Task, left: threading.Event, progress: Progress, field: str
    ) -> Answer:
        """Do one task; the caller kills the worker if this raises."""
        self.tasks += 1
        self._send(task.model_dump_json())
        if not self._ready:
            # Loading the libraries is not the task's time.
            self._next_line(left, time.monotonic() + _START_SECONDS, field, 0)
            self._ready = True
        deadline = time.monotonic() + task.seconds
        while True:
            line = self._next_line(left, deadline, field, task.seconds)
            if "answer" in line:
                return Answer.model_validate(line["answer"])
            self.idle = False
            progress(int(line["progress"]))

    def _send(self, line: str) -> None:
        try:
            self._input.write(line.encode() + b"\n")
            self._input.flush()
        except OSError as error:
            raise self._death() from error

    def _next_line(
        self, left: threading.Event, deadline: float, field: str, seconds: float
    ) -> dict[str, Any]:
        while b"\n" not in self._pending:
            if left.is_set():
                raise CancelledError("work_cancelled")
            if time.monotonic() > deadline:
                raise TimeLimitError("worker_time", seconds=seconds, field=field)
            if not self._poll.poll(_TICK_MILLISECONDS):
                continue
            piece = os.read(self._output.fileno(), 65536)
            if not piece:
                raise self._death()
            self._pending += piece
        line, _, self._pending = self._pending.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _death(self) -> WorkerError:
        code = self._process.wait()
        try:
            reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        except ValueError:
            reason = f"signal {-code}"
        return WorkerError("worker_died", reason=reason)


def _log(process: subprocess.Popen[bytes]) -> None:
    """Pass on what a worker prints, until it ends."""
    assert process.stderr is not None
    with process.stderr as printed:
        for line in printed:
            text = line.decode("utf-8", "replace").rstrip()
            _LOG.warning("worker %d: %s", process.pid, text)
