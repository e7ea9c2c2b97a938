"""Machine-made requests to every operation: no fault, no answer outside its schema."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from service.app import create_app
from service.settings import Settings

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
OPERATIONS = [
    (path, method.upper())
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method in operations
]
KNOWN = {
    "layer_id": ["leagues", "sandy_lands", "elevation"],
    "feature_id": ["a", "b"],
    "process_id": ["overlap", "area", "zonal", "site"],
    "tms": ["WebMercatorQuad", "WorldCGCS2000Quad"],
    "z": ["5"],
}
"""Real names, or nearly every request would only find that there is none."""


@pytest.fixture(scope="module")
def address(
    small_seeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A service in a process of its own; jobs of one case outlive the next."""
    made = {
        "SEEDS": small_seeds,
        "CACHE": tmp_path_factory.mktemp("cache"),
        "JOBS": tmp_path_factory.mktemp("jobs"),
        "MAX_JOBS_WAITING": 100_000,
        "LOG_LEVEL": "error",
    }
    environment = {f"ECOBARRIER_{name}": str(value) for name, value in made.items()}
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()


@pytest.fixture(scope="module")
def api(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def attack(api: Any, path: str, method: str, examples: int) -> None:
    """Send requests that keep to our description and that break it; none may win."""
    operation = api[path][method]
    # A path alone takes any text, so there is nothing to break.
    breakable = bool(list(operation.query)) or bool(list(operation.body))
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    for mode in modes if breakable else modes[:1]:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            chosen = len(str(case.query)) % 4
            for name in case.path_parameters or {}:
                if chosen and name in KNOWN:
                    names = KNOWN[name]
                    case.path_parameters[name] = names[chosen % len(names)]
            case.call_and_validate(checks=CHECKS, timeout=300)

        ask()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_operation_keeps_its_word(api: Any, path: str, method: str) -> None:
    attack(api, path, method, 12)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_operation_keeps_its_word_in_1000_cases(
    api: Any, path: str, method: str
) -> None:
    attack(api, path, method, 500)
