"""Wait for a worker without holding up the service, and only while the caller does."""

import threading
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import Request

from service.jobs.messages import Task
from service.jobs.pool import WorkerPool

THREADS = 200
"""Threads that wait for workers, apart from those that serve other requests."""


async def perform(
    request: Request, pool: WorkerPool, task: Task, limiter: anyio.CapacityLimiter
) -> dict[str, Any]:
    """Let a worker do a task; stop it when the caller goes away.

    Parameters
    ----------
    request : Request
        Its body has been read.
    pool : WorkerPool
    task : Task
    limiter : CapacityLimiter

    Raises
    ------
    RequestError
        As :meth:`WorkerPool.run`; ``work_cancelled`` when the caller went away.
    """
    left = threading.Event()
    said: dict[str, Any] = {}
    failure: Exception | None = None

    def work() -> dict[str, Any]:
        return pool.run(task, cancelled=left)

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        try:
            # Shielded: the thread ends by itself, soon after the event is set.
            with anyio.CancelScope(shield=True):
                said = await run_sync(work, limiter=limiter)
        except Exception as error:
            failure = error
        group.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return said
