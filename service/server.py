"""Start the service and say where it is."""

import socket
import sys

import uvicorn

from service.app import create_app
from service.errors import RequestError
from service.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until interrupted; prints the address once connections are accepted.

    Raises
    ------
    RequestError
        ``port_in_use`` when the address cannot be bound.
    """
    listener = _listener(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    app = create_app(settings)
    app.state.jobs.quick.warm()
    # What is not baked yet is baked meanwhile; afterwards this finds nothing to do.
    app.state.tiles.bake_all(app.state.catalog.specs)
    config = uvicorn.Config(app, log_level="warning")
    sys.stdout.write(f"Ecobarrier: http://{host}:{port}/\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening before the address is printed: whoever reads it can connect.
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise RequestError(
            "port_in_use", host=host, port=port, reason=reason
        ) from error
    return listener
