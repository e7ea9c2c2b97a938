"""A service goes on following its store, whatever happens to one look at it."""

import time
from pathlib import Path

import pytest

from layers.files import describe_file
from layers.storage.mirror import Mirror, make_mirror
from layers.workspace import current_versions, publish
from service.following import Follower

PATIENCE_S = 300


def test_fault_local_folder_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full: the thread that follows must not end."""
    file = tmp_path / "a.geojson"
    file.write_text("one")
    spec = describe_file(
        file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
    )
    address = (tmp_path / "store").as_uri()
    publish(make_mirror(address, tmp_path / "one"), spec, file)
    workspace = make_mirror(address, tmp_path / "other")
    in_the_way = workspace / ".refresh"
    in_the_way.mkdir()
    failed, looked = [], []
    look = Mirror.refresh

    def noted(mirror: Mirror, *, now: bool = False) -> None:
        try:
            look(mirror, now=now)
        except OSError as error:
            failed.append(error)
            raise
        looked.append(mirror)

    monkeypatch.setattr(Mirror, "refresh", noted)
    follower = Follower(workspace, seconds=0.01)
    follower.start()
    deadline = time.monotonic() + PATIENCE_S
    while not failed:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    in_the_way.rmdir()
    while not looked:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    follower.stop()
    assert current_versions(workspace)["a"][0] == spec
