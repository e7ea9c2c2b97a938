"""The STAC catalogue, read and validated by pystac, which knows the core schemas.

Those of the extensions are not in any package, so their fields are checked by hand:
https://github.com/stac-extensions/file 2.1.0, .../projection 2.0.0.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pystac
import pytest
import shapely
from pystac.validation.stac_validator import JsonSchemaSTACValidator

from layers.catalog import Catalog
from service.publishing.stac import _interval

MakeSpec = Callable[..., Any]


@pytest.fixture(scope="module")
def stac(copy_folder: Path) -> pystac.Catalog:
    return pystac.Catalog.from_file(str(copy_folder / "catalog.json"))


def test_all_documents_hold_to_the_schemas(stac: pystac.Catalog) -> None:
    validator = JsonSchemaSTACValidator()
    documents = [stac, *stac.get_collections(), *stac.get_items(recursive=True)]
    assert len(documents) == 1 + 2 * 7
    for one in documents:
        text = one.to_dict(include_self_link=False, transform_hrefs=False)
        validator.validate_core(text, one.STAC_OBJECT_TYPE, "1.1.0")
    broken = text | {"properties": {"datetime": None}}
    with pytest.raises(pystac.STACValidationError):
        validator.validate_core(broken, pystac.STACObjectType.ITEM, "1.1.0")


def test_links_are_relative_and_lead_up(
    stac: pystac.Catalog, copy_folder: Path
) -> None:
    documents = [*copy_folder.glob("v/*/stac/*/*.json"), copy_folder / "catalog.json"]
    for path in documents:
        for link in json.loads(path.read_bytes())["links"]:
            assert (path.parent / link["href"]).is_file(), link
    for item in stac.get_items(recursive=True):
        collection = item.get_collection()
        assert collection is not None
        assert item.collection_id == collection.id
        assert item.get_root() is stac


def test_assets_are_files_of_the_size_and_hash_that_is_said(
    stac: pystac.Catalog,
) -> None:
    count = 0
    for item in stac.get_items(recursive=True):
        for asset in item.assets.values():
            path = Path(asset.get_absolute_href() or "")
            content = path.read_bytes()
            assert asset.extra_fields["file:size"] == len(content)
            digest = hashlib.sha256(content).digest()
            # Multihash: code 0x12, 32 bytes.
            assert bytes.fromhex(asset.extra_fields["file:checksum"]) == (
                b"\x12\x20" + digest
            )
            count += 1
    assert count > 7 * 4


def test_items_are_where_their_layers_are(
    stac: pystac.Catalog, catalog: Catalog
) -> None:
    for item in stac.get_items(recursive=True):
        spec = catalog.spec(str(item.collection_id))
        assert item.properties["proj:code"] == spec.crs
        assert item.geometry is not None
        shape = shapely.geometry.shape(item.geometry)
        assert item.bbox == pytest.approx(list(shape.bounds))
        if spec.kind == "raster":
            assert item.bbox == pytest.approx([108, 39, 112, 42])
            assert item.properties["proj:shape"] == [30, 40]
            assert item.properties["proj:transform"] == pytest.approx(
                [0.1, 0, 108, 0, -0.1, 42]
            )
            continue
        features = catalog.vector(spec.id).features
        assert item.bbox == pytest.approx(list(features.total_bounds))
        assert shape.buffer(1e-5).covers(features.geometry).all()


def test_status_and_caution_follow_the_layer(stac: pystac.Catalog) -> None:
    (item,) = [one for one in stac.get_items(recursive=True) if "redline" in one.id]
    assert item.properties["ecobarrier:status"] == "modelled"
    assert item.properties["ecobarrier:caution"]["en"] == "a model for tests only"
    assert item.properties["license"] == "CC0-1.0"
    # Nobody states the time of the content: the day of retrieval stands in.
    assert item.properties["ecobarrier:valid_time"] is None
    assert str(item.properties["datetime"]).startswith("2026-01-15")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, (None, None)),
        ("2019", ("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z")),
        ("../2000", (None, "2000-12-31T23:59:59Z")),
        ("2001/2010", ("2001-01-01T00:00:00Z", "2010-12-31T23:59:59Z")),
        ("2001/..", ("2001-01-01T00:00:00Z", None)),
        ("2020-05-07", ("2020-05-07T00:00:00Z", "2020-05-07T23:59:59Z")),
        ("2020-02", ("2020-02-01T00:00:00Z", "2020-02-29T23:59:59Z")),
    ],
)
def test_times_as_they_are_stated(
    stated: str | None, expected: tuple[str | None, str | None], make_spec: MakeSpec
) -> None:
    assert _interval(make_spec(valid_time=stated)) == expected
