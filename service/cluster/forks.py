"""The process that workers of this machine are forked from."""

import multiprocessing
import multiprocessing.forkserver

PRELOAD = "service.cluster.preload"


def start_early() -> None:
    """Start it, and do not wait: it loads libraries while this process does the same.

    Workers forked from it are there at once, share the memory of what is loaded, and
    one that died is replaced as fast. Once per process; later calls do nothing.
    """
    multiprocessing.set_forkserver_preload([PRELOAD])
    multiprocessing.forkserver.ensure_running()
