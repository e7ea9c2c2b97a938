"""What the commands share: how words on the command line are read."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from service.settings import Settings

if TYPE_CHECKING:
    from layers.catalog import Catalog

MOST_ACCURACY_M = 100_000
"""A positional accuracy worse than that is a slip of the pen."""

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what runs it, its text, and whether it takes a CRS."""


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers with commas between them."""
    return tuple(float(part) for part in text.split(","))


def metres(text: str) -> float:
    """Read a positional accuracy; 0 to 100 km."""
    value = float(text)
    if not 0 <= value <= MOST_ACCURACY_M:
        raise ValueError(text)
    return value


def words(text: str) -> tuple[str, ...]:
    """Read words with commas between them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def open_catalog(settings: Settings) -> "Catalog":
    """Open the seeds and the workspace; whatever a layer is read by is loaded now."""
    from layers.reading import ReadingCatalog

    return ReadingCatalog.open(settings.seeds, settings.workspace)
