"""GDAL, in both copies, asks nobody: a listener counts who knocks."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

ADDRESSES = [
    "/vsicurl/http://{host}/a.tif",
    "/vsicurl_streaming/http://{host}/a.json",
    "http://{host}/a.tif",
    "WMS:http://{host}/?",
    "WFS:http://{host}/",
    "OAPIF:http://{host}/",
]
OPEN = """
import sys
import pyogrio, rasterio
{cut}
for address in sys.argv[1:]:
    for opened in (rasterio.open, pyogrio.read_info):
        try:
            opened(address)
        except Exception:
            pass
"""


class Listener:
    """Takes connections, answers 404 and remembers that somebody came."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.knocks = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.knocks += 1
            # Who has gone again needs no answer.
            with connection, suppress(OSError):
                connection.recv(1000)
                connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

    def end(self) -> None:
        """Wake the thread, which a close alone would leave waiting for ever."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)
        self.socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.end()


def knocks(listener: Listener, cut: str) -> int:
    addresses = [one.format(host=listener.host) for one in ADDRESSES]
    command = [sys.executable, "-c", OPEN.format(cut=cut), *addresses]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return listener.knocks


def test_gdal_would_call_out_by_itself(listener: Listener) -> None:
    assert knocks(listener, "") >= 5


def test_no_gdal_calls_out_once_a_reader_is_imported(listener: Listener) -> None:
    assert knocks(listener, "import layers.readers, layers.readers.raster") == 0
