"""Services of several processes, a layer that is published again and again, and load.

Every edition of the layer says which it is in all that can be asked: in an attribute of
each feature, in how many there are, in their size and in the version. So an answer made
of two editions is seen by itself, whatever was asked.
"""

import gzip
import hashlib
import http.client
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pytest
import shapely

from geo.area import area
from layers.importing.versions import use
from layers.models import Bilingual, LayerSpec, Provenance
from layers.workspace import publish
from layers.writers import write_geoparquet
from service.settings import Settings
from service.viewer.fonts import FontStore

LAYER, OTHER = "parcels", "whole"
WEST, SOUTH, STEP = 108.5, 39.2, 0.2
ROUND = {
    "type": "Polygon",
    "coordinates": [[[108, 39], [112, 39], [112, 42], [108, 42], [108, 39]]],
}
LIMIT = 7
STARTED_WITHIN_S = 120


@dataclass(frozen=True)
class Edition:
    """One version of the layer, and what must be answered while it is in use."""

    number: int
    version: str
    count: int
    area_m2: float


def whole() -> gpd.GeoDataFrame:
    """One feature around all of every edition."""
    return gpd.GeoDataFrame(
        {"id": ["whole"]}, geometry=[shapely.box(108, 39, 112, 42)], crs="EPSG:4490"
    )


