"""Two publishers in two processes: exactly one wins, the other is told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.checking.rules import drop_rules, keep_rules, rules_in_use
from layers.errors import StoreConflictError
from layers.storage import open_store
from layers.storage.layout import read_pointer
from layers.storage.mirror import make_mirror, refresh
from layers.workspace import current_versions

# Each line read starts a round: read the pointer, say so, wait for the next line, then
# publish a version of its own.
PUBLISHER = """
import sys
from pathlib import Path
from layers.errors import PublishConflictError
from layers.files import describe_file
from layers.storage.mirror import make_mirror
from layers.workspace import put, staging
url, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
workspace = make_mirror(url, folder)
print("up", flush=True)
for line in sys.stdin:
    file = folder / "a.geojson"
    file.write_text(f"{name} {line}")
    spec = describe_file(file, kind="vector", crs="EPSG:4490",
        geometry="polygon", rows=1)
    with staging(workspace, "a") as incoming:
        print("ready", flush=True)
        sys.stdin.readline()
        (incoming / "a.geojson").write_bytes(file.read_bytes())
        try:
            put(incoming, spec)
        except PublishConflictError as error:
            print("told", spec.version, error.details["won"], error.text.zh, flush=True)
        else:
            print("won", spec.version, flush=True)
"""

TABLE = 'id = "o"\nversion = "{}"\ntitle = {{zh = "局", en = "O"}}\nrule = []\n'


class Publisher:
    """A process that publishes when it is told to."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        folder.mkdir()
        command = [sys.executable, "-c", PUBLISHER, url, str(folder), name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self.hear() == ["up"]

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()


def compete(url: str, tmp_path: Path, rounds: int) -> set[str]:
    """Let two publish at once again and again; answer who won."""
    names = ("left", "right")
    both = [Publisher(url, tmp_path / name, name) for name in names]
    winners = set()
    try:
        for number in range(rounds):
            for one in both:
                one.say(f"round {number}")
            assert [one.hear() for one in both] == [["ready"], ["ready"]]
            for one in both:
                one.say("go")
            said = [one.hear() for one in both]
            won = [answer for answer in said if answer[0] == "won"]
            told = [answer for answer in said if answer[0] == "told"]
            assert len(won) == len(told) == 1, said
            assert told[0][2] == won[0][1]
            assert "ecobarrier" in told[0]
            pointer = open_store(url).read("layers/a/current")
            assert read_pointer(pointer).version == won[0][1]
            winners.add(names[said.index(won[0])])
    finally:
        for one in both:
            one.process.kill()
            one.process.communicate()
    return winners


def test_two_publish_at_once(make_bucket: Callable[[], str], tmp_path: Path) -> None:
    url = make_bucket() + "/work"
    compete(url, tmp_path, 2)
    other = make_mirror(url, tmp_path / "other")
    refresh(other)
    spec, folder = current_versions(other)["a"]
    # The loser's version is kept, to be looked at and chosen.
    assert len(list(folder.parent.glob("[!.]*/metadata.json"))) == 4
    assert spec.version == folder.name


@pytest.mark.slow
@pytest.mark.parametrize("reliable", [True, False])
def test_two_publish_at_once_again_and_again(
    request: pytest.FixtureRequest,
    make_bucket: Callable[[], str],
    tmp_path: Path,
    reliable: bool,
) -> None:
    """Twenty times each, with a server that answers and with one that often fails."""
    url = make_bucket() + "/work"
    if not reliable:
        request.getfixturevalue("unreliable")
    compete(url, tmp_path, 20)


def test_rules_in_a_store_are_seen_elsewhere_and_replaced_by_one(
    address: str, machine: Callable[[str], Path], tmp_path: Path
) -> None:
    here, there = machine("here"), machine("there")
    file = tmp_path / "office.toml"
    file.write_text(TABLE.format("1"), encoding="utf-8")
    keep_rules(here, file)
    refresh(there, now=True)
    assert rules_in_use(there).content.version == "1"
    file.write_text(TABLE.format("2"), encoding="utf-8")
    keep_rules(there, file)
    file.write_text(TABLE.format("3"), encoding="utf-8")
    with pytest.raises(StoreConflictError):
        keep_rules(here, file)
    refresh(here, now=True)
    assert rules_in_use(here).content.version == "2"
    drop_rules(here)
    refresh(there, now=True)
    assert [rules_in_use(one).file for one in (here, there)] == [None, None]
    assert "rules.toml" not in list(open_store(address).keys())
