"""Several processes behind one listening socket: started, watched, started again.

Each is a new interpreter (:mod:`service.member`), not a fork: libraries and threads of
the supervisor are not in it. The supervisor opens no layer and answers no request.
"""

import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from service.buckets import shared_memory
from service.errors import WorkerError
from service.settings import Settings
from service.sharing import Share

READY = b"r"
"""What a process says once it accepts connections."""
SETTLED_S = 10.0
"""A process that lived so long is started again at once."""
MOST_DELAY_S = 30.0
_JOBS_END_S = 15
"""Beyond the time that requests have: workers and the job list are put away."""

_LOG = logging.getLogger("ecobarrier.supervisor")


class Told(BaseModel):
    """What a process is told about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: dict[str, Any]
    share: Share
    listener: int
    """Open file of the listening socket."""
    line: int
    """Open file of a socket to the supervisor, that closes when this ends."""


class Supervisor:
    """Keeps ``settings.processes`` processes alive.

    Parameters
    ----------
    settings : Settings
    listener : socket
        Listens already; the processes accept from it.
    """

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._ending = 0
        self._members: list[_Member] = []

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT; ``ready`` is called once all processes are.

        Raises
        ------
        WorkerError
            ``process_not_started``: one ended before it was ready the first time; it
            has written why.
        """
        with ExitStack() as stack:
            wake = stack.enter_context(self._signals())
            shares = stack.enter_context(_shared(self._settings))
            settings = shares.settings
            self._members = [
                _Member(settings, share, self._listener) for share in shares.shares
            ]
            try:
                for member in self._members:
                    member.start()
                self._watch(wake, ready)
            finally:
                self._end()

    def _watch(self, wake: int, ready: Callable[[], None]) -> None:
        told = False
        while not self._ending:
            self._wait(wake)
            for member in self._members:
                if not member.look():
                    continue
                if not told:
                    reason = member.reason
                    raise WorkerError("process_not_started", reason=reason)
                _LOG.warning(
                    "process %d ended (%s); it is started again in %.0f s",
                    member.share.index,
                    member.reason,
                    member.delay_s,
                )
            if not told and all(one.ready for one in self._members):
                told = True
                ready()
            for member in self._members:
                member.start_if_due()

    def _wait(self, wake: int) -> None:
        """Sleep until a signal, news of a process, or a start that is due."""
        files = [one.line for one in self._members if one.line is not None]
        dues = [one.due for one in self._members if one.line is None]
        seconds = max(0.0, min(dues) - time.monotonic()) if dues else None
        watched: list[int] = [wake, *(one.fileno() for one in files)]
        found, _, _ = select.select(watched, [], [], seconds)
        if wake in found:
            os.read(wake, 64)

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Note signals that end us; lend the file at which they are noticed."""
        woken, wakes = os.pipe()
        for end in (woken, wakes):
            os.set_blocking(end, False)

        def note(number: int, _: object) -> None:
            self._ending = number

        kept = [(one, signal.signal(one, note)) for one in _ENDING]
        before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(before)
            for one, handler in kept:
                signal.signal(one, handler)
            os.close(woken)
            os.close(wakes)

    def _end(self) -> None:
        """Let all processes end gracefully; kill those that do not in their time.

        A second SIGINT is handed on: then requests are given up.
        """
        self._listener.close()
        for member in self._members:
            member.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._settings.shutdown_seconds + _JOBS_END_S
        self._ending = 0
        while any(one.lives() for one in self._members):
            if time.monotonic() > deadline:
                _LOG.warning("a process did not end in time; it is killed")
                break
            if self._ending == signal.SIGINT:
                self._ending = 0
                for member in self._members:
                    member.signal(signal.SIGINT)
            time.sleep(0.05)
        for member in self._members:
            member.discard()


_ENDING = (signal.SIGTERM, signal.SIGINT)


class _Member:
    """One process, the line to it, and when it may be started again."""

    def __init__(
        self, settings: Settings, share: Share, listener: socket.socket
    ) -> None:
        self.share = share
        self.line: socket.socket | None = None
        self.ready = False
        self.due = 0.0
        self.delay_s = 0.0
        self.reason = ""
        self._settings = settings
        self._listener = listener
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Start the process."""
        ours, theirs = socket.socketpair()
        told = Told(
            settings=self._settings.model_dump(mode="json"),
            share=self.share,
            listener=self._listener.fileno(),
            line=theirs.fileno(),
        )
        shared = (self.share.by_address, self.share.by_key)
        files = [told.listener, told.line, *(one for one in shared if one is not None)]
        with theirs:
            self._process = subprocess.Popen(
                # -P: the folder the service was started in must not lend modules.
                [sys.executable, "-P", "-m", "service.member"],
                pass_fds=files,
                stdin=subprocess.PIPE,
                # Ctrl-C in the terminal is for the supervisor, which hands it on.
                start_new_session=True,
            )
        self.line, self.ready, self._started = ours, False, time.monotonic()
        assert self._process.stdin is not None
        # One that has died already reads nothing; its line tells.
        with suppress(BrokenPipeError), self._process.stdin as pipe:
            pipe.write(told.model_dump_json().encode())

    def start_if_due(self) -> None:
        """Start the process again, if it ended and has waited long enough."""
        if self.line is None and time.monotonic() >= self.due:
            self.start()

    def look(self) -> bool:
        """Read what the process says; answer whether it has ended."""
        if self.line is None or not select.select([self.line], [], [], 0)[0]:
            return False
        if self.line.recv(1) == READY:
            self.ready = True
            return False
        assert self._process is not None
        code = self._process.wait()
        self.reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        lived_s = time.monotonic() - self._started
        settled = self.ready and lived_s >= SETTLED_S
        grown = min(MOST_DELAY_S, max(1.0, 2 * self.delay_s))
        self.delay_s = 0.0 if settled else grown
        self.due = time.monotonic() + self.delay_s
        self.discard()
        return True

    def lives(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send the process a signal, if it is there."""
        if self.lives():
            assert self._process is not None
            self._process.send_signal(number)

    def discard(self) -> None:
        """End the process if it is there, and close the line to it."""
        if self.lives():
            self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        if self.line is not None:
            self.line.close()
        self.line, self.ready = None, False


class _Shared(NamedTuple):
    """What the processes have in common."""

    settings: Settings
    shares: list[Share]


@contextmanager
def _shared(settings: Settings) -> Iterator[_Shared]:
    """Make what the processes share; it goes when they have gone."""
    folder = Path(tempfile.mkdtemp(prefix="ecobarrier-"))
    files = [
        shared_memory(name) for name in ("ecobarrier-addresses", "ecobarrier-keys")
    ]
    if settings.workspace is None and settings.jobs is None:
        # Each would have a list of its own, and not know the jobs of the others.
        settings = settings.model_copy(update={"jobs": folder / "jobs"})
    of = settings.processes
    shares = [
        Share(index=i, of=of, by_address=files[0], by_key=files[1], exchange=folder)
        for i in range(of)
    ]
    try:
        yield _Shared(settings=settings, shares=shares)
    finally:
        for file in files:
            os.close(file)
        shutil.rmtree(folder, ignore_errors=True)
