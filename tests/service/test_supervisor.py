"""Processes of a service that die as soon as they are started."""

import socket
import subprocess
from typing import Any

import pytest

from service.errors import WorkerError
from service.settings import Settings
from service.supervisor import Supervisor


class Stillborn(subprocess.Popen[bytes]):
    """Dead before anything can be written to it."""

    def __init__(self, command: list[str], **options: Any) -> None:
        super().__init__(["false", *command], **options)
        self.wait()


def test_fault_process_dies_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.supervisor.subprocess.Popen", Stillborn)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(WorkerError) as caught,
    ):
        Supervisor(Settings(processes=2), listener).run(lambda: None)
    assert caught.value.code == "process_not_started"
    assert "exit 1" in str(caught.value)