def features(number: int) -> gpd.GeoDataFrame:
    """Boxes on a grid; their number and their side are the edition's."""
    count, side = 20 + number % 13, 0.05 + 0.0005 * number
    places = [(WEST + STEP * (i % 8), SOUTH + STEP * (i // 8)) for i in range(count)]
    return gpd.GeoDataFrame(
        {"id": [f"p{i:02}" for i in range(count)], "edition": [number] * count},
        geometry=[shapely.box(x, y, x + side, y + side) for x, y in places],
        crs="EPSG:4490",
    )


@dataclass
class Use:
    """An edition that is made the one in use: at some moment between two."""

    edition: Edition
    begun: float
    ended: float = math.inf


class Publisher:
    """Publishes editions into a workspace, and remembers which was in use when."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.editions: dict[str, Edition] = {}
        self.uses: list[Use] = []

    def publish(self, number: int, *, restricted: bool = False) -> Edition:
        """Publish an edition; only the last step, which makes it the current one,
        counts as the moment."""
        table = features(number)
        total = float(area(table.geometry).sum())
        spec, path = self._written(LAYER, table, restricted=restricted)
        edition = Edition(number, spec.version, len(table), total)
        self.editions[edition.version] = edition
        self._use(edition, lambda: publish(self.workspace, spec, path))
        return edition

    def _use(self, edition: Edition, change: Callable[[], object]) -> None:
        """Change what is in use, and note between which times that was."""
        use = Use(edition, time.monotonic())
        self.uses.append(use)
        change()
        use.ended = time.monotonic()

    def publish_other(self) -> None:
        """Publish the layer that stays as it is."""
        publish(self.workspace, *self._written(OTHER, whole()))

    def _written(
        self, layer_id: str, table: gpd.GeoDataFrame, **about: Any
    ) -> tuple[LayerSpec, Path]:
        self.workspace.mkdir(parents=True, exist_ok=True)
        words = Bilingual(zh="地块", en="Parcels")
        path = self.workspace / f"{layer_id}.parquet"
        write_geoparquet(table, path)
        spec = LayerSpec(
            id=layer_id,
            title=words,
            description=words,
            theme="user",
            kind="vector",
            geometry="polygon",
            status="user",
            path=PurePosixPath(path.name),
            crs="EPSG:4490",
            rows=len(table),
            accuracy_m=400.0,
            licence="CC0-1.0",
            attribution="made in code",
            provenance=Provenance(
                source="tests", origin="tests", retrieved=date(2026, 1, 1), method=words
            ),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            **about,
        )
        return spec, path

    def go_back(self, edition: Edition) -> None:
        """Make a former edition the current one."""
        self._use(edition, lambda: use(self.workspace, LAYER, edition.version))

    def stale_s(self, edition: Edition, asked: float, answered: float) -> float:
        """Seconds by which an answer was too old; 0 if it was right when asked.

        Raises
        ------
        AssertionError
            The edition was not in use yet when it was answered.
        """
        uses = list(self.uses)
        begun = [one.begun for one in uses if one.edition == edition]
        assert begun, edition
        assert min(begun) <= answered, edition
        ends = [
            after.ended
            for one, after in itertools.pairwise(uses)
            if one.edition == edition
        ]
        if len(ends) < len(begun):
            return 0.0
        return max(0.0, asked - max(ends))


class Service:
    """``ecobarrier serve`` with settings, ended and removed with the test."""

    def __init__(self, log: Path, **settings: object) -> None:
        stated = {"PORT": 0, **{key.upper(): one for key, one in settings.items()}}
        names = {f"ECOBARRIER_{key}": str(one) for key, one in stated.items()}
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve"],
                env={**os.environ, **names},
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
            )

    def wait(self) -> str:
        """Wait until it says where it is."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://" in line, self.log.read_text()[-3000:]
        self.address = line.split()[-1].rstrip("/")
        return self.address

    def members(self) -> list[int]:
        """Processes that serve; without a supervisor itself alone."""
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                # One may have ended since it was listed.
                with suppress(OSError):
                    command = Path(f"/proc/{pid}/cmdline").read_bytes()
                    if b"service.member" in command:
                        found.append(int(pid))
        return found

    def end(self, how: int = signal.SIGTERM) -> int:
        """End it and answer its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=300)
        return self.process.returncode


StartService = Callable[..., Service]


@pytest.fixture(scope="session")
def no_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue without layers: what is baked at the start takes its time."""
    folder = tmp_path_factory.mktemp("no-seeds")
    (folder / "catalog.toml").write_text("layer = []\n")
    return folder


@pytest.fixture(scope="session")
def fonts() -> Path:
    """The folder of fonts, made as at an installation: that takes many seconds."""
    cache = Settings().cache_folder
    FontStore(cache).bake()
    return cache / "fonts"


@pytest.fixture
def start_service(
    no_seeds: Path, fonts: Path, tmp_path: Path
) -> Iterator[StartService]:
    """Start services; ``wait`` for those that are to answer."""
    services: list[Service] = []
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "fonts").symlink_to(fonts)

    def start(**settings: object) -> Service:
        log = tmp_path / f"service-{len(services)}.log"
        made = Service(log, **{"seeds": no_seeds, "cache": cache, **settings})
        services.append(made)
        return made

    yield start
    for one in services:
        one.end(signal.SIGKILL if one.process.poll() is None else 0)


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path / "workspace")


class Failed(AssertionError):  # noqa: N818
    """An answer that is an error, or made of two editions."""


@dataclass
class Reply:
    """An answer with status 200."""

    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Asker:
    """One connection, kept alive; opened again where the server closed it."""

    def __init__(self, address: str) -> None:
        self._place = urllib.parse.urlsplit(address).netloc
        self.waited = 0
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: object = None, **headers: str) -> Reply:
        """Answer what is there.

        Raises
        ------
        Failed
            Any status but 200 and 201.
        """
        parts = urllib.parse.urlsplit(path)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        data = None if body is None else json.dumps(body).encode()
        kind = {} if data is None else {"Content-Type": "application/geo+json"}
        answer = self._sent(path, data, {**kind, **headers})
        content = answer.read()
        deadline = time.monotonic() + STARTED_WITHIN_S
        while answer.status == 503 and b"tiles_not_ready" in content:
            # On a machine that is busy with other tests; counted where it is not.
            assert time.monotonic() < deadline, content
            self.waited += 1
            time.sleep(1)
            answer = self._sent(path, data, {**kind, **headers})
            content = answer.read()
        if answer.status not in (200, 201):
            raise Failed(f"{path}: {answer.status} {content[:300]!r}")
        return Reply({k.lower(): v for k, v in answer.getheaders()}, content)

    def _sent(
        self, path: str, data: bytes | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        method = "GET" if data is None else "POST"
        fresh = self._connection is None
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._place, timeout=300)
        try:
            self._connection.request(method, path, data, headers)
            return self._connection.getresponse()
        except (http.client.HTTPException, OSError):
            self.close()
            if fresh:
                raise
            return self._sent(path, data, headers)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


Check = Callable[["Load", Asker], Edition]


def items(load: "Load", asker: Asker) -> Edition:
    """All pages, each through whichever process answers."""
    found: list[dict[str, Any]] = []
    versions: set[str] = set()
    counts: set[int] = set()
    address = f"/collections/{LAYER}/items?limit={LIMIT}&f=json"
    while address:
        reply = asker.ask(address)
        page = reply.json()
        versions.add(page["layer"]["version"])
        counts.add(page["numberMatched"])
        found += page["features"]
        load.tagged(address, reply.headers["etag"], page["layer"]["version"])
        links = {one["rel"]: one["href"] for one in page["links"]}
        address = links.get("next", "")
    edition = load.one(versions)
    load.same({one["properties"]["edition"] for one in found}, edition.number)
    load.same(counts, edition.count)
    load.same({len(found), len({one["id"] for one in found})}, edition.count)
    shapes = gpd.GeoSeries(
        [shapely.from_geojson(json.dumps(one)) for one in found], crs="EPSG:4490"
    )
    load.close(float(area(shapes).sum()), edition.area_m2, 1e-3)
    return edition


