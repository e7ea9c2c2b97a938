"""What one process of several is to the others: its share of the limits, and its name.

The limits in the settings are for the whole service. Rates are counted in memory that
all processes share; places, connections and workers are divided among them.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from service.buckets import Buckets, SharedBuckets, TokenBuckets
from service.settings import Settings


class Share(BaseModel):
    """One of ``of`` processes of a service, counted from 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int = 0
    of: int = 1
    by_address: int | None = None
    """Open file of the buckets of addresses; None where they are our own."""
    by_key: int | None = None
    exchange: Path | None = None
    """Folder of the sockets by which the processes ask each other for their meters."""

    @property
    def first(self) -> bool:
        """Whether this one does what only one needs to do."""
        return self.index == 0

    def part(self, total: int) -> int:
        """Answer our part, whole; the parts add up to the total, some may be 0."""
        return total // self.of + (self.index < total % self.of)

    def at_least_one(self, total: int) -> int:
        """Answer the total divided, rounded up."""
        return -(-total // self.of)


ALONE = Share()


def divided(settings: Settings, share: Share) -> Settings:
    """Answer the settings of one process.

    Who asks may come to any process, so each has workers for those who wait; the job
    list is one, so its workers are as many in all as the setting says.
    """
    if share.of == 1:
        return settings
    named = ("max_requests", "max_connections", "max_heavy", "workers")
    parts = {name: share.at_least_one(getattr(settings, name)) for name in named}
    parts["job_workers"] = share.part(settings.job_workers)
    return settings.model_copy(update=parts)


@dataclass(frozen=True)
class Rates:
    """Buckets of those who ask; None where there is no limit."""

    by_address: Buckets | None
    by_key: Buckets | None


def rates(settings: Settings, share: Share) -> Rates:
    """Make the buckets of the settings, or open those that the processes share."""
    return Rates(
        _buckets(settings.address_rate, settings.address_burst, share.by_address),
        _buckets(settings.key_rate, settings.key_burst, share.by_key),
    )


def _buckets(rate: float, burst: int, shared: int | None) -> Buckets | None:
    if rate <= 0:
        return None
    if shared is None:
        return TokenBuckets(rate, burst)
    return SharedBuckets(rate, burst, shared)
