from http import HTTPStatus

import pytest

from geo.errors import CRSError, EcobarrierError
from layers.errors import CatalogError, LayerNotFoundError
from service.errors import STATUS, KindError, ParameterError, RestrictedError, status_of


class NewNotFoundError(LayerNotFoundError):
    """A class that the table does not list."""


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (EcobarrierError, HTTPStatus.INTERNAL_SERVER_ERROR),
        (CatalogError, HTTPStatus.INTERNAL_SERVER_ERROR),
        (CRSError, HTTPStatus.UNPROCESSABLE_ENTITY),
        (LayerNotFoundError, HTTPStatus.NOT_FOUND),
        (NewNotFoundError, HTTPStatus.NOT_FOUND),
        (KindError, HTTPStatus.BAD_REQUEST),
        (RestrictedError, HTTPStatus.FORBIDDEN),
    ],
)
def test_status_is_that_of_the_class_or_its_nearest_base(
    kind: type[EcobarrierError], status: HTTPStatus
) -> None:
    error = kind.__new__(kind)
    assert status_of(error) == status


def test_table_holds_error_statuses_only() -> None:
    assert all(400 <= status < 600 for status in STATUS.values())


def test_parameter_error_names_the_parameter() -> None:
    error = ParameterError("bbox_numbers", parameter="bbox", value="x")
    assert error.details["parameter"] == "bbox"
    assert "bbox" in error.text.zh
    assert "bbox" in error.text.en
