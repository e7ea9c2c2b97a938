"""What all tests share: examples of hypothesis, and servers that are really run."""

import contextlib
import http.client
import http.server
import logging
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

# How long an example takes says nothing on a loaded machine; speed is in benchmarks/.
# The examples are the same in each run: what fails, fails for everybody, and again.
# Others are looked for by a command of its own: --hypothesis-profile exploring.
settings.register_profile(
    "repeatable",
    parent=settings.default,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "exploring",
    parent=settings.get_profile("repeatable"),
    derandomize=False,
    print_blob=True,
)
settings.load_profile("repeatable")

SHOTS = "--shots"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person have pictures of what the tests of pages saw."""
    words = "keep screenshots of the pages in build/screenshots (takes minutes more)"
    parser.addoption(SHOTS, action="store_true", help=words)


TOOLS = Path(__file__).parents[1] / ".tools"
STARTED_WITHIN_S = 180
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
PASSWORD = "S3cret-山川"  # noqa: S105


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command that a test runs in this process sets the logging for its process."""
    names = (
        *("ecobarrier", "uvicorn", "uvicorn.error"),
        *("asyncio", "concurrent.futures", "py.warnings"),
    )
    loggers = [logging.getLogger(name) for name in names]
    kept = [(one.handlers[:], one.propagate, one.level) for one in loggers]
    yield
    logging.captureWarnings(capture=False)
    for logger, (handlers, propagate, level) in zip(loggers, kept, strict=True):
        logger.handlers[:] = handlers
        logger.propagate = propagate
        logger.setLevel(level)


