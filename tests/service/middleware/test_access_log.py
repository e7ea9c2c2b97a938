import json
import logging
import warnings

import pytest
from starlette.testclient import TestClient

from service.middleware.access_log import LOGGER, LOGGERS, JsonLines, configure_logging


def facts(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    lines = [one for one in caplog.records if one.name == LOGGER]
    assert len(lines) == 1
    line = json.loads(JsonLines().format(lines[0]))
    assert isinstance(line, dict)
    return line


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, LOGGER)
    return caplog


def test_one_line_says_what_was_asked_and_answered(
    client: TestClient, heard: pytest.LogCaptureFixture
) -> None:
    client.get("/tagged/a?x=1")
    line = facts(heard)
    assert line["method"] == "GET"
    assert line["path"] == "/tagged/a"
    assert line["route"] == "/tagged/{name}"
    assert line["status"] == 200
    assert line["client"] == "10.1.2.3"
    assert line["key"] is None
    assert isinstance(line["bytes"], int)
    assert line["bytes"] > 1000
    assert isinstance(line["ms"], float)


def test_failed_request_has_its_line_too(
    client: TestClient, heard: pytest.LogCaptureFixture
) -> None:
    client.get("/fault")
    assert facts(heard)["status"] == 500


def test_no_secret_is_written(
    client: TestClient, heard: pytest.LogCaptureFixture
) -> None:
    headers = {"X-API-Key": "eco_secret", "Cookie": "session=hidden"}
    client.get("/short?api_key=hidden&bbox=1,2,3,4&token=hidden", headers=headers)
    line = facts(heard)
    assert "hidden" not in str(line)
    assert "eco_secret" not in str(line)
    assert line["query"] == "api_key=...&bbox=1,2,3,4&token=..."


def test_line_breaks_of_a_caller_stay_inside_the_line(
    client: TestClient, heard: pytest.LogCaptureFixture
) -> None:
    client.get("/a%0A%7B%22level%22:%22error%22%7D")
    record = next(one for one in heard.records if one.name == LOGGER)
    assert "\n" not in JsonLines().format(record)


def test_traceback_goes_into_the_log_as_one_line(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ecobarrier.service"):
        client.get("/fault")
    record = next(one for one in caplog.records if one.exc_info)
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "secret inside" in json.loads(text)["traceback"]


def test_all_loggers_write_lines_of_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info")
    # A server that another test runs in this process has set it.
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    logging.getLogger("uvicorn.error").warning("Exceeded concurrency limit.")
    said = written(capsys, "Exceeded")
    assert said["message"] == "Exceeded concurrency limit."
    assert said["level"] == "warning"
    for name in LOGGERS:
        logging.getLogger(name).warning("of %s!", name)
        assert written(capsys, f"of {name}!")["logger"] == name
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("a library's,\nin two lines", stacklevel=1)
    assert "in two lines" in written(capsys, "a library's")["message"]


def written(capsys: pytest.CaptureFixture[str], words: str) -> dict[str, str]:
    """Answer the line with these words; threads of other tests may write beside."""
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    (found,) = [one for one in lines if words in one["message"]]
    return dict(found)
