"""How many connections the system lets the service take."""

import subprocess
import sys

import pytest

ALLOWED = """
import resource, sys
from service.server import connections_allowed
from service.settings import Settings
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
most = connections_allowed(Settings(max_connections=wanted))
print(most, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "most", "files"),
    [
        (1024, 4096, 2000, 2000, 3024),
        (1024, 4096, 16_000, 3072, 4096),
        (4096, 4096, 100, 100, 4096),
        (1024, 1024, 16_000, 512, 1024),
    ],
)
def test_limit_of_open_files_is_raised_or_obeyed(
    soft: int, hard: int, wanted: int, most: int, files: int
) -> None:
    """In a process of its own: a hard limit cannot be raised again."""
    numbers = [str(one) for one in (soft, hard, wanted)]
    done = subprocess.run(
        [sys.executable, "-c", ALLOWED, *numbers],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.split() == [str(most), str(files)]
    assert ("open files are limited" in done.stderr) == (most < wanted)
