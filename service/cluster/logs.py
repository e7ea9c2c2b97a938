"""The log of the library of the cluster, which says nothing that a person can use.

What matters comes out as errors of ours; workers that die are replaced.
"""

import logging

NAME = "distributed"


def silenced() -> None:
    """Let nothing of the library reach the terminal of this process."""
    logger = logging.getLogger(NAME)
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(f"{NAME}."):
            logging.getLogger(name).handlers = []
            logging.getLogger(name).propagate = True
