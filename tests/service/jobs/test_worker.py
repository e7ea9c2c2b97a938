"""Whatever goes wrong in a worker becomes an answer; it never ends the worker."""

from typing import Any, cast

import pytest

from service.jobs import worker
from service.jobs.messages import Limits


class Broken:
    """A worker with a fault of ours."""

    def perform(self, task: object, progress: object) -> None:
        del task, progress
        raise ZeroDivisionError("ours")


def test_a_fault_of_ours_is_answered_and_logged(
    capfd: pytest.CaptureFixture[str],
) -> None:
    limits = Limits(
        memory_mb=1, file_bytes=1, max_features=1, max_vertices=1, max_unpacked_bytes=1
    )
    said: list[dict[str, object]] = []
    answer = worker._answer(
        cast("Any", Broken()), cast("Any", None), said.append, limits
    )
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusal.status) == ("worker_failed", 500)
    assert answer.refusal.zh
    assert not answer.leaving
    assert "ZeroDivisionError" in capfd.readouterr().err
