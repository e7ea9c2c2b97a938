"""Start the service and say where it is."""

import logging
import resource
import socket
import sys

import uvicorn
from fastapi import FastAPI

from service.app import create_app
from service.errors import RequestError
from service.middleware.access_log import configure_logging
from service.protocol import patient_protocol
from service.settings import Settings
from service.viewer.warm import warm

_LOG = logging.getLogger("ecobarrier.server")
_BACKLOG = 16_384
"""Connections that wait to be accepted; the system may allow fewer (somaxconn)."""
_OTHER_FILES = 1024
"""Open files beside connections: layers, tiles, bodies, workers, connections that are
just being refused."""

KEEP_ALIVE_S = 30
"""A browser's connection stays open between two clicks."""


def serve(settings: Settings) -> None:
    """Serve until interrupted; prints the address once connections are accepted.

    On SIGTERM or Ctrl-C no new connection is taken and what is running may end.

    Raises
    ------
    RequestError
        ``port_in_use`` when the address cannot be bound.
    """
    configure_logging(settings.log_level)
    listener = _listener(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    app = create_app(settings)
    app.state.jobs.quick.warm()
    # What is not baked yet is baked meanwhile; afterwards this finds nothing to do.
    app.state.tiles.bake_all(app.state.catalog.specs)
    app.state.live.changed = app.state.tiles.bake_all
    warm(app)
    config = server_config(settings, app)
    sys.stdout.write(f"Ecobarrier: http://{host}:{port}/\n")
    sys.stdout.flush()
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
        backlog=_BACKLOG,
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


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening before the address is printed: whoever reads it can connect.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise RequestError(
            "port_in_use", host=host, port=port, reason=reason
        ) from error
    return listener