def tiles(load: "Load", asker: Asker) -> Edition:
    """TileJSON, and the tile that its template names."""
    about = asker.ask(
        f"/collections/{LAYER}/tiles/WebMercatorQuad/tilejson.json"
    ).json()
    edition = load.one({about["layerVersion"]})
    template = about["tiles"][0]
    place = template.replace("{z}", "5").replace("{x}", "25").replace("{y}", "12")
    reply = asker.ask(place, **{"Accept-Encoding": "gzip"})
    body = reply.body
    if reply.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    load.tagged(place, reply.headers["etag"], edition.version)
    found = mapbox_vector_tile.decode(body)[LAYER]["features"]
    load.same({one["properties"]["edition"] for one in found}, edition.number)
    load.same({len(found)}, edition.count)
    return edition


def pairs(report: Any) -> list[Any]:
    return [one for one in report["rows"] if one["kind"] == "overlap"]


def site(load: "Load", asker: Asker) -> Edition:
    """A polygon round all, measured in a worker process."""
    report = asker.ask(f"/overlap?layers={LAYER}&name=a.geojson", ROUND).json()
    (overlap,) = report["overlaps"]
    edition = load.one({overlap["right"]["version"]})
    load.same({len(pairs(overlap))}, edition.count)
    load.close(overlap["totals"]["overlap_sum_m2"], edition.area_m2, 1e-6)
    return edition


def layers(load: "Load", asker: Asker) -> Edition:
    """Two layers of the catalogue, measured in the service's process."""
    reply = asker.ask(f"/overlap?left={LAYER}&right={OTHER}&f=json")
    report = reply.json()
    edition = load.one({report["left"]["version"]})
    load.tagged("overlap", reply.headers["etag"], edition.version)
    load.same({len(pairs(report))}, edition.count)
    load.close(report["totals"]["overlap_sum_m2"], edition.area_m2, 1e-6)
    return edition


def download(load: "Load", asker: Asker) -> Edition:
    """A file whose name, rows and filter are of one edition."""
    reply = asker.ask(f"/collections/{LAYER}/download?f=geojson&bbox=108,39,112,42")
    named = reply.headers["content-disposition"]
    edition = load.one({v for v in load.publisher.editions if v in named})
    found = reply.json()["features"]
    load.same({one["properties"]["edition"] for one in found}, edition.number)
    load.same({len(found)}, edition.count)
    return edition


def described(load: "Load", asker: Asker) -> Edition:
    """What the service says of its layers, in each of several answers."""
    listed = asker.ask("/collections?f=json").json()["collections"]
    load.one({one["version"] for one in listed if one["id"] == LAYER})
    begun = asker.ask("/viewer/start.json")
    (drawn,) = [one for one in begun.json()["layers"] if one["id"] == LAYER]
    edition = load.one({drawn["version"]})
    load.tagged("start", begun.headers["etag"], edition.version)
    load.addressed(drawn["map"]["source"]["tiles"][0], edition.version)
    found = asker.ask(f"/identify?lon={WEST + 0.01}&lat={SOUTH + 0.01}").json()
    (feature,) = [one for one in found["features"] if one["layer"] == LAYER]
    seen = load.numbered(feature["attributes"]["edition"])
    load.close(feature["area_m2"] * seen.count, seen.area_m2, 0.1)
    one = asker.ask(f"/collections/{LAYER}?f=json").json()
    return load.one({one["version"]})


CHECKS: dict[str, Check] = {
    one.__name__: one for one in (items, tiles, site, layers, download, described)
}


@dataclass
class Tally:
    """What came of one check."""

    answers: int = 0
    seconds: list[float] = field(default_factory=list)
    stale_s: float = 0.0
    failures: list[str] = field(default_factory=list)
    waited: int = 0
    """How often an answer was 503: tiles are being made, come again."""
    editions: set[int] = field(default_factory=set)


