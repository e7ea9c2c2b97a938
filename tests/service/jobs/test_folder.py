import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import StorageError
from service.jobs.folder import JobFolder

OWNER = """
import sys, time
from pathlib import Path
from service.jobs.folder import JobFolder
folder = JobFolder(Path(sys.argv[1]))
folder.place()
print(folder.owner, flush=True)
time.sleep(100)
"""


def test_killed_process_is_known_to_be_dead(tmp_path: Path) -> None:
    mine = JobFolder(tmp_path)
    other = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    name = other.stdout.readline().strip()
    assert not mine.dead(name)
    mine.sweep()
    assert (tmp_path / "spool" / name).is_dir()
    other.kill()
    other.communicate()
    assert mine.dead(name)
    assert not mine.dead(mine.owner)
    mine.sweep()
    assert [one.name for one in (tmp_path / "spool").iterdir()] == [mine.owner]
    mine.close()


def test_nothing_is_left_after_closing(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    (folder.place() / "a").write_text("x")
    folder.close()
    assert list((tmp_path / "spool").iterdir()) == []
    assert list((tmp_path / "owners").iterdir()) == []


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refused:
        JobFolder(tmp_path / "file")
    assert str(tmp_path) not in str(refused.value)
