"""A connection that breaks at the moment when work is given over it."""

import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from distributed import Client, LocalCluster, as_completed

from service.cluster.errors import ClusterError
from service.cluster.waiting import Connection, closed_after


class Halted(dict[Any, Any]):
    """What a client waits for. Who cancels and forgets it stops meanwhile.

    A machine with other work stops a thread anywhere, rarely just there.
    """

    def __init__(self, known: dict[Any, Any], at: str) -> None:
        super().__init__(known)
        self._at, self.begun, self.go_on = at, Event(), Event()

    def _halt(self, at: str) -> None:
        if at == self._at:
            self.begun.set()
            self.go_on.wait()

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        for one in super().values():
            yield one
            self._halt("while it cancels")

    def clear(self) -> None:
        self._halt("before it forgets")
        super().clear()


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a scheduler that nobody works for."""
    with (
        LocalCluster(
            n_workers=0,
            processes=False,
            protocol="tcp://",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
        ) as cluster,
        closed_after(Client(cluster, set_as_default=False)) as opened,
    ):
        yield opened


@pytest.mark.parametrize("at", ["while it cancels", "before it forgets"])
def test_what_is_given_when_the_connection_breaks_is_not_waited_for(
    client: Client, at: str
) -> None:
    connection = Connection(client, "tcp://10.0.0.5:8786")
    assert not connection.lost
    under_way = as_completed([client.submit(abs, -1)], loop=client.loop)
    client.futures = halted = Halted(client.futures, at)
    loop: Any = client.loop
    link: Any = client.scheduler_comm
    loop.add_callback(link.comm.abort)
    assert halted.begun.wait(60)
    under_way.update([client.submit(abs, -2)])
    halted.go_on.set()
    # The other way it stops in the middle, and never comes to look for a scheduler.
    while at == "before it forgets" and client.status != "running":
        time.sleep(0.01)
    seen: list[Any] = []

    def wait() -> None:
        try:
            seen.extend(future.status for future in connection.answered(under_way))
        except ClusterError as error:
            seen.append(error)

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(60)
    *before, last = seen
    assert set(before) <= {"cancelled"}
    assert isinstance(last, ClusterError)
    assert last.code == "cluster_lost"
    assert last.details["scheduler"] == "tcp://10.0.0.5:8786"
    assert connection.lost
