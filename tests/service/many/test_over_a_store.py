"""Four processes over one workspace in an S3 server; another machine publishes."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers.importing.versions import prune
from layers.storage.mirror import make_mirror

LAYER = "parcels"
STORE_SECONDS = 0.5
SEEN_WITHIN_S = 2.0
"""On a machine of two processors that also runs the load and the store."""


@pytest.mark.slow
def test_four_processes_follow_one_pointer(
    start_service: Callable[..., Any],
    make_load: Callable[[str], Any],
    make_bucket: Callable[[], str],
    publisher: Any,
    tmp_path: Path,
) -> None:
    url = make_bucket() + "/work"
    publisher.workspace = make_mirror(url, tmp_path / "publisher")
    publisher.publish_other()
    publisher.publish(100)
    service = start_service(
        workspace=url, processes=4, workers=4, store_seconds=STORE_SECONDS
    )
    load = make_load(service.wait())
    load.publish_meanwhile(editions=20, seconds=1.0)
    load.require_well(SEEN_WITHIN_S)

    # One is killed: what it had begun to bring the others bring, another one starts.
    before = set(service.members())
    publisher.publish(200)
    os.kill(min(before), signal.SIGKILL)
    deadline = time.monotonic() + 120
    while len(set(service.members()) - before) < 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    again = make_load(service.address)
    again.publish_meanwhile(editions=5, seconds=1.0)
    again.require_well(SEEN_WITHIN_S)
    (mirror,) = (tmp_path / "cache" / "stores").iterdir()
    assert list(mirror.rglob(".coming-*")) == []
    assert service.end() == 0
    assert "Traceback" not in service.log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("kept_s", [7200.0, 0.0])
@pytest.mark.parametrize("in_store", [False, True])
def test_versions_are_removed_while_all_is_asked_for(
    start_service: Callable[..., Any],
    make_load: Callable[[str], Any],
    make_bucket: Callable[[], str],
    publisher: Any,
    tmp_path: Path,
    kept_s: float,
    in_store: bool,
) -> None:
    """As they are by default, nobody notices; at once, 410 and nothing else."""
    workspace: str | Path = publisher.workspace
    if in_store:
        workspace = make_bucket() + "/work"
        publisher.workspace = make_mirror(str(workspace), tmp_path / "publisher")
    publisher.publish_other()
    publisher.publish(100)
    service = start_service(
        workspace=workspace, processes=2, workers=2, store_seconds=STORE_SECONDS
    )
    load = make_load(service.wait())
    removed: list[str] = []

    def then() -> None:
        removed.extend(prune(publisher.workspace, LAYER, 1, kept_s=kept_s))

    # Nobody goes back to what is gone.
    back = kept_s > 0
    load.publish_meanwhile(editions=20, seconds=1.0, back=back, then=then)
    sys.stdout.write(f"{load.report()}\n")
    failures = [one for tally in load.tallies.values() for one in tally.failures]
    assert all(tally.answers for tally in load.tallies.values())
    assert bool(removed) == (kept_s == 0.0)
    assert [one for one in failures if ": 410 " not in one] == []
    if kept_s:
        assert failures == []
    assert service.end() == 0
    assert "Traceback" not in service.log.read_text()
