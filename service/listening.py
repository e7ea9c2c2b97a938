"""Start the service, in this process or in several, and say where it is."""

import socket
import sys

from service.errors import RequestError
from service.middleware.access_log import configure_logging
from service.settings import Settings
from service.sharing import ALONE
from service.supervisor import Supervisor

BACKLOG = 16_384
"""Connections that wait to be accepted; the system may allow fewer (somaxconn)."""


def serve(settings: Settings) -> None:
    """Serve until interrupted; prints the address once connections are accepted.

    On SIGTERM or Ctrl-C no new connection is taken and what is running may end.
    With ``settings.processes`` above 1 as many processes serve the address; it is
    printed once all do.

    Raises
    ------
    RequestError
        ``port_in_use`` when the address cannot be bound.
    WorkerError
        ``process_not_started``.
    """
    configure_logging(settings.log_level)
    listener = _listener(settings.host, settings.port)
    host, port = listener.getsockname()[:2]

    def tell() -> None:
        sys.stdout.write(f"Ecobarrier: http://{host}:{port}/\n")
        sys.stdout.flush()

    if settings.processes > 1:
        Supervisor(settings, listener).run(tell)
    else:
        # Only who answers requests loads the libraries for it.
        from service.server import run

        run(settings, listener, ALONE, tell)


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening before the address is printed: whoever reads it can connect.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise RequestError(
            "port_in_use", host=host, port=port, reason=reason
        ) from error
    return listener
