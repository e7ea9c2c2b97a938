"""Tiles, their documents, styles and files, asked for as clients ask for them."""

import gzip
import io
import json
import re
import threading
import warnings
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from pmtiles.reader import Reader
from rio_tiler.io import Reader as RioTiler
from starlette.testclient import TestClient

from geo.tile_matrix import CGCS2000_QUAD, WEB_MERCATOR_QUAD
from layers.tiles import archive_path, bake
from service.app import create_app
from service.settings import Settings
from service.tiles import store as store_module

VECTOR = "/collections/leagues/tiles/WebMercatorQuad"
RASTER = "/collections/land_cover/tiles/WebMercatorQuad"


def place(level: int, lon: float = 110.0, lat: float = 40.5) -> tuple[int, int, int]:
    row, _, column, _ = WEB_MERCATOR_QUAD.tiles((lon, lat, lon, lat), level)
    return level, row, column


def address(base: str, level: int, suffix: str = "") -> str:
    zoom, row, column = place(level)
    return f"{base}/{zoom}/{row}/{column}{suffix}"


def decoded(content: bytes) -> list[dict[str, Any]]:
    tile = mapbox_vector_tile.decode(content)
    return [one for layer in tile.values() for one in layer["features"]]


# --- vector tiles ----------------------------------------------------------------


