"""A place among the few computations that run at the same time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from service.errors import BusyError

WAIT_S = 10.0
_LOOK_AGAIN_S = 0.05


class Places:
    """``most`` places; who finds none waits a little.

    Parameters
    ----------
    most : int
    wait_s : float
        Seconds to wait for a place.
    """

    def __init__(self, most: int, wait_s: float = WAIT_S) -> None:
        self.most = most
        self.wait_s = wait_s
        self.taken = 0

    async def take(self) -> None:
        """Take a place.

        Raises
        ------
        BusyError
            ``too_busy``: none was free in time.
        """
        tries = int(self.wait_s / _LOOK_AGAIN_S)
        while self.taken >= self.most:
            if tries <= 0:
                raise BusyError("too_busy", most=self.most)
            tries -= 1
            await asyncio.sleep(_LOOK_AGAIN_S)
        self.taken += 1

    def give_back(self) -> None:
        """Free a place that was taken."""
        self.taken -= 1


async def _place(request: Request) -> AsyncIterator[None]:
    places = request.app.state.heavy
    assert isinstance(places, Places)
    await places.take()
    try:
        yield
    finally:
        places.give_back()


HEAVY = Depends(_place)
"""In ``dependencies=[HEAVY]`` of a route that computes for seconds."""

HeavyDep = Annotated[None, HEAVY]