def free_port() -> int:
    """Answer a port for a server that cannot choose one itself.

    Below those that Linux and the IANA give to clients (32768 and up): one of these
    may be taken by anybody's connection before the server listens.
    """
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_answered(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a server of ours to answer anything at all."""
    end = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args!r} ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{address} does not answer")


# moto compares a condition and writes in two steps, with other requests between them:
# of two conditional writes at once both could win. Stores do that in one step, and so
# does this one, which does one request after the other.
ONE_AT_A_TIME = """
import threading
import moto.server as server
lock, run = threading.Lock(), server.run_simple
def run_simple(host, port, app, **more):
    def one_at_a_time(environ, start):
        with lock:
            return app(environ, start)
    run(host, port, one_at_a_time, **more)
server.run_simple = run_simple
server.main()
"""


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """Address of an S3 server on loopback, empty; any credentials are taken."""
    program = TOOLS / "s3-server" / "bin" / "python"
    if not program.exists():
        pytest.skip("the S3 server is not installed: scripts/servers")
    port = free_port()
    where = ["--host", "127.0.0.1", "--port", str(port)]
    command = [str(program), "-c", ONE_AT_A_TIME, *where]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_answered(address, process)
            yield address
        finally:
            process.terminate()


@pytest.fixture
def make_bucket(
    s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Answer how to make an empty bucket and get its address.

    Endpoint and credentials are in the environment, as a person would set them.
    """
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KEYOFTHETESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SecretOfTheTests0123456789")

    def make() -> str:
        name = f"bucket-{time.time_ns():x}-{tmp_path.stat().st_ino:x}"
        address = f"{s3_endpoint}/{name}"
        request = urllib.request.Request(address, method="PUT")  # noqa: S310
        urllib.request.urlopen(request, timeout=300).close()  # noqa: S310
        return f"s3://{name}"

    return make


class Unreliable(http.server.BaseHTTPRequestHandler):
    """Passes requests on, but spoils one in five in turn in four ways.

    Never the same one more than three times in a row: whoever asks six times gets an
    answer, however the requests of several threads are mixed.
    """

    protocol_version = "HTTP/1.1"
    target = ""
    chance: random.Random
    spoilt: list[str]
    in_a_row: Counter[str]
    share = 0.2
    dropped: str | None = None
    """A header that does not arrive."""

    def _pass(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        fault = None
        asked = f"{self.command} {self.path}"
        if self.chance.random() < self.share and self.in_a_row[asked] < 3:
            self.in_a_row[asked] += 1
            fault = ("503", "500", "close", "lost")[len(self.spoilt) % 4]
            self.spoilt.append(f"{fault} {self.command}")
        else:
            del self.in_a_row[asked]
        if fault in ("503", "500"):
            self.send_response(int(fault))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if fault == "close":
            self.close_connection = True
            return
        host = self.target.removeprefix("http://")
        behind = http.client.HTTPConnection(host, timeout=300)
        headers = {k: v for k, v in self.headers.items() if k.lower() != self.dropped}
        behind.request(self.command, self.path, body, headers)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        if fault == "lost":
            # The request was done, and nobody hears of it.
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (
                "transfer-encoding",
                "content-length",
                "connection",
            ):
                self.send_header(name, value)
        size = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", size or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def unreliable(
    s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Put a proxy before the S3 server that spoils one request in five.

    Answers what it did, filled as it does it.
    """
    spoilt: list[str] = []
    chance = random.Random(5)  # noqa: S311
    more = {
        "target": s3_endpoint,
        "chance": chance,
        "spoilt": spoilt,
        "in_a_row": Counter(),
    }
    with _proxy(more) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield spoilt


@contextlib.contextmanager
def _proxy(more: dict[str, object]) -> Iterator[str]:
    handler = type("Handler", (Unreliable,), more)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(params=["If-Match", "If-None-Match"])
def ignored_condition(
    request: pytest.FixtureRequest, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Make of the S3 server one that ignores a condition, as some stores do."""
    header = str(request.param)
    chance = random.Random(5)  # noqa: S311
    more = {
        "target": s3_endpoint,
        "chance": chance,
        "spoilt": [],
        "in_a_row": Counter(),
        "share": 0.0,
        "dropped": header.lower(),
    }
    with _proxy(more) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield header


StartNginx = Callable[..., str]
"""Given the inside of a ``server`` block, and what stands beside it, answers the
address."""


@pytest.fixture
def start_nginx(tmp_path: Path) -> Iterator[StartNginx]:
    """Run Debian's nginx, as who runs the tests, in a folder of its own."""
    own = TOOLS / "nginx"
    program = str(own) if own.exists() else shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed: scripts/servers")
    running: list[subprocess.Popen[bytes]] = []

    def start(inside: str, outside: str = "") -> str:
        port = free_port()
        folder = tmp_path / f"nginx-{port}"
        folder.mkdir()
        configuration = folder / "nginx.conf"
        # Its workers would be "nobody", who cannot read the folders of tests.
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(
            f"""
            {user}
            daemon off;
            worker_processes 1;
            pid {folder}/pid;
            error_log {folder}/errors.log;
            events {{ worker_connections 512; }}
            http {{
                access_log off;
                client_body_temp_path {folder}/body;
                proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi;
                uwsgi_temp_path {folder}/uwsgi;
                scgi_temp_path {folder}/scgi;
                {outside}
                server {{ listen 127.0.0.1:{port}; {inside} }}
            }}
            """,
            encoding="utf-8",
        )
        command = [program, "-p", str(folder), "-c", str(configuration)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_until_answered(address, process)
        return address

    yield start
    for process in running:
        process.terminate()
        process.wait(STARTED_WITHIN_S)


def _postgres_programs() -> Path | None:
    found = shutil.which("initdb")
    for folder in [Path(found).parent] if found else PLACES:
        share = folder.parents[2] / "share/postgresql" / folder.parent.name
        if found or (share / "extension/postgis.control").exists():
            return folder
    return None


@pytest.fixture(scope="session")
def postgres_room() -> Iterator[str]:
    """Folder of the socket of a server that asks for a password; PostGIS is in it.

    Its user ``planner`` may do everything. Skipped where no server is installed.
    """
    folder = _postgres_programs()
    if folder is None:
        pytest.skip("PostgreSQL with PostGIS is not installed")
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as room:
        secret = Path(room) / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if user:
            for one in (room, secret):
                shutil.chown(one, user)

        def call(program: str, *arguments: str) -> None:
            command = [str(folder / program), "-D", f"{room}/data", *arguments]
            subprocess.run(command, check=True, capture_output=True, user=user)

        call(
            "initdb", "--auth=scram-sha-256", "--username=planner", "--encoding=UTF8",
            "--locale=C", f"--pwfile={secret}", "--no-sync",
        )  # fmt: skip
        options = f"-c listen_addresses= -c fsync=off -k {room}"
        patient = ("-t", str(STARTED_WITHIN_S))
        call("pg_ctl", "-w", *patient, "-l", f"{room}/log", "-o", options, "start")
        try:
            place = f"host={room} user=planner dbname=template1"
            with psycopg.connect(place, password=PASSWORD) as connection:
                connection.execute("CREATE EXTENSION postgis")
            yield room
        finally:
            call("pg_ctl", *patient, "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def make_database(postgres_room: str) -> Callable[..., str]:
    """Make a database of that name, and answer its address with the password."""

    def make(name: str, *, template: str = "template1") -> str:
        place = f"host={postgres_room} user=planner dbname=postgres"
        with psycopg.connect(place, password=PASSWORD, autocommit=True) as connection:
            names = sql.Identifier(name), sql.Identifier(template)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        secret = urllib.parse.quote(PASSWORD)
        return f"postgresql://planner:{secret}@/{name}?host={postgres_room}"

    return make
