import doctest

import service.numbers


def test_examples() -> None:
    result = doctest.testmod(service.numbers)
    assert result.attempted >= 5
    assert result.failed == 0
