"""Locks and lifelines are the system's: so they are tried with processes that die."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from layers.apart import alone
from layers.errors import LayerWriteError

HOLDER = """
import sys
from pathlib import Path
from layers.apart import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
STARTER = """
import subprocess, sys
from layers.apart import lifeline
with lifeline() as line:
    inner = subprocess.Popen(
        [sys.executable, "-c", sys.argv[1], str(line)],
        pass_fds=[line], start_new_session=True, stdout=subprocess.PIPE, text=True)
    print(inner.stdout.readline(), end="", flush=True)
    sys.stdin.read()
"""
BUSY = """
import subprocess, sys, time
from layers.apart import end_with
end_with(int(sys.argv[1]))
inner = subprocess.Popen(["sleep", "600"])
import os
print(os.getpid(), inner.pid, flush=True)
time.sleep(600)
"""
TOO_LATE = """
import os, sys
from layers.apart import end_with
os.setsid()
theirs, ours = os.pipe()
os.close(ours)
end_with(theirs)
print("still here")
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_others_wait_until_the_holder_dies(tmp_path: Path) -> None:
    lock = tmp_path / "made" / "a"
    holder = start(HOLDER, str(lock))
    assert first_line(holder) == "held"
    got = threading.Event()

    def take() -> None:
        with alone(lock):
            got.set()

    waiting = threading.Thread(target=take)
    waiting.start()
    assert not got.wait(0.3)
    end(holder)
    waiting.join(300)
    assert got.is_set()


def test_two_threads_exclude_each_other(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        with alone(tmp_path / "a"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == [1, 1, 1, 1]


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LayerWriteError), alone(tmp_path / "file" / "a"):
        pass


def test_process_and_what_it_started_end_with_their_starter() -> None:
    starter = start(STARTER, BUSY)
    pids = [int(one) for one in first_line(starter).split()]
    assert len(pids) == 2
    try:
        end(starter)
        deadline = time.monotonic() + 300
        while any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        for pid in pids:
            if Path(f"/proc/{pid}/exe").exists():
                os.kill(pid, signal.SIGKILL)


def test_starter_that_was_gone_before() -> None:
    done = start(TOO_LATE)
    assert done.communicate(timeout=300)[0] == ""
    assert done.returncode == -signal.SIGKILL
