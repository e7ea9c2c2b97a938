import asyncio

import pytest

from service.errors import BusyError
from service.heavy import Places


def test_who_finds_no_place_waits_and_then_goes() -> None:
    async def scene() -> None:
        places = Places(1, wait_s=0.2)
        await places.take()
        with pytest.raises(BusyError):
            await places.take()
        waiting = asyncio.ensure_future(places.take())
        await asyncio.sleep(0.06)
        places.give_back()
        await waiting
        assert places.taken == 1

    asyncio.run(scene())
