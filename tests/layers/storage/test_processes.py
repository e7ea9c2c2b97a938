"""Several processes over one mirror: at once, and killed in the middle."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from layers.models import LayerSpec
from layers.storage import open_store, publishing
from layers.storage.mirror import Mirror, make_mirror, mirror_of, refresh
from layers.workspace import changes_stamp, current_version, locked, publish

Make = Callable[[str], tuple[LayerSpec, Path]]
Mirrored = Callable[[str], Path]

FETCH = """
import sys
from pathlib import Path
from layers.storage.files import present
print("asking", flush=True)
print(present(Path(sys.argv[1])).read_text(), flush=True)
"""


@contextmanager
def fetching(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", FETCH, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "asking\n"
            yield process
        finally:
            process.kill()


def waiting(pipe: IO[bytes]) -> int:
    """Bytes that nobody has read yet."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(count, sys.byteorder)


def size(path: Path) -> int:
    """Bytes of a file; none of one that is not there yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def waits_for_a_lock(process: subprocess.Popen[str]) -> bool:
    """Whether the system says so."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in one and f" {process.pid} " in one for one in lines)


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_fetch_the_same_and_one_is_killed(tmp_path: Path, make: Make) -> None:
    """The store hands its bytes out as fast as the test says: its file is a pipe."""
    url, text = (tmp_path / "store").as_uri(), "0123456789" * 20_000
    spec, made = make(text)
    publish(make_mirror(url, tmp_path / "publisher"), spec, made)
    workspace = make_mirror(url, tmp_path / "service")
    refresh(workspace, now=True)
    name = f"layers/a/{spec.version}/a.geojson"
    pipe, path = tmp_path / "store" / name, workspace / name
    pipe.unlink()
    os.mkfifo(pipe)
    # A pipe is open once the other end is.
    with fetching(path) as first, pipe.open("wb", buffering=0) as half:
        half.write(text[:100_000].encode())
        coming = path.with_name(f".coming-{path.name}")
        until(lambda: waiting(half) == 0 and size(coming) > 0)
        with fetching(path) as second:
            until(lambda: waits_for_a_lock(second))
            first.send_signal(signal.SIGKILL)
            first.wait()
            with pipe.open("wb") as whole:
                half.close()
                whole.write(text.encode())
            assert second.stdout is not None
            assert second.stdout.read() == f"{text}\n"
    assert path.read_text() == text
    assert not coming.exists()
    # Nobody opens the pipe again: this would wait for ever.
    with fetching(path) as third:
        assert third.stdout is not None
        assert third.stdout.read() == f"{text}\n"


class Killed(Mirror):
    """What is left of a process that dies before it tells readers."""

    def touch(self) -> None:
        raise KeyboardInterrupt


def test_a_version_brought_by_a_process_that_died_is_told(
    machine: Mirrored, address: str, make: Make
) -> None:
    publisher, workspace = machine("publisher"), machine("service")
    publish(publisher, *make("old"))
    refresh(workspace, now=True)
    other = Killed(workspace, open_store(address))
    new, made = make("new")
    publish(publisher, new, made)
    before = changes_stamp(workspace)
    with pytest.raises(KeyboardInterrupt):
        other.refresh(now=True)
    assert current_version(workspace, "a") == new.version
    assert changes_stamp(workspace) == before
    refresh(workspace, now=True)
    assert changes_stamp(workspace) != before
    told = changes_stamp(workspace)
    refresh(workspace, now=True)
    assert changes_stamp(workspace) == told


def test_a_pointer_that_was_taken_back_is_followed_by_all(
    machine: Mirrored, address: str, make: Make
) -> None:
    """A store's tag is its content's: what is back has the tag it had before."""
    publisher, workspace = machine("publisher"), machine("service")
    old, made = make("old")
    publish(publisher, old, made)
    refresh(workspace, now=True)
    mirror, key = mirror_of(publisher), "layers/a/current"
    assert mirror is not None
    with locked(publisher / "layers" / "a"):
        base = publishing.begin(mirror, "a")
    publish(publisher, *make("new"))
    # A process that lives for a moment only brings the new one.
    Mirror(workspace, open_store(address)).refresh(now=True)
    head = mirror.store.head(key)
    assert head is not None
    publishing._take_back(mirror, key, base, head.tag)
    refresh(workspace, now=True)
    assert current_version(workspace, "a") == old.version


def test_two_make_one_mirror_at_once(tmp_path: Path, make: Make) -> None:
    """Each with eyes of its own; what either brings both have."""
    url = (tmp_path / "store").as_uri()
    spec, made = make("one")
    publish(make_mirror(url, tmp_path / "publisher"), spec, made)
    text = (
        "import sys; from pathlib import Path;"
        "from layers.storage.mirror import make_mirror, refresh;"
        "root = make_mirror(sys.argv[1], Path(sys.argv[2]));"
        "[refresh(root, now=True) for _ in range(5)];"
        "print((root / 'layers/a/current').read_text(), end='')"
    )
    command = [sys.executable, "-c", text, url, str(tmp_path / "cache")]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [one.communicate(timeout=300)[0] for one in both] == [
        f"{spec.version}\n"
    ] * 2
    assert [one.returncode for one in both] == [0, 0]
