"""The files of a copy are what the service answers."""

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from starlette.testclient import TestClient

from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.pmtiles import Archive
from service.publishing.pictures import deepest_level, places
from service.tiles.png import is_blank

BOX = (108.0, 39.0, 112.0, 42.0)


def only(copy_folder: Path, layer: str, suffix: str) -> Path:
    (path,) = copy_folder.glob(f"layers/{layer}/*/*{suffix}")
    return path


def test_downloads_are_those_of_the_service(
    copy_folder: Path, client: TestClient
) -> None:
    forms = ("geojson", "geoparquet", "fgb", "kml", "csv", "xlsx", "txt", "pmtiles")
    for layer, form in (*(("leagues", form) for form in forms), ("elevation", "cog")):
        address = f"/collections/{layer}/download"
        answer = client.get(address, params={"f": form})
        assert answer.status_code == 200
        name = answer.headers["content-disposition"].split('"')[1]
        suffix = name if form != "pmtiles" else ".pmtiles"
        assert only(copy_folder, layer, suffix).read_bytes() == answer.content


@pytest.mark.parametrize("suffix", [".gpkg", ".zip"])
def test_downloads_with_a_date_in_them_hold_the_same(
    suffix: str, copy_folder: Path, tmp_path: Path
) -> None:
    # Reading one leaves a file beside it.
    kept = shutil.copy(only(copy_folder, "leagues", suffix), tmp_path)
    found = gpd.read_file(kept)
    expected = gpd.read_file(only(copy_folder, "leagues", ".geojson"))
    assert list(found["name_zh"]) == list(expected["name_zh"])
    for one, other in zip(found.geometry, expected.geometry, strict=True):
        assert one.normalize().equals(other.normalize())


def test_pictures_are_those_of_the_service(
    copy_folder: Path, client: TestClient
) -> None:
    start = json.loads(next(copy_folder.glob("v/*/start.json")).read_bytes())
    drawn = {one["id"]: one["map"] for one in start["layers"]}
    with Archive(only(copy_folder, "land_cover", ".pmtiles")) as archive:
        deepest = archive.header.max_zoom
        assert drawn["land_cover"]["source"]["maxzoom"] == deepest > 3
        served = 0
        for _, (level, row, column) in places(BOX, deepest):
            path = f"/collections/land_cover/tiles/WebMercatorQuad/{level}/{row}"
            picture = client.get(f"{path}/{column}.png").content
            tile = archive.tile(level, column, row)
            assert tile == (None if is_blank(picture) else picture)
            served += tile is not None
        assert archive.header.addressed_tiles == served > 5


def test_picture_is_blank_only_if_it_shows_nothing(client: TestClient) -> None:
    path = "/collections/land_cover/tiles/WebMercatorQuad"
    assert not is_blank(client.get(f"{path}/0/0/0.png").content)
    assert is_blank(client.get(f"{path}/5/0/0.png").content)
    with pytest.raises(ValueError, match="palette"):
        is_blank(b"\x89PNG\r\n\x1a\n" + bytes(30))


def test_levels_are_bounded_by_the_number_of_tiles() -> None:
    def count(level: int) -> int:
        return len(places(BOX, level))

    assert deepest_level(BOX, 7) == 7
    assert deepest_level(BOX, 9, most=count(6)) == 6
    assert deepest_level(BOX, 9, most=count(6) - 1) == 5
    numbers = [number for number, _ in places(BOX, 6)]
    assert numbers == sorted(set(numbers))
    for _, (level, row, column) in places(BOX, 6):
        assert WEB_MERCATOR_QUAD.holds(level, row, column)


def test_areas_are_those_that_the_service_says(
    copy_folder: Path, client: TestClient
) -> None:
    areas: dict[str, Any] = json.loads(
        next(copy_folder.glob("layers/leagues/*/areas.json")).read_bytes()
    )
    for lon, lat in ((109, 41), (111, 41), (110, 39.5)):
        found = client.get("/identify", params={"lon": lon, "lat": lat}).json()
        (league,) = [one for one in found["features"] if one["layer"] == "leagues"]
        assert areas[league["id"]] == league["area_m2"]
    assert not list(copy_folder.glob("layers/yellow_river/*/areas.json"))


def test_layers_are_drawn_and_told_as_by_the_service(
    copy_folder: Path, client: TestClient
) -> None:
    copied = json.loads(next(copy_folder.glob("v/*/start.json")).read_bytes())
    served = client.get("/viewer/start.json").json()
    assert copied["badges"] == served["badges"]
    there = {one["id"]: one for one in served["layers"]}
    for layer in copied["layers"]:
        twin = there.pop(layer["id"])
        drawn, drawn_there = layer.pop("map"), twin.pop("map")
        assert layer == twin
        assert drawn["layers"] == drawn_there["layers"]
        assert (copy_folder / drawn["archive"]).is_file()
    assert list(there) == ["secret"]
    for name in ("base", "places", "dates"):
        ours = json.loads(next(copy_folder.glob(f"v/*/{name}.json")).read_bytes())
        assert ours == client.get(f"/viewer/{name}.json").json()
