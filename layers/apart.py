"""Work that several processes may want done, and processes that work for another.

Whoever wants the same thing made takes the same lock: one makes it, the others wait and
find it. The system gives the lock back however its holder ends, and ends whatever the
holder had started.
"""

import fcntl
import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.writers import writing

LOCKS = ".locks"
"""Folder, beside what is made, of the files that are locked meanwhile."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock file; who else wants it, in any process or thread, waits.

    The file stays: removed, it could be held by one and made anew by another.

    Raises
    ------
    LayerWriteError
        Its folder cannot be made or written.
    """
    with writing(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        stream = lock.open("ab")
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def lifeline() -> Iterator[int]:
    """Lend the end of a pipe for a process to be started, as its file.

    Nobody writes to it. It closes when the caller is done or dead.
    """
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(theirs)
        os.close(ours)


def end_with(line: int) -> None:
    """Have the system end our process group when the other end of a pipe closes.

    The signal is SIGIO, which ends a process that does not handle it, whatever library
    is just busy; it also reaches programs that were started from here. The caller leads
    a session of its own.
    """
    fcntl.fcntl(line, fcntl.F_SETOWN, -os.getpgrp())
    flags = fcntl.fcntl(line, fcntl.F_GETFL)
    fcntl.fcntl(line, fcntl.F_SETFL, flags | os.O_ASYNC)
    closed = select.poll()
    closed.register(line, 0)
    if closed.poll(0):
        # It closed before: no signal comes any more.
        os.killpg(os.getpgrp(), signal.SIGKILL)
