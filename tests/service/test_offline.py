"""No outbound call: neither GDAL's network drivers nor files that name other files."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from service.settings import worker_environment

TRY = """
import json, sys
import pyogrio, rasterio
port = sys.argv[1]
here = f"http://127.0.0.1:{port}"
vrt = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>'
vrt += f'/vsicurl/{here}/a.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
tries = [
    f"/vsicurl/{here}/a.geojson", f"/vsicurl_streaming/{here}/a.geojson",
    f"/vsizip//vsicurl/{here}/a.zip", f"{here}/a.geojson", f"WFS:{here}/",
    f"OAPIF:{here}/", vrt, f"/vsis3/bucket/a.geojson", f"ES:{here}", f"CSW:{here}",
]
for one in tries:
    try:
        pyogrio.read_info(one)
        print("opened", one)
    except Exception:
        pass
wms = f'<GDAL_WMS><Service name="TMS"><ServerUrl>{here}/${{z}}</ServerUrl></Service>'
wms += '<DataWindow><SizeX>9</SizeX><SizeY>9</SizeY></DataWindow></GDAL_WMS>'
for one in [f"/vsicurl/{here}/a.tif", f"{here}/a.tif", f"WMS:{here}/", wms]:
    try:
        with rasterio.open(one) as dataset:
            dataset.read(1)
        print("opened", one)
    except Exception:
        pass
drivers = set(pyogrio.list_drivers())
print(json.dumps(sorted(drivers & {"WFS", "OAPIF", "CSW", "Carto", "OGR_VRT", "NGW",
    "Elasticsearch", "AmigoCloud", "PLSCENES", "GPSBabel", "HTTP", "OGCAPI", "EEDA"})))
"""


@pytest.fixture
def hits() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that notes who asks it for what."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, seen
    server.shutdown()
    thread.join()
    server.server_close()


def tried(port: int, environment: dict[str, str] | None) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", TRY, str(port)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def test_worker_calls_nobody(hits: tuple[int, list[str]]) -> None:
    port, seen = hits
    *opened, drivers = tried(port, worker_environment())
    assert seen == []
    assert opened == []
    assert json.loads(drivers) == []


def test_without_the_options_it_would(hits: tuple[int, list[str]]) -> None:
    """The check above can fail."""
    port, seen = hits
    tried(port, None)
    assert seen


def test_worker_sees_no_setting_of_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECOBARRIER_SECRET", "x")
    monkeypatch.setenv("SOMETHING_ELSE", "y")
    environment = worker_environment()
    assert "ECOBARRIER_SECRET" not in environment
    assert environment["SOMETHING_ELSE"] == "y"
