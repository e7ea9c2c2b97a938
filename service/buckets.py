"""Token buckets: how often somebody may ask, in bounded memory."""

import fcntl
import hashlib
import mmap
import os
import struct
from collections import OrderedDict
from typing import Protocol

_SLOT = struct.Struct("=Qdd")
"""Whose (a hash), tokens, and when they were counted."""
_WAYS = 8
"""Slots in which a caller's bucket may lie."""
_SETS = 4096


class Buckets(Protocol):
    """One bucket per caller."""

    def take(self, name: str, now: float) -> float:
        """See :meth:`TokenBuckets.take`."""
        ...


class TokenBuckets:
    """One bucket per caller; it holds ``burst`` tokens and fills at ``rate``.

    Not for several threads: the event loop asks, one request after the other.

    Parameters
    ----------
    rate : float
        Tokens per second, > 0.
    burst : float
        Most tokens a bucket holds, >= 1: what may be asked at once.
    size : int
        Most buckets kept. Beyond it the one that was used longest ago is forgotten,
        which at worst gives that caller a full bucket again.
    """

    def __init__(self, rate: float, burst: float, size: int = 10_000) -> None:
        self.rate = rate
        self.burst = burst
        self.size = size
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, now: float) -> float:
        """Take a token.

        Parameters
        ----------
        name : str
            Whose bucket.
        now : float
            Seconds of a clock that never goes back.

        Returns
        -------
        float
            0 if there was a token, else the seconds until there is one.
        """
        tokens, since = self._buckets.get(name, (self.burst, now))
        tokens = min(self.burst, tokens + (now - since) * self.rate)
        allowed = tokens >= 1
        self._buckets[name] = (tokens - 1 if allowed else tokens, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > self.size:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self.rate


class SharedBuckets:
    """The same for several processes, in memory that they share.

    Of the buckets that a new one might replace, the one used longest ago is forgotten.
    A process that dies while it counts leaves at worst one bucket with other tokens.

    Parameters
    ----------
    rate, burst : float
        As for :class:`TokenBuckets`.
    file : int
        From :func:`shared_memory`; stays the caller's.
    """

    def __init__(self, rate: float, burst: float, file: int) -> None:
        self.rate = rate
        self.burst = burst
        self._file = file
        self._memory = mmap.mmap(file, _SETS * _WAYS * _SLOT.size)

    def take(self, name: str, now: float) -> float:
        """Take a token; ``now`` is of the clock that all processes have in common."""
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        # 0 is an empty slot.
        whose = int.from_bytes(digest) or 1
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            place, tokens = self._found(whose, now)
            allowed = tokens >= 1
            left = tokens - 1 if allowed else tokens
            _SLOT.pack_into(self._memory, place, whose, left, now)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        return 0.0 if allowed else (1 - tokens) / self.rate

    def _found(self, whose: int, now: float) -> tuple[int, float]:
        """Answer where a bucket lies, or will, and its tokens by now."""
        first = whose % _SETS * _WAYS
        oldest, oldest_since = first * _SLOT.size, float("inf")
        for slot in range(first, first + _WAYS):
            place = slot * _SLOT.size
            known, tokens, since = _SLOT.unpack_from(self._memory, place)
            if known == whose:
                grown = tokens + max(0.0, now - since) * self.rate
                return place, min(self.burst, grown)
            if since < oldest_since:
                oldest, oldest_since = place, since
        return oldest, self.burst


def shared_memory(name: str) -> int:
    """Make the memory of :class:`SharedBuckets`; answer its file, to be handed on."""
    file = os.memfd_create(name)
    os.truncate(file, _SETS * _WAYS * _SLOT.size)
    return file
