"""Workers of a cluster of our own are replaced, also where the library gives up.

A worker's nanny starts another when one dies. It ends for good when that fails, such as
when the dead one's name is still taken; then nobody would do what is left.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from distributed import LocalCluster
from distributed.core import Status

LOOK_SECONDS = 1.0
"""Time between looks."""


@contextmanager
def replaced(cluster: LocalCluster) -> Iterator[None]:
    """Start a nanny in the place of each that ended, until the block ends."""

    def look() -> None:
        if cluster.status != Status.running:
            return
        for name, nanny in list(cluster.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del cluster.workers[name]
        if len(cluster.workers) < len(cluster.worker_spec):
            cluster.scale(len(cluster.worker_spec))

    async def keep_looking() -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            look()

    async def start() -> "asyncio.Task[None]":
        return asyncio.create_task(keep_looking())

    async def stop(looking: "asyncio.Task[None]") -> None:
        looking.cancel()

    looking = cluster.sync(start)
    try:
        yield
    finally:
        cluster.sync(stop, looking)
