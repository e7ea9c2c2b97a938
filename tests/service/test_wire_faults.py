"""Faults on the wire, against a real server: it goes on answering others."""

import ast
import contextlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ENDED = (0, -signal.SIGTERM)
WAIT_S = 120
"""What is waited for comes at once; only on a machine that stands still it may last."""
NEVER = "600"
"""Seconds of patience of a server none of whose clients is to be given up."""
SERVE = [sys.executable, "-m", "service", "serve", "--port", "0"]


class Server:
    """A service in a process of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        environment = {f"ECOBARRIER_{key}": value for key, value in settings.items()}
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                SERVE,
                env=os.environ | environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, self.log.read_text()
        self.port = int(found[1])

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask once, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, WAIT_S)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """Open a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)

    def exchange(self, raw: bytes) -> bytes:
        """Send bytes and read until the server closes."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(raw)
            return read_all(connection)

    def stop(self) -> int:
        """Stop it as a service manager does; uvicorn ends by the signal itself."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(WAIT_S)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def await_running(server: Server, count: int) -> None:
    """Wait until so many requests are running, beside the one that asks."""
    told = f"requests_running {count + 1}.0".encode()
    until(lambda: told in server.get("/metrics")[1], f"{count} running requests")


def await_idle(server: Server) -> None:
    """Wait until no request is running but the one that asks."""
    await_running(server, 0)


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    pieces = []
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def open_files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


Start = Callable[..., Server]


