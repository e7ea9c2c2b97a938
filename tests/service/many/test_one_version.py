"""Four processes, one workspace, a publisher: no error and never a mixture.

The form with two processes is in ``test_two_processes.py``.
"""

from collections.abc import Callable
from typing import Any

import pytest

PROXY = """
    location / {
        proxy_pass http://ecobarrier;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
    }
"""


def upstream(*addresses: str) -> str:
    servers = " ".join(f"server {one.removeprefix('http://')};" for one in addresses)
    return f"upstream ecobarrier {{ {servers} keepalive 32; }}"


@pytest.mark.slow
def test_four_processes_for_a_minute(
    start_service: Callable[..., Any],
    start_nginx: Callable[..., str],
    make_load: Callable[[str], Any],
    publisher: Any,
) -> None:
    publisher.publish_other()
    publisher.publish(100)
    service = start_service(workspace=publisher.workspace, processes=4, workers=4)
    address = start_nginx(PROXY, upstream(service.wait()))
    load = make_load(address)
    load.publish_meanwhile(editions=60, seconds=1.0, each=2)
    load.require_well()
    # On a machine that does nothing else.
    assert {one.waited for one in load.tallies.values()} == {0}
    assert service.end() == 0


@pytest.mark.slow
def test_four_services_for_a_minute(
    start_service: Callable[..., Any],
    start_nginx: Callable[..., str],
    make_load: Callable[[str], Any],
    publisher: Any,
) -> None:
    """Each on a port of its own, behind nginx."""
    publisher.publish_other()
    publisher.publish(100)
    services = [
        start_service(workspace=publisher.workspace, workers=1) for _ in range(4)
    ]
    address = start_nginx(PROXY, upstream(*(one.wait() for one in services)))
    load = make_load(address)
    load.publish_meanwhile(editions=60, seconds=1.0, each=2)
    load.require_well()
    # On a machine that does nothing else.
    assert {one.waited for one in load.tallies.values()} == {0}
