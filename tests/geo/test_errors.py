"""Errors carry their sentence in both languages and their details."""

import pytest

from geo.errors import (
    CoordinateError,
    CRSError,
    EcobarrierError,
    GeoError,
    GeometryError,
)


@pytest.mark.parametrize("kind", [CRSError, CoordinateError, GeometryError])
def test_kinds_are_of_one_tree(kind: type[GeoError]) -> None:
    assert issubclass(kind, GeoError)
    assert issubclass(kind, EcobarrierError)


def test_error_says_both_sentences() -> None:
    error = CRSError("crs_missing", where="parcels.shp")
    assert error.code == "crs_missing"
    assert error.details == {"where": "parcels.shp"}
    assert "parcels.shp没有坐标系" in error.text.zh
    assert "parcels.shp has no coordinate system" in error.text.en
    assert str(error) == f"{error.text.zh} | {error.text.en}"


def test_detail_may_be_called_like_an_argument() -> None:
    """The code is positional, so that a detail of that name does not clash."""
    with pytest.raises(KeyError):
        CRSError("crs_missing", code="x")


def test_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        GeometryError("no_such_code")
