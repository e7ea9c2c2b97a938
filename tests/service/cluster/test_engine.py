"""Engines give the results of the work, whoever does it."""

import argparse
import pickle

import pytest

from geo.errors import EcobarrierError
from layers.errors import LayerReadError
from service.arguments import add_engine, chosen_engine
from service.cluster import software
from service.cluster.engine import EngineChoice, open_engine
from service.cluster.errors import ClusterError
from service.errors import ParameterError


def test_the_local_engine_answers_in_order() -> None:
    with open_engine(EngineChoice()) as engine:
        found = list(engine.run(lambda item: item * item, range(4)))
    assert found == [(0, 0), (1, 1), (2, 4), (3, 9)]


@pytest.mark.parametrize(
    "error",
    [
        LayerReadError("feature_not_plain", file="a.parquet", feature="7"),
        ParameterError("parameter_unknown", parameter="x", choices="y"),
    ],
    ids=["layer", "parameter"],
)
def test_an_error_comes_out_of_another_process_as_itself(
    error: EcobarrierError,
) -> None:
    other = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(other) is type(error)
    assert (other.code, other.details, other.text) == (
        error.code,
        error.details,
        error.text,
    )
    assert str(other) == str(error)


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_engine(parser, ("kernel", "geos"))
    return parser.parse_args(words)


def test_the_engine_that_is_chosen() -> None:
    assert chosen_engine(parsed()) == EngineChoice("local")
    assert chosen_engine(parsed("--engine", "geos")) == EngineChoice("local")
    words = ("--engine", "dask", "--workers", "3", "--worker-memory", "500")
    assert chosen_engine(parsed(*words)) == EngineChoice("dask", None, 3, 500)
    remote = ("--engine", "dask", "--scheduler", "tcp://a:1")
    assert chosen_engine(parsed(*remote)) == EngineChoice("dask", "tcp://a:1")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--workers", "2"), "cluster_option_alone"),
        (("--scheduler", "tcp://a:1"), "cluster_option_alone"),
        (
            ("--engine", "dask", "--scheduler", "tcp://a:1", "--workers", "2"),
            "cluster_option_remote",
        ),
    ],
)
def test_options_without_effect_are_refused(words: tuple[str, ...], code: str) -> None:
    with pytest.raises(ClusterError) as refused:
        chosen_engine(parsed(*words))
    assert refused.value.code == code


def test_no_workers_are_too_few() -> None:
    with pytest.raises(SystemExit):
        parsed("--engine", "dask", "--workers", "0")


def test_other_software_is_named() -> None:
    mine = software.software()
    assert software.differences(mine) == ""
    theirs = {**mine, "numpy": "1.0"}
    assert software.differences(theirs) == f"numpy 1.0 ≠ {mine['numpy']}"
