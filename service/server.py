"""Run the web server in this process."""

import logging
import resource
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from service.app import create_app
from service.listening import BACKLOG
from service.protocol import patient_protocol
from service.settings import Settings
from service.sharing import Share
from service.viewer.warm import warm

_LOG = logging.getLogger("ecobarrier.server")
_OTHER_FILES = 1024
"""Open files beside connections: layers, tiles, bodies, workers, connections that are
just being refused."""

KEEP_ALIVE_S = 30
"""A browser's connection stays open between two clicks."""


def run(
    settings: Settings,
    listener: socket.socket,
    share: Share,
    ready: Callable[[], None],
) -> None:
    """Serve in this process until interrupted.

    Parameters
    ----------
    settings : Settings
        Of this process: see :func:`service.sharing.divided`.
    listener : socket
        Listens already.
    share : Share
    ready : callable
        Called when the app is made.

    Raises
    ------
    CatalogError
    """
    app = create_app(settings, share)
    app.state.jobs.quick.warm()
    if share.first:
        # What is not baked yet is baked meanwhile; afterwards this finds nothing to do.
        app.state.tiles.bake_all(app.state.catalog.specs)
        app.state.live.changed = app.state.tiles.bake_changed
    warm(app)
    config = server_config(settings, app)
    ready()
    uvicorn.Server(config).run(sockets=[listener])


def server_config(settings: Settings, app: FastAPI | None = None) -> uvicorn.Config:
    """Answer how the web server is to run the app; a new one if none is given."""
    return uvicorn.Config(
        app or create_app(settings),
        http=patient_protocol(settings, connections_allowed(settings)),
        ws="none",
        loop="uvloop",
        log_config=None,
        # Our own middleware writes one line per request.
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        # Our protocol counts connections and our middleware requests: uvicorn would
        # count idle connections as requests, and refuse /health too.
        limit_concurrency=None,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


def connections_allowed(settings: Settings) -> int:
    """Raise the process's limit of open files as needed; answer what it allows.

    A connection that cannot be accepted for want of a file would be lost without a
    word, and no layer could be read.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + _OTHER_FILES
    endless = resource.RLIM_INFINITY
    if soft != endless and soft < wanted:
        soft = wanted if hard == endless else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == endless or soft >= wanted:
        return settings.max_connections
    most = max(soft - _OTHER_FILES, soft // 2)
    _LOG.warning("open files are limited to %d: %d connections at most", soft, most)
    return most
