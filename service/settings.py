"""The settings of the service; the only module that reads the environment.

Each setting is an environment variable with the prefix ``ECOBARRIER_``. A variable
that is set to nothing counts as not set.
"""

from importlib.resources import files
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from service.settings_http import HttpSettings

MAX_ITEMS_LIMIT = 10_000
"""No setting lets one answer hold more features than this."""


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
    seeds: Path = Field(default_factory=_packaged_seeds)
    """Folder of the seed catalogue that ships with the product."""
    workspace: Path | None = None
    """Folder of imported layers, laid over the seeds."""
    max_items: int = Field(default=1000, ge=1, le=MAX_ITEMS_LIMIT)
    """Most features one page of items holds; a larger ``limit`` is reduced to it."""
