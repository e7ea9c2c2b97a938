"""Token buckets: how often somebody may ask, in bounded memory."""

from collections import OrderedDict


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
