"""Errors of work that is spread over other processes."""

from geo.errors import EcobarrierError


class ClusterError(EcobarrierError):
    """A cluster that cannot be used, or that did not finish its work."""
