"""The settings of the service; the only module that reads the environment.

Each setting is an environment variable with the prefix ``ECOBARRIER_``. A variable
that is set to nothing counts as not set.
"""

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from layers.storage import is_url
from layers.storage.mirror import make_mirror
from service.settings_http import HttpSettings

MAX_ITEMS_LIMIT = 10_000
"""No setting lets one answer hold more features than this."""

MOST_PROCESSES = 64


def _packaged_seeds() -> Path:
    return Path(str(files("seeds")))


class Settings(HttpSettings):
    """What a person who runs the service may decide.

    Made once, in :func:`service.app.create_app` or by the command line, and handed
    on as an argument, so that tests never touch the environment.
    """

    model_config = SettingsConfigDict(
        env_prefix="ECOBARRIER_", env_ignore_empty=True, frozen=True
    )

    host: str = "127.0.0.1"
    """Address the service listens on; only this machine by default."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port the service listens on; 0 takes a free one."""
    processes: int = Field(default=1, ge=1, le=MOST_PROCESSES)
    """Processes that serve the address; limits are for all of them together."""
    seeds: Path = Field(default_factory=_packaged_seeds)
    """Folder of the seed catalogue that ships with the product."""
    workspace: Path | None = None
    """Folder of imported layers, laid over the seeds; or ``s3://bucket/prefix``, of
    which this is then the local mirror."""
    store_seconds: float = Field(default=1.0, gt=0)
    """Between two looks at the store that the workspace is in."""
    version_seconds: float = Field(default=7200, ge=0)
    """How long a version is kept after it went out of use, whatever ``--keep`` says:
    answers that began with it read it."""
    cache: Path | None = None
    """Folder of what can be made anew, such as tiles; see :attr:`cache_folder`."""
    max_items: int = Field(default=1000, ge=1, le=MAX_ITEMS_LIMIT)
    """Most features one page of items holds; a larger ``limit`` is reduced to it."""

    jobs: Path | None = None
    """Folder of the job list; ``jobs`` in the workspace if not given, and without a
    workspace a temporary one that ends with the service."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes that answer while the caller waits; each works on one request."""
    job_workers: int = Field(default=1, ge=1, le=64)
    """Processes that work through the job list."""
    worker_memory_mb: int = Field(default=3000, ge=64)
    """Memory that one worker may take beyond what it starts with."""
    sync_seconds: float = Field(default=60, gt=0)
    """Longest time for an answer that the caller waits for."""
    job_seconds: float = Field(default=3600, gt=0)
    """Longest time for a job."""
    body_seconds: float = Field(default=300, gt=0)
    """Longest time for a caller to send a body."""
    max_features: int = Field(default=100_000, ge=1)
    """Most features of an uploaded file."""
    max_vertices: int = Field(default=2_000_000, ge=4)
    """Most vertices of an uploaded file."""
    max_unpacked_bytes: int = Field(default=500_000_000, ge=1)
    """Most bytes that an uploaded archive may unpack to."""
    max_file_bytes: int = Field(default=8_000_000_000, ge=1024)
    """Largest file that a worker may write."""
    max_jobs_waiting: int = Field(default=100, ge=1)
    """Most jobs that wait for a worker; more are refused."""
    max_jobs_kept: int = Field(default=1000, ge=1)
    """Most ended jobs in the list; the oldest go first."""
    job_days: float = Field(default=30, gt=0)
    """Days that an ended job and its results are kept."""

    @property
    def cache_folder(self) -> Path:
        """Where to keep what can be made anew.

        The setting, else ``cache`` in the workspace, else a folder of the user's.
        """
        if self.cache is not None:
            return self.cache
        if self.workspace is not None:
            return self.workspace / "cache"
        return _users_cache()

    @model_validator(mode="before")
    @classmethod
    def _workspace_by_url(cls, given: dict[str, Any]) -> dict[str, Any]:
        url = given.get("workspace")
        if not isinstance(url, str) or not is_url(url):
            return given
        cache = Path(given.get("cache") or _users_cache())
        return {**given, "workspace": make_mirror(url, cache)}


def _users_cache() -> Path:
    return Path.home() / ".cache" / "ecobarrier"


OFFLINE_GDAL = {
    "GDAL_SKIP": "WMS,WMTS,WCS,EEDA,EEDAI,PLMOSAIC,DAAS,OGCAPI,STACIT,STACTA",
    "OGR_SKIP": "HTTP,WFS,OAPIF,CSW,Elasticsearch,Carto,AmigoCloud,PLSCENES,NGW,"
    "GPSBabel,OGR_VRT,ADBC",
    # No name has this suffix, so that nothing of /vsicurl/ and its kin is ever opened.
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none-at-all",
    "GDAL_HTTP_TIMEOUT": "1",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "PROJ_NETWORK": "OFF",
}
"""Options that keep GDAL from the network and from files that name other files."""


def worker_environment() -> dict[str, str]:
    """Answer the environment of a worker process: ours, without secrets and network.

    GDAL reads these options when it is loaded; so they cannot be set later.
    """
    own = Settings.model_config["env_prefix"]
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251
        if not name.startswith(own)
    }
    return {**inherited, **OFFLINE_GDAL}
