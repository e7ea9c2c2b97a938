"""One process of a service of several; started by :mod:`service.supervisor`.

``python -m service.member`` reads what it is from its input. It ends as one process
does on SIGTERM, and so it does when the supervisor is gone.
"""

import os
import signal
import socket
import sys
import threading

from geo.errors import EcobarrierError
from service.middleware.access_log import configure_logging
from service.server import run
from service.settings import Settings
from service.sharing import divided
from service.supervisor import READY, Told


def main() -> int:
    """Serve until told to end; answer the exit code."""
    told = Told.model_validate_json(sys.stdin.buffer.read())
    settings = Settings(**told.settings)
    configure_logging(settings.log_level)
    line = socket.socket(fileno=told.line)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    listener = socket.socket(fileno=told.listener)
    try:
        run(
            divided(settings, told.share),
            listener,
            told.share,
            ready=lambda: line.sendall(READY),
        )
    except EcobarrierError as error:
        text = " ".join(f"{error.text.zh} | {error.text.en}".split())
        sys.stderr.write(f"{text}\n")
        return 1
    return 0


def _end_with(line: socket.socket) -> None:
    """End when the supervisor does, however it does; it never says anything."""
    line.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
