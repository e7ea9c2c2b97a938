"""The process that works: parses what strangers send and computes, within limits.

Started by :mod:`service.jobs.pool` as ``python -m service.jobs.worker``. It ends when
its standard input does, so that it never outlives the service.
"""

import fcntl
import json
import os
import queue
import resource
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TextIO

from geo.errors import EcobarrierError
from service.errors import RequestError, StorageError, TooLargeError, WorkerError
from service.jobs.messages import Answer, Limits, Refusal, Setup, Task
from service.jobs.tasks import Worker

Say = Callable[[dict[str, object]], None]

_CPU_SPARE_SECONDS = 5


def main() -> None:
    """Work on tasks until the input ends; the argument is the lifeline."""
    _end_with_the_server(int(sys.argv[1]))
    say = _channel()
    lines = _lines()
    setup = Setup.model_validate_json(lines.get())
    _limit(setup.limits)
    worker = Worker(setup)
    say({"ready": os.getpid()})
    while True:
        task = Task.model_validate_json(lines.get())
        say({"progress": 0})
        _limit_cpu(task.seconds)
        answer = _answer(worker, task, say, setup.limits)
        say({"answer": answer.model_dump(mode="json")})
        if answer.leaving:
            return


def _end_with_the_server(lifeline: int) -> None:
    """Have the system end us when the server is gone, whatever we are doing then.

    Nobody ever writes to this pipe. When its other end closes the system sends SIGIO,
    which ends a process that does not handle it; no library that is busy can hold it
    up, as it does Python's threads.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)


def _channel() -> Say:
    """Keep the pipe to the server for us; whatever else is printed goes to the log."""
    pipe: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(message: dict[str, object]) -> None:
        pipe.write(json.dumps(message, default=str) + "\n")
        pipe.flush()

    return say


def _lines() -> "queue.Queue[bytes]":
    """Read ahead in a thread, so that an end of the input is noticed."""
    lines: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        # The server has ended before the lifeline was set up.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _limit(limits: Limits) -> None:
    """Bound memory beyond what the libraries have reserved, and the size of files."""
    with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123
        pages = int(stream.read().split()[0])
    memory = pages * resource.getpagesize() + limits.memory_mb * 1_000_000
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _lower(what, most)


def _limit_cpu(seconds: float) -> None:
    """Let the system end a task that the server, gone or stuck, does not end."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    cores = os.cpu_count() or 1
    _lower(resource.RLIMIT_CPU, int(used + seconds * cores) + _CPU_SPARE_SECONDS)


def _lower(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (soft, hard))


def _answer(worker: Worker, task: Task, say: Say, limits: Limits) -> Answer:
    """Do the task; every failure becomes a refusal with a reason."""

    def progress(percent: int) -> None:
        say({"progress": percent})

    try:
        return Answer(said=worker.perform(task, progress))
    except EcobarrierError as error:
        out = _out_of_memory(error)
        if out:
            return _no_memory(limits)
        if not isinstance(error, RequestError):
            _log_if_ours(error)
        return Answer(refusal=Refusal.of(error))
    except MemoryError:
        return _no_memory(limits)
    except OSError as error:
        traceback.print_exc()
        said = error.strerror or type(error).__name__
        return Answer(refusal=Refusal.of(StorageError("body_not_stored", reason=said)))
    except Exception:
        traceback.print_exc()
        return Answer(refusal=Refusal.of(WorkerError("worker_failed")))


def _out_of_memory(error: BaseException) -> bool:
    """Whether a refusal only hides that memory ran out."""
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, MemoryError):
            return True
        cause = cause.__cause__
    return False


def _no_memory(limits: Limits) -> Answer:
    error = TooLargeError("worker_memory", most=limits.memory_mb)
    return Answer(refusal=Refusal.of(error), leaving=True)


def _log_if_ours(error: EcobarrierError) -> None:
    if Refusal.of(error).status >= 500:
        traceback.print_exc()


if __name__ == "__main__":
    main()