@pytest.fixture
def start(small_seeds: Path, tmp_path: Path) -> Iterator[Start]:
    started: list[Server] = []

    def make(seeds: Path = small_seeds, **settings: str) -> Server:
        started.append(Server(tmp_path, SEEDS=str(seeds), **settings))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def server(
    small_seeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    made = Server(folder, SEEDS=str(small_seeds), SLOW_CLIENT_SECONDS=NEVER)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def hasty(
    small_seeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that gives up whoever stalls for a second."""
    folder = tmp_path_factory.mktemp("hasty")
    made = Server(folder, SEEDS=str(small_seeds), SLOW_CLIENT_SECONDS="1")
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def still_answers(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each fault the shared server answers, and told nobody of its inside."""
    yield
    for name in {"server", "hasty"} & set(request.fixturenames):
        made: Server = request.getfixturevalue(name)
        assert made.get("/health")[0] == 200
        assert made.get("/collections/leagues/items")[0] == 200
        await_idle(made)


def test_fault_100_megabytes(server: Server) -> None:
    """Refused by its announced size; the body goes nowhere."""
    growths: list[int] = []
    # A server that has just been started loads libraries and layers beside; a body that
    # is kept makes the peak grow each time.
    while not growths or (growths[-1] >= 50_000_000 and len(growths) < 5):
        before = peak_set_back(server)
        status, body = until_heard(lambda: send_much(server))
        assert status == 413
        assert json.loads(body)["code"] == "body_too_large"
        growths.append(peak(server) - before)
    assert growths[-1] < 50_000_000, growths


def send_much(server: Server) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, WAIT_S)
    piece = b"x" * 1_000_000
    with contextlib.closing(connection):
        connection.putrequest("POST", "/overlap")
        connection.putheader("Content-Length", str(100 * len(piece)))
        connection.endheaders()
        for _ in range(100):
            connection.send(piece)
        answer = connection.getresponse()
        return answer.status, answer.read()


def until_heard(send: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """Send again where the server did not wait for the end of the body.

    It does for five seconds, which is enough unless this machine stood still.
    """
    for _ in range(4):
        with contextlib.suppress(ConnectionError):
            return send()
    return send()


def peak_set_back(server: Server) -> int:
    """Begin a new peak of the memory of a process; answer what it holds now, bytes."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    return peak(server)


def peak(server: Server) -> int:
    """Bytes of memory that a process has held at most."""
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", text)
    assert found
    return int(found[1]) * 1024


def test_fault_who_asks_before_sending_is_told_at_once(server: Server) -> None:
    head = (
        b"POST /overlap HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    answer = server.exchange(head)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_fault_huge_heads(server: Server) -> None:
    for head in (
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"y" * 5_000_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 5_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n",
    ):
        answer = server.exchange(head)
        # The refusal may be lost where the client is still sending.
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    small = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: "
    assert b" 200 OK" in server.exchange(small + b"y" * 20_000 + b"\r\n\r\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
    ],
)
def test_fault_what_is_no_http(server: Server, raw: bytes) -> None:
    answer = server.exchange(raw)
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer


def test_fault_slow_heads(hasty: Server) -> None:
    """Two hundred clients send a head byte by byte; each is given up.

    Another is answered meanwhile, not after them.
    """

    def answered_meanwhile() -> bool:
        connections[:] = [stack.enter_context(hasty.connect()) for _ in range(200)]
        for one in connections:
            with contextlib.suppress(ConnectionError):
                one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert hasty.get("/health")[0] == 200
        return not all(closed(one) for one in connections)

    def given_up() -> bool:
        for one in connections:
            with contextlib.suppress(OSError):
                one.sendall(b"y")
        return all(closed(one) for one in connections)

    connections: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        # Again where this machine itself stood still until all were given up.
        until(answered_meanwhile, "an answer beside slow clients")
        until(given_up, "slow clients are kept for ever")


def closed(connection: socket.socket) -> bool:
    """Tell whether the server has closed, without waiting for it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_fault_clients_that_say_nothing(hasty: Server) -> None:
    with contextlib.ExitStack() as stack:
        for one in [stack.enter_context(hasty.connect()) for _ in range(100)]:
            assert read_all(one) == b""


def test_fault_slow_body(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(
            b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        )
        assert server.get("/health")[0] == 200
        # The route takes no body, so it is refused before the body is awaited.
        assert connection.recv(65536).startswith(b"HTTP/1.1 405 ")


FLOOD = """
import asyncio, resource, sys
from collections import Counter

port, many = int(sys.argv[1]), int(sys.argv[2])
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
PATHS = ("/collections", "/collections/leagues/items", "/", "/collections/leagues")

async def connected(gate):
    async with gate:
        return await asyncio.open_connection("127.0.0.1", port)

async def ask(number, streams):
    reader, writer = streams
    head = f"GET {PATHS[number % 4]} HTTP/1.1\\r\\nHost: x\\r\\nConnection: close"
    try:
        writer.write(f"{head}\\r\\n\\r\\n".encode())
        said = await asyncio.wait_for(reader.read(), 280)
    except (OSError, TimeoutError) as error:
        return type(error).__name__
    finally:
        writer.close()
    head, _, body = said.partition(b"\\r\\n\\r\\n")
    lines = head.lower().split(b"\\r\\n")
    status = lines[0].split(b" ")[1].decode() if head else "nothing"
    length = next((int(one[16:]) for one in lines
                   if one.startswith(b"content-length: ")), len(body))
    if len(body) != length:
        return "cut"
    if status == "503" and not any(one.startswith(b"retry-after") for one in lines):
        return "impolite"
    return status

async def main():
    gate = asyncio.Semaphore(500)
    streams = await asyncio.gather(*(connected(gate) for _ in range(many)))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    said = await asyncio.gather(*(ask(*one) for one in enumerate(streams)))
    print(dict(Counter(said)), flush=True)

asyncio.run(main())
"""


def flood(port: int, many: int) -> "subprocess.Popen[str]":
    """Let another process open many connections; it asks when it is told to."""
    command = [sys.executable, "-c", FLOOD, str(port), str(many)]
    pipe = subprocess.PIPE
    flooding = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert flooding.stdout is not None
    assert flooding.stdout.readline() == "open\n"
    return flooding


def ask_now(flooding: "subprocess.Popen[str]") -> None:
    """Let it ask over all connections at once."""
    assert flooding.stdin is not None
    flooding.stdin.write("\n")
    flooding.stdin.flush()


def counted(flooding: "subprocess.Popen[str]") -> Counter[str]:
    return Counter(ast.literal_eval(flooding.communicate("\n", timeout=300)[0]))


def test_fault_10000_requests_at_once(start: Start) -> None:
    """Each over a connection of its own, all open at once: answered, or told when.

    The service says meanwhile and afterwards that it lives, and keeps nothing.
    """
    # Fewer only where the system would not open that many files for one process.
    many = 10_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY:
        many = min(many, hard - 1100)
    server = start(SLOW_CLIENT_SECONDS=NEVER)
    flooding = flood(server.port, many)
    until(lambda: open_files(server) > many, "connections wait to be accepted")
    health = []
    ask_now(flooding)
    while flooding.poll() is None:
        health.append(server.get("/health")[0])
        time.sleep(0.2)
    said = counted(flooding)
    assert set(said) <= {"200", "503"}
    assert sum(said.values()) == many
    assert said["200"] >= 200
    assert set(health) == {200}
    await_idle(server)
    until(lambda: open_files(server) < 300, "files stay open")
    assert server.get("/collections/leagues/items")[0] == 200
    assert b"Traceback" not in server.log.read_bytes()


def test_fault_more_connections_than_places(start: Start) -> None:
    """Too many are told so, most in a whole answer; a watcher is answered all along."""
    server = start(MAX_CONNECTIONS="50", SLOW_CLIENT_SECONDS=NEVER)
    # Its index is made now, which has few places of its own.
    assert server.get("/collections/leagues/items")[0] == 200
    idle = flood(server.port, 60)
    status, body = server.get("/collections")
    assert status == 503
    assert json.loads(body)["code"] == "too_busy"
    assert server.get("/health")[0] == 200
    crowd = flood(server.port, 300)
    assert set(counted(crowd)) <= {"503", "ConnectionResetError"}
    said = counted(idle)
    assert said == {"200": 50, "503": 10}
    await_idle(server)
    assert server.get("/collections")[0] == 200


def test_fault_beyond_the_places(start: Start) -> None:
    """With few places most are refused at once, with Retry-After, and all end."""
    server = start(MAX_REQUESTS="4", MAX_HEAVY="1")
    path = "/overlap?left=leagues&right=sandy_lands"
    # The first loads what the others find; nobody waits for a place for long.
    assert server.get(path)[0] == 200
    barrier = threading.Barrier(50)

    def ask(_number: int) -> tuple[int, str | None]:
        barrier.wait()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, WAIT_S)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers["retry-after"]

    with ThreadPoolExecutor(50) as pool:
        said = list(pool.map(ask, range(50)))
    assert {status for status, _ in said} <= {200, 503}
    assert sum(status == 200 for status, _ in said) >= 4
    assert all(after for status, after in said if status == 503)
    assert server.get("/collections")[0] == 200


def test_fault_cancelled_requests(server: Server) -> None:
    """Forty clients ask for work and hang up at once, with a reset."""
    for number in range(40):
        connection = server.connect()
        path = ("/map", "/overlap?left=leagues&right=redline", "/collections")[
            number % 3
        ]
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
    await_idle(server)


TRICKS = [
    "/collections/..%2f..%2fetc%2fpasswd",
    "/collections/../../../etc/passwd",
    "/collections/%2e%2e/%2e%2e/etc/passwd/items",
    "/collections/leagues.parquet/items",
    "/collections/.%2fleagues.parquet/items",
    "/collections/%00/items",
    "/collections/leagues%00/items",
    "/collections/%ff%fe/items",
    "/collections/" + "a" * 5000,
    "/collections/%E7%BA%A2%E7%BA%BF",
    "/collections/leagues/items?bbox=" + "9" * 5000,
    "/collections/leagues/items?bbox=nan,nan,nan,nan",
    "/collections/leagues/items?bbox=1e999,0,1,1",
    "/collections/leagues/items?limit=99999999999999999999",
    "/collections/leagues/items?offset=9223372036854775808",
    "/collections/leagues/items?offset=-1",
    "/collections/leagues/items?f=%3Cscript%3E",
    "/map?layers=/etc/passwd",
    "/map?layers=/vsicurl/http://127.0.0.1:9/x.tif",
    "/map?layers=" + "leagues," * 1000,
    "/overlap?left=./leagues.parquet&right=leagues",
    "/overlap?left=leagues&right=leagues.parquet:x",
    "/docs/..%2f..%2fsettings.py",
    "/docs/__init__.py",
    "//evil.example/collections",
    "/%0d%0aSet-Cookie:%20a=b",
]


@pytest.mark.parametrize("path", TRICKS)
def test_fault_bad_ids_and_path_tricks(server: Server, path: str) -> None:
    status, body = server.get(path)
    assert status < 500
    assert b"root:" not in body
    assert b"Traceback" not in body
    assert b"/site-packages/" not in body


def spoilt(seeds: Path, folder: Path) -> Path:
    shutil.copytree(seeds, folder)
    return folder


def test_fault_damaged_and_missing_files(
    start: Start, small_seeds: Path, tmp_path: Path
) -> None:
    """One layer is corrupt, one cut short, one gone: the others are served."""
    seeds = spoilt(small_seeds, tmp_path / "seeds")
    (seeds / "sandy_lands.parquet").write_bytes(b"PAR1" + b"\x00" * 500 + b"PAR1")
    whole = (seeds / "yellow_river.parquet").read_bytes()
    (seeds / "yellow_river.parquet").write_bytes(whole[: len(whole) // 2])
    (seeds / "redline.parquet").unlink()
    (seeds / "land_cover.tif").write_bytes(b"II*\x00" + b"\xff" * 300)
    server = start(seeds)
    for layer in ("sandy_lands", "yellow_river", "redline"):
        status, body = server.get(f"/collections/{layer}/items")
        said = json.loads(body)
        assert status == 500
        assert said["code"].startswith("layer_")
        assert str(tmp_path) not in body.decode()
        assert "Traceback" not in body.decode()
        assert server.get(f"/collections/{layer}")[0] == 200
    assert server.get("/map?layers=land_cover")[0] == 500
    assert server.get("/collections/leagues/items")[0] == 200
    assert server.get("/overlap?left=leagues&right=province")[0] == 200
    assert server.get("/health")[0] == 200
    status, body = server.get("/ready")
    assert status == 503
    assert json.loads(body)["missing"] == ["redline"]


BODY = json.dumps({"inputs": {"left": "leagues", "right": "sandy_lands"}}).encode()
ASKED = (
    b"POST /processes/overlap/execution HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)


def test_fault_stop_in_the_middle_of_a_request(start: Start) -> None:
    """SIGTERM: what runs is finished, then the process ends."""
    server = start(SHUTDOWN_SECONDS=NEVER)
    with server.connect() as connection:
        connection.sendall(ASKED + BODY[:10])
        await_running(server, 1)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(server), "it accepts connections still")
        connection.sendall(BODY[10:])
        answer = read_all(connection)
    assert server.process.wait(WAIT_S) in ENDED
    server.stop()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["totals"]


def refuses(server: Server) -> bool:
    try:
        server.connect().close()
    except ConnectionError:
        return True
    return False


def test_fault_stop_is_not_held_up_by_idle_clients(start: Start) -> None:
    """They would be kept for ten minutes, and the process is waited for for two."""
    server = start(SHUTDOWN_SECONDS="2", SLOW_CLIENT_SECONDS=NEVER)
    with server.connect(), server.connect() as half:
        half.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert server.stop() in ENDED


def test_log_is_lines_of_json(start: Start) -> None:
    server = start()
    server.get("/collections/leagues")
    server.get("/nowhere")
    server.stop()
    lines = [json.loads(one) for one in server.log.read_text().splitlines()]
    said = [one for one in lines if one["logger"] == "ecobarrier.access"]
    assert [one["status"] for one in said] == [200, 404]
    assert said[0]["route"] == "/collections/{layer_id}"
    assert all(one["request_id"] for one in said)