class Load:
    """Asks all checks at once, over and over, and notes what is wrong.

    Parameters
    ----------
    address : str
    publisher : Publisher
    """

    def __init__(self, address: str, publisher: Publisher) -> None:
        self.address = address
        self.publisher = publisher
        self.tallies = {name: Tally() for name in CHECKS}
        self._tags: dict[tuple[str, str], str] = {}
        self._addresses: dict[str, str] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, each: int = 1) -> None:
        """Begin, with ``each`` askers per check."""
        for name in list(CHECKS) * each:
            thread = threading.Thread(target=self._go_on, args=(name,))
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Let what is asked be answered and end."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, name: str) -> None:
        asker = Asker(self.address)
        while not self._stop.is_set():
            self.ask_once(name, asker)
        with self._lock:
            self.tallies[name].waited += asker.waited
        asker.close()

    def ask_once(self, name: str, asker: Asker) -> None:
        """Ask one check and note what came of it."""
        tally, asked = self.tallies[name], time.monotonic()
        try:
            edition = CHECKS[name](self, asker)
            answered = time.monotonic()
            stale = self.publisher.stale_s(edition, asked, answered)
        except Exception as error:
            with self._lock:
                tally.failures.append(f"{type(error).__name__}: {error}")
            return
        with self._lock:
            tally.answers += 1
            tally.seconds.append(answered - asked)
            tally.stale_s = max(tally.stale_s, stale)
            tally.editions.add(edition.number)

    def one(self, versions: set[str]) -> Edition:
        """Answer the edition, if it is one."""
        if len(versions) != 1:
            raise Failed(f"versions {versions}")
        return self.publisher.editions[next(iter(versions))]

    def numbered(self, number: int) -> Edition:
        return next(
            one for one in self.publisher.editions.values() if one.number == number
        )

    def same(self, seen: set[int], wanted: int) -> None:
        if seen != {wanted}:
            raise Failed(f"seen {seen}, wanted {wanted}")

    def close(self, seen: float, wanted: float, part: float) -> None:
        if abs(seen - wanted) > part * wanted:
            raise Failed(f"seen {seen} m2, wanted {wanted} m2")

    def tagged(self, address: str, tag: str, version: str) -> None:
        """An entity tag means one version for ever."""
        with self._lock:
            if self._tags.setdefault((address, tag), version) != version:
                raise Failed(f"{address}: {tag} of two versions")

    def addressed(self, template: str, version: str) -> None:
        with self._lock:
            if self._addresses.setdefault(template, version) != version:
                raise Failed(f"{template} of two versions")

    def publish_meanwhile(
        self,
        editions: int,
        seconds: float,
        each: int = 1,
        *,
        back: bool = True,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Publish every ``seconds`` while all is asked for.

        With ``back``, sometimes a former version is used again. ``then`` is called
        after each.
        """
        # Workers are started and libraries loaded before it counts.
        first = Asker(self.address)
        for name in CHECKS:
            self.ask_once(name, first)
        first.close()
        self.start(each)
        start, made = time.monotonic(), list(self.publisher.editions.values())
        for number in range(1, editions + 1):
            time.sleep(max(0.0, start + seconds * number - time.monotonic()))
            if back and number % 6 == 5:
                self.publisher.go_back(made[-2])
            else:
                made.append(self.publisher.publish(100 + number))
            then()
        time.sleep(seconds)
        self.stop()

    def require_well(self, stale_s: float = 1.0) -> None:
        """Require answers only, none an error, a mixture or so much too old."""
        sys.stdout.write(f"{self.report()}\n")
        failures = {n: t.failures[:3] for n, t in self.tallies.items() if t.failures}
        assert failures == {}
        for name, tally in self.tallies.items():
            assert tally.answers, name
            assert tally.stale_s < stale_s, name

    def report(self) -> str:
        """Say how it went, in lines for people."""
        lines = []
        for name, tally in self.tallies.items():
            times = sorted(tally.seconds) or [0.0]
            lines.append(
                f"{name:10} {tally.answers:6} answers, {len(tally.failures)} failures,"
                f" {tally.waited} told to wait, {len(tally.editions)} editions,"
                f" median {times[len(times) // 2]:.2f} s, worst {times[-1]:.2f} s,"
                f" stale at most {tally.stale_s:.3f} s"
            )
        return "\n".join(lines)


@pytest.fixture
def make_load(publisher: Publisher) -> Iterator[Callable[[str], Load]]:
    loads: list[Load] = []

    def make(address: str) -> Load:
        loads.append(Load(address, publisher))
        return loads[-1]

    yield make
    for one in loads:
        one.stop()
