"""A cluster of two workers for the tests of a module."""

from collections.abc import Iterator

import pytest

from service.cluster.engine import Engine, EngineChoice, open_engine


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    said: list[str] = []
    with open_engine(EngineChoice("dask", None, 2, 1000), said.append) as opened:
        assert opened.workers == 2
        assert len(said) == 1
        assert "1,000 MB" in said[0]
        yield opened
