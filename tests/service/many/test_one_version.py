"""Several processes, one workspace, a publisher: no error and never a mixture."""

import sys
import time
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


def published_under_load(
    load: Any, publisher: Any, editions: int, seconds: float, each: int
) -> None:
    """Publish every ``seconds``; now and then go back to a former edition."""
    load.start(each)
    start = time.monotonic()
    made = list(publisher.editions.values())
    for number in range(1, editions + 1):
        time.sleep(max(0.0, start + seconds * number - time.monotonic()))
        if number % 6 == 5:
            publisher.go_back(made[-2])
        else:
            made.append(publisher.publish(100 + number))
    time.sleep(seconds)
    load.stop()


def require_well(load: Any) -> None:
    sys.stdout.write(f"{load.report()}\n")
    failures = {name: t.failures[:3] for name, t in load.tallies.items() if t.failures}
    assert failures == {}
    for name, tally in load.tallies.items():
        assert tally.answers, name
        assert tally.stale_s < 1.0, name


def test_two_processes(
    start_service: Callable[..., Any],
    start_nginx: Callable[..., str],
    make_load: Callable[[str], Any],
    publisher: Any,
) -> None:
    """Behind one socket; the same for longer, and with more, is marked slow."""
    publisher.publish_other()
    publisher.publish(100)
    service = start_service(workspace=publisher.workspace, processes=2, workers=2)
    address = start_nginx(PROXY, upstream(service.wait()))
    load = make_load(address)
    published_under_load(load, publisher, editions=3, seconds=1.5, each=1)
    require_well(load)
    assert service.end() == 0


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
    published_under_load(load, publisher, editions=60, seconds=1.0, each=2)
    require_well(load)
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
    published_under_load(load, publisher, editions=60, seconds=1.0, each=2)
    require_well(load)
