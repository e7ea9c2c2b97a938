"""A PostGIS server for the time of a benchmark, where its programs are installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
"""Where Debian keeps them; elsewhere they are on the path."""

SETTINGS = (
    "-c listen_addresses= -c fsync=off -c shared_buffers=2GB -c work_mem=512MB"
    " -c max_parallel_workers_per_gather=2"
)
"""Two workers, as everybody has two threads; nothing here must outlive a crash."""


def programs() -> Path | None:
    """Answer the folder of the server's programs; None where PostGIS is missing."""
    found = shutil.which("initdb")
    for folder in [Path(found).parent] if found else PLACES:
        share = folder.parents[2] / "share/postgresql" / folder.parent.name
        if found or (share / "extension/postgis.control").exists():
            return folder
    return None


@contextmanager
def server() -> Iterator[str | None]:
    """Lend the address of a server made for this; None where there is no PostGIS."""
    folder = programs()
    if folder is None:
        yield None
        return
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="bench-postgis-") as room:
        if user:
            shutil.chown(room, user)

        def call(program: str, *arguments: str) -> None:
            command = [str(folder / program), "-D", f"{room}/data", *arguments]
            subprocess.run(command, check=True, capture_output=True, user=user)

        call("initdb", "--auth=trust", "--username=bench", "--encoding=UTF8")
        options = f"{SETTINGS} -k {room}"
        call("pg_ctl", "-w", "-l", f"{room}/log", "-o", options, "start")
        try:
            yield f"host={room} user=bench dbname=postgres"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
