import gzip

import brotli
import pytest
from starlette.testclient import TestClient

from service.middleware.compression import chosen_coding


@pytest.mark.parametrize(
    ("wished", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("*", "br"),
        ("GZIP;q=0.1", "gzip"),
        ("gzip;q=x", None),
    ],
)
def test_coding_follows_the_wish(wished: str, coding: str | None) -> None:
    assert chosen_coding(wished) == coding


def raw(client: TestClient, path: str, wished: str) -> tuple[bytes, dict[str, str]]:
    asked = {"Accept-Encoding": wished}
    with client.stream("GET", path, headers=asked) as answer:
        return b"".join(answer.iter_raw()), dict(answer.headers)


@pytest.mark.parametrize("path", ["/text", "/stream", "/tagged/a"])
def test_content_comes_back_whole(client: TestClient, path: str) -> None:
    plain, headers = raw(client, path, "identity")
    assert "content-encoding" not in headers
    assert "Accept-Encoding" in headers["vary"]
    squeezed, headers = raw(client, path, "gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(squeezed) == plain
    assert len(squeezed) < len(plain) / 3
    squeezed, headers = raw(client, path, "br")
    assert headers["content-encoding"] == "br"
    assert brotli.decompress(squeezed) == plain
    assert "content-length" not in headers or int(headers["content-length"]) == len(
        squeezed
    )


@pytest.mark.parametrize("path", ["/short", "/picture"])
def test_short_and_compressed_content_stays(client: TestClient, path: str) -> None:
    _, headers = raw(client, path, "br, gzip")
    assert "content-encoding" not in headers
    assert "content-length" in headers


def test_own_coding_stays(client: TestClient) -> None:
    body, headers = raw(client, "/coded", "br")
    assert headers["content-encoding"] == "gzip"
    assert body == b"x" * 2000


def test_tag_of_other_bytes_is_weak(client: TestClient) -> None:
    _, headers = raw(client, "/tagged/a", "identity")
    assert headers["etag"] == '"a"'
    _, headers = raw(client, "/tagged/a", "br")
    assert headers["etag"] == 'W/"a"'
