"""Who asks: nobody in particular, or the holder of an API key with its scopes."""

from dataclasses import dataclass

from layers.key_file import KeyScope


@dataclass(frozen=True)
class Caller:
    """The holder of a key.

    Parameters
    ----------
    key_id : str
        Public part of the key; empty without a key.
    scopes : frozenset of {"write", "restricted", "jobs"}
    """

    key_id: str = ""
    scopes: frozenset[KeyScope] = frozenset()

    def may(self, scope: KeyScope) -> bool:
        """Whether the key opens what the scope closes."""
        return scope in self.scopes


ANYBODY = Caller()
"""A caller without a key."""