def test_vector_tile_holds_names_and_ids(client: TestClient) -> None:
    answer = client.get(address(VECTOR, 6, ".mvt"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    found = {
        one["properties"]["id"]: one["properties"] for one in decoded(answer.content)
    }
    assert found["a"]["name_zh"] == "西盟"
    assert found["a"]["name_en"] == "West League"
    assert found["a"]["adcode"] == "150100"


def test_packed_where_the_client_unpacks(client: TestClient) -> None:
    path = address(VECTOR, 6, ".mvt")
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["etag"] != plain.headers["etag"]
    assert plain.headers["vary"] == "Accept-Encoding"


def test_without_suffix_accept_decides(client: TestClient) -> None:
    path = address(VECTOR, 6)
    kinds = {}
    for accept in ("*/*", "image/png", "text/html, image/webp;q=0.5"):
        answer = client.get(path, headers={"accept": accept})
        kinds[accept] = answer.headers["content-type"]
        assert "Accept" in answer.headers["vary"].split(", ")
    assert list(kinds.values()) == [
        "application/vnd.mapbox-vector-tile",
        "image/png",
        "image/webp",
    ]
    stated = client.get(path, params={"f": "png"})
    assert stated.headers["content-type"] == "image/png"


def test_cgcs2000_tiles_lie_in_degrees(client: TestClient) -> None:
    row, _, column, _ = CGCS2000_QUAD.tiles((110, 40.5, 110, 40.5), 5)
    answer = client.get(
        f"/collections/leagues/tiles/WorldCGCS2000Quad/5/{row}/{column}"
    )
    west, south, east, north = CGCS2000_QUAD.bounds(5, row, column)
    features = decoded(answer.content)
    south_league = next(f for f in features if f["properties"]["id"] == "c")
    points = shapely.get_coordinates(
        shapely.from_geojson(json.dumps(south_league["geometry"]))
    )
    lat = south + points[:, 1] / 4096 * (north - south)
    assert lat.max() == pytest.approx(40.0, abs=0.01)
    # The league goes on to the south: cut at the margin of 128 units.
    assert lat.min() == pytest.approx(south - (north - south) / 32, abs=0.01)
    assert east > west


def test_nothing_there_is_204(client: TestClient) -> None:
    answer = client.get(f"{VECTOR}/6/0/0.mvt")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{VECTOR}/6/64/0.mvt", 404, "tile_outside"),
        (f"{VECTOR}/6/0/64.mvt", 404, "tile_outside"),
        (f"{VECTOR}/99/0/0.png", 404, "tile_outside"),
        (f"{VECTOR}/-1/0/0.png", 404, "tile_outside"),
        (f"{VECTOR}/15/0/0.mvt", 404, "tile_too_deep"),
        (f"{VECTOR}/6/0/0.tif", 404, "tile_format"),
        (f"{RASTER}/6/0/0.mvt", 404, "tile_format"),
        (f"{RASTER}?f=mvt", 404, "tile_format"),
        (f"{VECTOR}/6/0/x.mvt", 422, "tile_address"),
        (f"{VECTOR}/6/0/1@3x.png", 422, "tile_address"),
        (f"{VECTOR}/6/0/{'9' * 400}.mvt", 422, "tile_address"),
        (f"{VECTOR}/a/0/0.mvt", 422, "parameter_not_integer"),
        ("/collections/leagues/tiles/Mars/6/0/0.mvt", 404, "tile_set_unknown"),
        ("/tileMatrixSets/Mars", 404, "tile_set_unknown"),
        ("/collections/none/tiles", 404, "layer_not_found"),
        (f"{VECTOR}/6/0/0.mvt?v=old", 410, "tile_version_gone"),
        ("/collections/leagues/cog", 404, "file_of_other_kind"),
        ("/collections/land_cover/pmtiles", 404, "file_of_other_kind"),
        ("/style.json?layers=none", 404, "layer_not_found"),
    ],
)
def test_refusals_are_problem_documents(
    client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["text"].keys() == {"zh", "en"}
    assert "immutable" not in answer.headers.get("cache-control", "")


# --- caching ---------------------------------------------------------------------


def test_versioned_address_may_be_kept_for_ever(client: TestClient) -> None:
    tiles = client.get(f"{VECTOR}/tilejson.json").json()
    zoom, row, column = place(5)
    path = tiles["tiles"][0].format(z=zoom, y=row, x=column)
    first, again = client.get(path), client.get(path)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    bare = client.get(address(VECTOR, 5, ".mvt"))
    assert bare.headers["cache-control"] == "public, no-cache"
    assert bare.content == first.content


@pytest.mark.parametrize("base", [VECTOR, RASTER])
@pytest.mark.parametrize("suffix", ["", ".png"])
def test_who_has_it_gets_304(client: TestClient, base: str, suffix: str) -> None:
    path = address(base, 5, suffix)
    tag = client.get(path).headers["etag"]
    answer = client.get(path, headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag


def test_head_says_what_get_says(client: TestClient) -> None:
    for path in (address(VECTOR, 5, ".mvt"), address(RASTER, 5, ".png")):
        asked, got = client.head(path), client.get(path)
        assert asked.status_code == 200
        assert asked.content == b""
        assert asked.headers["etag"] == got.headers["etag"]


def test_new_content_has_new_addresses(
    client: TestClient, small_seeds: Path, tmp_path: Path, baked_cache: Path
) -> None:
    text = (small_seeds / "catalog.toml").read_text("utf-8").replace("草地", "草原")
    changed = tmp_path / "seeds"
    changed.mkdir()
    for file in small_seeds.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    (changed / "catalog.toml").write_text(text, "utf-8")
    other = TestClient(create_app(Settings(seeds=changed, cache=baked_cache)))
    tiles = [
        one.get(f"{RASTER}/tilejson.json").json()["tiles"] for one in (client, other)
    ]
    assert tiles[0] != tiles[1]
    assert other.get(tiles[0][0].format(z=0, y=0, x=0)).status_code == 410


# --- pictures --------------------------------------------------------------------


def picture(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


@pytest.mark.parametrize("suffix", [".png", "@2x.png", ".webp"])
@pytest.mark.parametrize("level", [4, 6, 9])
def test_raster_pictures_equal_rio_tiler(
    client: TestClient, small_seeds: Path, suffix: str, level: int
) -> None:
    colours = {1: (224, 234, 191, 255), 2: (228, 201, 174, 255)}
    zoom, row, column = place(level, 109.9, 41.95)
    made = picture(client.get(f"{RASTER}/{zoom}/{row}/{column}{suffix}").content)
    side = 512 if "@2x" in suffix else 256
    with (
        warnings.catch_warnings(action="ignore"),
        RioTiler(str(small_seeds / "land_cover.tif")) as reader,
    ):
        image = reader.tile(column, row, zoom, tilesize=side)
        known = picture(image.render(img_format="PNG", colormap=colours))
    assert made.shape == known.shape == (side, side, 4)
    assert np.array_equal(made[..., 3], known[..., 3])
    shown = known[..., 3] > 0
    assert np.array_equal(made[shown], known[shown])


def test_pictures_where_nothing_is_are_transparent(client: TestClient) -> None:
    for base in (VECTOR, RASTER):
        for suffix in (".png", "@2x.png", ".webp"):
            answer = client.get(f"{base}/6/0/0{suffix}")
            assert answer.status_code == 200
            assert not picture(answer.content)[..., 3].any()


def test_vector_pictures_are_drawn_and_magnified(client: TestClient) -> None:
    shown = picture(client.get(address(VECTOR, 6, ".png")).content)
    assert shown[..., 3].any()
    doubled = picture(client.get(address(VECTOR, 6, "@2x.png")).content)
    assert doubled.shape == (512, 512, 4)
    zoom, row, column = place(13, 110.0, 40.0)
    deep = client.get(f"{VECTOR}/{zoom}/{row}/{column}.png")
    # Three leagues meet here; vector tiles end long before.
    assert picture(deep.content)[..., 3].any()


# --- documents -------------------------------------------------------------------


def test_matrix_sets_state_axes_and_corner(client: TestClient) -> None:
    listed = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    made = {one["id"]: client.get(one["links"][0]["href"]).json() for one in listed}
    mercator, degrees = made["WebMercatorQuad"], made["WorldCGCS2000Quad"]
    assert mercator["crs"].endswith("/EPSG/0/3857")
    assert mercator["tileMatrices"][0]["scaleDenominator"] == pytest.approx(
        559082264.0287178
    )
    assert degrees["crs"].endswith("/EPSG/0/4490")
    assert degrees["orderedAxes"] == ["Lat", "Lon"]
    assert degrees["tileMatrices"][0]["pointOfOrigin"] == [90.0, -180.0]
    assert degrees["tileMatrices"][3]["matrixWidth"] == 16
    assert degrees["tileMatrices"][3]["matrixHeight"] == 8


def test_tileset_leads_to_tiles(client: TestClient) -> None:
    sets = client.get("/collections/leagues/tiles").json()["tilesets"]
    assert {(one["tileMatrixSetId"], one["dataType"]) for one in sets} == {
        (tiles, kind)
        for tiles in ("WebMercatorQuad", "WorldCGCS2000Quad")
        for kind in ("vector", "map")
    }
    for one in sets:
        links = {link["rel"]: link for link in one["links"]}
        document = client.get(links["self"]["href"]).json()
        assert document["status"] == "official"
        limits = document["tileMatrixSetLimits"][5]
        path = links["item"]["href"].format(
            tileMatrix=5, tileRow=limits["minTileRow"], tileCol=limits["minTileCol"]
        )
        assert client.get(path).status_code in (200, 204)
        assert client.get(links["describedby"]["href"]).json()["tilejson"] == "3.0.0"
        box = document["boundingBox"]
        assert box["lowerLeft"] == pytest.approx([108, 39], abs=1e-4)
        assert box["upperRight"] == pytest.approx([112, 42], abs=1e-4)


def test_limits_hold_every_tile_that_has_something(client: TestClient) -> None:
    document = client.get(VECTOR).json()
    limits = document["tileMatrixSetLimits"][6]
    for row in range(64):
        for column in range(50, 54):
            there = client.get(f"{VECTOR}/6/{row}/{column}.mvt").status_code == 200
            inside = (
                limits["minTileRow"] <= row <= limits["maxTileRow"]
                and limits["minTileCol"] <= column <= limits["maxTileCol"]
            )
            # The margin around a tile reaches into its neighbour.
            assert inside or not there or _on_the_margin(limits, row, column)


def _on_the_margin(limits: dict[str, Any], row: int, column: int) -> bool:
    rows = limits["minTileRow"] - 1, limits["maxTileRow"] + 1
    columns = limits["minTileCol"] - 1, limits["maxTileCol"] + 1
    return bool(rows[0] <= row <= rows[1] and columns[0] <= column <= columns[1])


def test_tile_json_in_both_languages(client: TestClient) -> None:
    for language, name in (("zh", "图层leagues"), ("en", "Layer leagues")):
        document = client.get(f"{VECTOR}/tilejson.json?lang={language}").json()
        assert document["name"] == name
    layer = document["vector_layers"][0]
    assert layer["id"] == "leagues"
    assert layer["fields"]["name_zh"] == "String"
    raster = client.get(f"{RASTER}/tilejson.json").json()
    assert raster["bounds"] == pytest.approx([108, 39, 112, 42])
    assert "vector_layers" not in raster


def test_style_draws_the_status(client: TestClient) -> None:
    style = client.get("/style.json?layers=leagues,redline,land_cover").json()
    layers = {one["id"]: one for one in style["layers"]}
    assert layers["redline-line"]["paint"]["line-dasharray"]
    hatch = layers["redline-pattern"]["paint"]["fill-pattern"]
    assert hatch in client.get("/sprite.json").json()
    assert "leagues-pattern" not in layers
    assert layers["land_cover"]["paint"]["raster-resampling"] == "nearest"
    order = [one["id"] for one in style["layers"]]
    assert order.index("land_cover") < order.index("redline-fill")
    assert order.index("redline-line") < order.index("leagues-line")
    assert style["metadata"]["redline"]["cautioned"] is True
    assert not any(one["type"] == "symbol" for one in style["layers"])
    for source in style["sources"].values():
        assert client.get(source["url"]).status_code == 200


def test_sprite_and_its_index_agree(client: TestClient) -> None:
    for ratio, name in ((1, "/sprite"), (2, "/sprite@2x")):
        index = client.get(f"{name}.json").json()
        image = picture(client.get(f"{name}.png").content)
        assert {one["pixelRatio"] for one in index.values()} == {ratio}
        for one in index.values():
            part = image[: one["height"], one["x"] : one["x"] + one["width"]]
            assert part.shape[:2] == (16 * ratio, 16 * ratio)
            assert part[..., 3].any()
            assert not part[..., 3].all()


# --- files -----------------------------------------------------------------------


def test_pmtiles_reader_reads_over_http(client: TestClient) -> None:
    """A reader that only asks for ranges gets the same tiles as from the file."""
    asked = []

    def get_bytes(offset: int, length: int) -> bytes:
        span = f"bytes={offset}-{offset + length - 1}"
        answer = client.get("/collections/leagues/pmtiles", headers={"range": span})
        assert answer.status_code == 206
        asked.append(len(answer.content))
        return answer.content

    reader = Reader(get_bytes)
    zoom, row, column = place(6)
    tile = gzip.decompress(reader.get(zoom, column, row))
    assert tile == client.get(address(VECTOR, 6, ".mvt")).content
    assert "leagues" in json.dumps(reader.metadata())
    assert len(asked) >= 3


def test_gdal_reads_the_cog_in_parts(
    client: TestClient, small_seeds: Path, tmp_path: Path
) -> None:
    answer = client.get("/collections/land_cover/cog")
    assert answer.content == (small_seeds / "land_cover.tif").read_bytes()
    assert "cloud-optimized" in answer.headers["content-type"]
    copy = tmp_path / "copy.tif"
    copy.write_bytes(answer.content)
    with rasterio.open(copy) as dataset:
        assert dataset.shape == (30, 40)


@pytest.mark.parametrize(
    "path", ["/collections/leagues/pmtiles", "/collections/land_cover/cog"]
)
def test_ranges(client: TestClient, path: str) -> None:
    whole = client.get(path)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-length"] == str(size)

    def part(value: str, **headers: str) -> Any:
        named = {key.replace("_", "-"): one for key, one in headers.items()}
        return client.get(path, headers={"range": value, **named})

    first = part("bytes=0-15")
    assert (first.status_code, first.content) == (206, whole.content[:16])
    assert first.headers["content-range"] == f"bytes 0-15/{size}"
    assert part("bytes=-7").content == whole.content[-7:]
    assert part("bytes=10-").content == whole.content[10:]
    tag, changed = whole.headers["etag"], whole.headers["last-modified"]
    assert part("bytes=0-3", if_range=tag).status_code == 206
    assert part("bytes=0-3", if_range=changed).status_code == 206
    assert part("bytes=0-3", if_range='"other"').status_code == 200
    assert part("bytes=0-3,5-6").content == whole.content
    beyond = part(f"bytes={size}-")
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{size}"
    assert beyond.json()["code"] == "range_not_satisfiable"
    same = client.get(path, headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(size)
    cut = client.head(path, headers={"range": "bytes=0-3"})
    assert (cut.status_code, cut.headers["content-length"]) == (206, "4")


# --- restricted layers -----------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/collections/secret/tiles",
        "/collections/secret/tiles/WebMercatorQuad",
        "/collections/secret/tiles/WebMercatorQuad/tilejson.json",
        "/collections/secret/tiles/WebMercatorQuad/0/0/0.mvt",
        "/collections/secret/tiles/WebMercatorQuad/0/0/0.png",
        "/collections/secret/tiles/WorldCGCS2000Quad/0/0/1@2x.png",
        "/collections/secret/tiles/WebMercatorQuad/0/0/0.mvt?v=x",
        "/collections/secret/tiles/Mars/0/0/0.mvt",
        "/collections/secret/pmtiles",
        "/collections/secret/cog",
        "/collections/secret/style.json",
        "/style.json?layers=leagues,secret",
    ],
)
def test_restricted_layers_never_leave(
    client: TestClient, baked_cache: Path, path: str, method: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code in ((403,) if method == "GET" else (403, 405))
    assert not (baked_cache / "tiles" / "secret").exists()


def test_no_document_names_a_restricted_layer(client: TestClient) -> None:
    for path in ("/style.json", "/sprite.json", "/tileMatrixSets"):
        assert "secret" not in client.get(path).text


# --- faults ----------------------------------------------------------------------


def test_cut_off_archive_is_made_anew_and_others_are_served(
    small_seeds: Path, tmp_path: Path, baked_cache: Path
) -> None:
    cache = tmp_path / "cache"
    _copy_folder(baked_cache, cache)
    app = create_app(Settings(seeds=small_seeds, cache=cache))
    with TestClient(app, raise_server_exceptions=False) as client:
        spec = app.state.catalog.spec("leagues")
        path = archive_path(cache / "tiles", spec, WEB_MERCATOR_QUAD)
        good = client.get(address(VECTOR, 6, ".mvt")).content
        # While it is open, so that only reading finds it out.
        with path.open("r+b") as stream:
            stream.truncate(path.stat().st_size // 3)
        asked = address(VECTOR, 7, ".mvt")
        refused = client.get(asked)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert refused.json()["code"] == "tiles_not_ready"
        other = "/collections/redline/tiles/WebMercatorQuad"
        assert client.get(address(other, 6, ".mvt")).status_code == 200
        assert client.get(asked).status_code == 200
        assert client.get(address(VECTOR, 6, ".mvt")).content == good
    app.state.tiles.close()


def _copy_folder(source: Path, target: Path) -> None:
    for file in source.rglob("*.pmtiles"):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())


def test_damaged_cog_is_a_problem_and_others_are_served(
    small_seeds: Path, tmp_path: Path
) -> None:
    for file in small_seeds.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    damaged = tmp_path / "land_cover.tif"
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) - 120] + bytes(60))
    app = create_app(Settings(seeds=tmp_path, cache=tmp_path / "cache"))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get(address(RASTER, 6, ".png"))
        assert answer.status_code == 500
        assert answer.json()["code"] in ("layer_unreadable", "layer_truncated")
        assert str(tmp_path) not in answer.text
        assert "Traceback" not in answer.text
        other = "/collections/elevation/tiles/WebMercatorQuad"
        assert client.get(address(other, 6, ".png")).status_code == 200
    app.state.tiles.close()


