"""Stores that are down, closed, missing, or fail one request in five."""

import socket
import subprocess
import sys
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from layers.errors import StoreConflictError, StoreError
from layers.models import LayerSpec
from layers.storage import open_store
from layers.storage.address import split_file
from layers.storage.files import present
from layers.storage.mirror import make_mirror, refresh
from layers.workspace import current_versions, publish

Make = Callable[[str], tuple[LayerSpec, Path]]
SECRETS = ("KEYOFTHETESTS", "SecretOfTheTests0123456789")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens to, and that nobody else can take meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])


def everything_said(error: BaseException) -> str:
    """What a log would show of an error, and what a program can read of it."""
    shown = "".join(traceback.format_exception(error))
    return f"{shown} {error!r} {getattr(error, 'details', '')}"


def refusal(url: str) -> StoreError:
    with pytest.raises(StoreError) as refused:
        open_store(url).read("key")
    said = everything_said(refused.value)
    assert not any(one in said for one in SECRETS)
    assert url in refused.value.text.zh
    assert url in refused.value.text.en
    return refused.value


def test_a_store_that_is_down(
    make_bucket: Callable[[], str],
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("layers.storage.objects._TRIES", 2)
    url = make_bucket()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port}")
    error = refusal(url)
    assert error.code == "store_unreachable"
    assert f"127.0.0.1:{closed_port}" in error.text.en
    assert "AWS_ENDPOINT_URL" in error.text.en


def test_credentials_in_the_endpoint_are_not_shown(
    make_bucket: Callable[[], str],
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("layers.storage.objects._TRIES", 1)
    url = make_bucket()
    place = f"{SECRETS[0]}:{SECRETS[1]}@127.0.0.1:{closed_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{place}")
    assert refusal(url).code == "store_unreachable"


def test_a_bucket_that_is_missing(make_bucket: Callable[[], str]) -> None:
    make_bucket()
    assert refusal("s3://no-such-bucket").code == "store_bucket_missing"
    with pytest.raises(StoreError) as refused:
        list(open_store("s3://no-such-bucket/a").keys())
    assert refused.value.code == "store_bucket_missing"


@pytest.fixture
def strict(s3_endpoint: str, make_bucket: Callable[[], str]) -> Iterator[str]:
    """Let the server check who asks; answer the address of a bucket."""
    url = make_bucket()

    def after(requests: int) -> None:
        address, body = f"{s3_endpoint}/moto-api/reset-auth", str(requests).encode()
        kind = {"Content-Type": "text/plain"}
        request = urllib.request.Request(address, body, kind)  # noqa: S310
        urllib.request.urlopen(request, timeout=300).close()  # noqa: S310

    after(0)
    yield url
    after(10**9)


def test_credentials_that_are_wrong(strict: str) -> None:
    error = refusal(strict)
    assert error.code == "store_refused"
    assert "InvalidAccessKeyId" in error.text.en
    assert "AWS_ACCESS_KEY_ID" in error.text.zh
    with pytest.raises(StoreError) as refused:
        open_store(strict).put("key", b"")
    assert refused.value.code == "store_refused"
    assert not any(one in everything_said(refused.value) for one in SECRETS)


FORKING = """
import os, sys
from layers.errors import StoreError
from layers.storage import open_store
store = open_store(sys.argv[1])
store.put("key", b"content")
child = os.fork()
if not child:
    try:
        open_store(sys.argv[1]).read("key")
    except StoreError as error:
        print(error.code, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


def test_a_forked_process_is_told(make_bucket: Callable[[], str]) -> None:
    """It would wait for ever."""
    command = [sys.executable, "-c", FORKING, make_bucket()]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout == "store_forked\n"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://host/file.gpkg", "store_scheme_unknown"),
        ("gs://bucket/file", "store_scheme_unknown"),
        ("https://name:SecretOfTheTests0123456789@host/", "store_scheme_unknown"),
        ("s3://KEYOFTHETESTS:SecretOfTheTests0123456789@bucket/a", None),
        ("s3://bucket/a?key=SecretOfTheTests0123456789", None),
        ("s3://bucket/a#b", None),
        ("s3://", "store_address_wrong"),
        ("s3:///a", "store_address_wrong"),
        ("s3://bucket/../other", "store_address_wrong"),
        ("s3://bucket/a//b", "store_address_wrong"),
        ("s3://bu cket/a", "store_address_wrong"),
        ("file://host/folder", "store_address_wrong"),
    ],
)
def test_addresses_that_are_none(url: str, code: str | None) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(url)
    assert refused.value.code == (code or "store_address_credentials")
    assert not any(one in everything_said(refused.value) for one in SECRETS)
    assert "s3://" in refused.value.text.en or code is None


@pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/", "s3://bucket/a/.."])
def test_an_address_of_a_file_names_one(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        split_file(url)
    assert refused.value.code == "store_address_wrong"


def test_a_file_is_split_from_its_folder(make_bucket: Callable[[], str]) -> None:
    url = make_bucket()
    store, key = split_file(f"{url}/some/folder/红线.gpkg")
    assert (store.url, key) == (f"{url}/some/folder", "红线.gpkg")
    store.put(key, b"content")
    assert open_store(url).read("some/folder/红线.gpkg") == b"content"


def test_one_request_in_five_fails(
    make_bucket: Callable[[], str],
    unreliable: list[str],
    make: Make,
    tmp_path: Path,
) -> None:
    """Slower, still right: the same bytes, and conditions that still hold."""
    url = make_bucket()
    store = open_store(url)
    contents = [np.random.default_rng(seed).bytes(50_000) for seed in range(6)]
    for number, content in enumerate(contents):
        store.put(f"put/{number}", content)
        store.create(f"created/{number}", content)
        assert store.read_range(f"put/{number}", 100, 1000) == content[100:1100]
    tag = None
    for number in range(8):
        tag = store.swap("pointer", f"{number}".encode(), tag)
    with pytest.raises(StoreConflictError):
        store.swap("pointer", b"mine", None)
    assert [store.read(f"created/{number}") for number in range(6)] == contents
    assert store.read("pointer") == b"7"
    assert len(list(store.keys())) == 13
    for text in ("first", "second"):
        spec, file = make(text)
        publish(make_mirror(f"{url}/work", tmp_path / "one"), spec, file)
    other = make_mirror(f"{url}/work", tmp_path / "other")
    refresh(other)
    _, folder = current_versions(other)["a"]
    assert present(folder / "a.geojson").read_bytes() == b"second"
    kinds = {one.split()[0] for one in unreliable}
    assert kinds == {"503", "500", "close", "lost"}
