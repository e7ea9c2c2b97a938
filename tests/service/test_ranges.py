"""One range of a file, by RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RangeNotSatisfiableError
from service.ranges import matches, parse_range


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=5-", (5, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-300", (0, 9)),
        ("bytes=2-300", (2, 9)),
        # Not understood, or not for us: the whole file.
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 500 + "-", None),
    ],
)
def test_ranges_of_ten_bytes(value: str, expected: tuple[int, int] | None) -> None:
    assert parse_range(value, 10) == expected


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_range_behind_the_end_is_refused(value: str) -> None:
    with pytest.raises(RangeNotSatisfiableError):
        parse_range(value, 10)


@given(value=st.text(max_size=40), size=st.integers(1, 10_000))
def test_any_range_is_within_the_file(value: str, size: int) -> None:
    try:
        part = parse_range(f"bytes={value}", size)
    except RangeNotSatisfiableError:
        return
    assert part is None or 0 <= part[0] <= part[1] < size


def test_entity_tags_are_compared_weakly() -> None:
    assert matches('"a", W/"b"', '"b"')
    assert matches("*", '"b"')
    assert not matches('"ab"', '"b"')
    assert not matches(None, '"b"')