def test_layer_that_cannot_be_baked_is_a_problem_and_not_tried_again_at_once(
    small_seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in small_seeds.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "leagues.parquet").write_bytes(b"PAR1 but no more")
    bakes = []

    def counted(*args: Any, **more: Any) -> None:
        bakes.append(1)
        bake(*args, **more)

    monkeypatch.setattr(store_module, "bake", counted)
    app = create_app(Settings(seeds=tmp_path, cache=tmp_path / "cache"))
    with TestClient(app, raise_server_exceptions=False) as client:
        for _ in range(3):
            answer = client.get(address(VECTOR, 6, ".mvt"))
            assert answer.status_code == 500
            assert answer.json()["code"] == "tiles_failed"
            assert str(tmp_path) not in answer.text
        assert len(bakes) == 1
        assert client.get(address(RASTER, 6, ".png")).status_code == 200
    app.state.tiles.close()


def test_all_open_layers_are_baked_on_start(
    small_seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakes: list[str] = []

    def noted(_cache: Path, spec: Any, **_more: Any) -> None:
        bakes.append(spec.id)

    monkeypatch.setattr(store_module, "bake", noted)
    app = create_app(Settings(seeds=small_seeds, cache=tmp_path))
    app.state.tiles.bake_all(app.state.catalog.specs)
    for _ in range(200):
        if len(bakes) == 5:
            break
        app.state.tiles._baker.submit(lambda: None).result()
    assert sorted(bakes) == [
        "leagues",
        "province",
        "redline",
        "sandy_lands",
        "yellow_river",
    ]
    app.state.tiles.close()


def test_patience_ends_with_a_problem(
    small_seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_S", 0.01)
    told = threading.Event()
    monkeypatch.setattr(store_module, "bake", lambda *_args, **_more: told.wait())
    app = create_app(Settings(seeds=small_seeds, cache=tmp_path))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get(address(VECTOR, 6, ".mvt"))
        assert answer.status_code == 503
        assert re.search("being made", answer.json()["detail"])
        told.set()
    app.state.tiles.close()


def test_openapi_describes_the_tiles(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    tile = paths["/collections/{layer_id}/tiles/{tms}/{level}/{row}/{col}"]["get"]
    assert set(tile["responses"]) >= {"200", "204", "304", "410", "503"}
    kinds = tile["responses"]["200"]["content"]
    assert {"application/vnd.mapbox-vector-tile", "image/png", "image/webp"} <= set(
        kinds
    )
