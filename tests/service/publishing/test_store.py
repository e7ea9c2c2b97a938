"""A copy in a bucket: the same files, with headers, claimed by one publisher."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from layers.catalog import Catalog
from layers.storage import open_store
from layers.storage.layout import CONDITIONS
from service.errors import RequestError
from service.publishing.site import Wish, publish
from service.settings import Settings

Publish = Callable[..., Any]


def test_bucket_holds_what_a_folder_holds(
    make_bucket: Callable[[], str], copy_of_one: Path, publish_small: Publish
) -> None:
    place = f"{make_bucket()}/some/prefix"
    publish_small(place, layers=["leagues"])
    store = open_store(place)
    keys = {*store.keys()} - {CONDITIONS}
    names = [one for one in copy_of_one.rglob("*") if one.is_file()]
    assert keys == {one.relative_to(copy_of_one).as_posix() for one in names}
    for key in keys:
        assert store.read(key) == (copy_of_one / key).read_bytes(), key
    again = publish_small(place, layers=["leagues"])
    assert again.written == 0

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    inside = S3Store(bucket, prefix=prefix, client_options={"allow_http": True})

    def headers(key: str) -> tuple[str, str]:
        found = obstore.get(inside, key).attributes
        return str(found["Content-Type"]), str(found["Cache-Control"])

    # Browsers keep for ever what never changes, and ask for the rest again.
    assert headers("index.html") == ("text/html; charset=utf-8", "no-cache")
    (archive,) = [one for one in keys if one.endswith(".pmtiles")]
    kind, control = headers(archive)
    assert kind == "application/vnd.pmtiles"
    assert "immutable" in control


def test_of_two_publishers_one_wins_and_the_other_is_told(
    make_bucket: Callable[[], str],
    catalog: Catalog,
    small_settings: Settings,
    publish_small: Publish,
) -> None:
    place = make_bucket()
    publish_small(place, layers=["leagues"])

    def overtaken(_: str, done: int, total: int) -> None:
        # The other one begins later, and is through first.
        if done == total - 1:
            publish_small(place, layers=["leagues"], language="en")

    wish = Wish(layers=["leagues"], service="https://service.test", maps=False)
    with pytest.raises(RequestError) as caught:
        publish(catalog, place, wish, small_settings, overtaken)
    assert caught.value.code == "publish_busy"
    index = open_store(place).read("index.html").decode()
    assert 'lang="en"' in index


def test_bucket_of_somebody_else_is_left_alone(
    make_bucket: Callable[[], str], publish_small: Publish
) -> None:
    place = make_bucket()
    open_store(place).put("thesis.txt", b"mine")
    with pytest.raises(RequestError) as caught:
        publish_small(place)
    assert caught.value.code == "publish_not_a_copy"
    assert list(open_store(place).keys()) == ["thesis.txt"]
