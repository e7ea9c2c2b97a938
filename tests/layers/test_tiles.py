"""Baking against the reference reader and decoder, and what may go wrong with it."""

import gzip
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, all_tiles

from geo.tile_matrix import CGCS2000_QUAD, TILE_MATRIX_SETS, WEB_MERCATOR_QUAD
from layers import tiles as baking
from layers.catalog import Catalog
from layers.errors import LayerTilesError, LayerWriteError
from layers.models import Bilingual, LayerSpec, Provenance
from layers.pmtiles import Archive
from layers.tile_features import EXTENT, Square
from layers.tiles import archive_path, bake, is_baked, max_zoom, tiles_key
from layers.workspace import publish
from layers.writers import write_geoparquet

Place = tuple[int, int, int]
Decoded = dict[Place, list[dict[str, Any]]]
Publish = Callable[..., LayerSpec]
WORDS = Bilingual(zh="测试", en="Test")


@pytest.fixture(scope="module")
def empty_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "catalog.toml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def published(tmp_path: Path) -> Publish:
    """Publish features as a layer of a workspace."""
    return publisher(tmp_path)


def publisher(folder: Path) -> Publish:
    def make(features: gpd.GeoDataFrame, **about: Any) -> LayerSpec:
        path = folder / "sample.parquet"
        write_geoparquet(features, path)
        spec = LayerSpec(
            id="sample",
            title=WORDS,
            description=WORDS,
            theme="user",
            kind="vector",
            status="user",
            path=PurePosixPath(path.name),
            crs="EPSG:4490",
            rows=len(features),
            licence="CC0-1.0",
            attribution="made in code",
            provenance=Provenance(
                source="tests", origin="tests", retrieved=date(2026, 1, 1), method=WORDS
            ),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            **{"geometry": "polygon", "accuracy_m": 400.0, **about},
        )
        publish(folder / "workspace", spec, path)
        return spec

    return make


@pytest.fixture
def baked(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> Callable[..., LayerSpec]:
    """Publish and bake."""

    def make(features: gpd.GeoDataFrame, **about: Any) -> LayerSpec:
        spec = published(features, **about)
        workspace = tmp_path / "workspace"
        bake(tmp_path / "cache", spec, seeds=empty_seeds, workspace=workspace)
        return spec

    return make


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, empty_seeds: Path
) -> tuple[Path, LayerSpec]:
    """Bake :func:`small_things` once for the tests that only look at the tiles."""
    folder = tmp_path_factory.mktemp("small")
    spec = publisher(folder)(small_things(), geometry="mixed")
    cache, workspace = folder / "cache", folder / "workspace"
    bake(cache, spec, seeds=empty_seeds, workspace=workspace)
    return cache, spec


def decoded(path: Path) -> Decoded:
    """All tiles of an archive by zoom, x, y, read by the reference libraries."""
    made: Decoded = {}
    with path.open("rb") as stream:
        for place, packed in all_tiles(MmapSource(stream)):
            tile = mapbox_vector_tile.decode(
                gzip.decompress(packed), default_options={"y_coord_down": True}
            )
            made[place] = [one for layer in tile.values() for one in layer["features"]]
    return made


def shape(feature: dict[str, Any]) -> Any:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def wiggly_neighbours() -> gpd.GeoDataFrame:
    """tippecanoe#301, geojson-vt#89: borders with more turns than a tile can show."""
    random = np.random.default_rng(5)
    rows, columns, turns = 4, 4, 120

    def wiggle(start: tuple[float, float], end: tuple[float, float]) -> list[Any]:
        at = np.linspace(0, 1, turns)[:, None]
        line = np.array(start) * (1 - at) + np.array(end) * at
        line[1:-1] += random.normal(0, 0.02, (turns - 2, 2))
        return [tuple(point) for point in line]

    corner = {
        (r, c): (110 + 0.8 * c, 40 + 0.8 * r)
        for r in range(rows + 1)
        for c in range(columns + 1)
    }
    edges: dict[tuple[Any, Any], list[Any]] = {}

    def edge(one: Any, other: Any) -> list[Any]:
        key = min(one, other), max(one, other)
        if key not in edges:
            edges[key] = wiggle(corner[key[0]], corner[key[1]])
        return edges[key] if one < other else edges[key][::-1]

    cells = []
    for r in range(rows):
        for c in range(columns):
            ring = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c), (r, c)]
            parts = [edge(one, other) for one, other in pairwise(ring)]
            cells.append(shapely.Polygon([point for part in parts for point in part]))
    valid = shapely.make_valid(np.array(cells))
    polygons = [
        max(shapely.get_parts(one), key=lambda part: part.area) for one in valid
    ]
    return gpd.GeoDataFrame(
        {"id": [f"c{n}" for n in range(len(cells))]}, geometry=polygons, crs="EPSG:4490"
    )


def gaps_and_overlaps(tiles: Decoded) -> tuple[float, float]:
    """Square units, within the tiles: holes between neighbours, and double cover."""
    gap = over = 0.0
    for features in tiles.values():
        box = shapely.box(0, 0, EXTENT, EXTENT)
        parts = shapely.intersection([shape(one) for one in features], box)
        whole = shapely.union_all(parts)
        outlines = [
            shapely.Polygon(part.exterior)
            for part in shapely.get_parts(whole)
            if part.geom_type == "Polygon"
        ]
        gap += shapely.union_all(outlines).area - whole.area
        over += float(shapely.area(parts).sum()) - whole.area
    return gap, over


def coverage() -> gpd.GeoDataFrame:
    """Neighbours by a Voronoi diagram: valid, and exactly shared borders."""
    random = np.random.default_rng(2)
    points = shapely.MultiPoint(random.uniform((108, 38), (116, 44), (150, 2)))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(points, extend_to=shapely.box(108, 38, 116, 44))
    )
    cells = shapely.intersection(cells, shapely.box(108, 38, 116, 44), grid_size=1e-7)
    ids = [f"v{n}" for n in range(len(cells))]
    return gpd.GeoDataFrame({"id": ids}, geometry=cells, crs="EPSG:4490")


def test_hard_50_neighbours_keep_their_shared_borders(
    tmp_path: Path, seeds: Path
) -> None:
    spec = Catalog.open(seeds).spec("banners")
    bake(tmp_path, spec, seeds=seeds)
    for tiles in TILE_MATRIX_SETS.values():
        made = decoded(archive_path(tmp_path, spec, tiles))
        for zoom in (4, 6, 8, 9):
            level = {place: one for place, one in made.items() if place[0] == zoom}
            gap, over = gaps_and_overlaps(level)
            # Square units of the grid; a tile has 16.8 million.
            assert gap <= 2.0, (tiles.id, zoom)
            assert over <= 2.0, (tiles.id, zoom)
            assert all(
                shape(one).is_valid for features in level.values() for one in features
            )


def test_hard_50_wiggly_and_voronoi_borders(
    tmp_path: Path, baked: Callable[..., LayerSpec]
) -> None:
    for features in (wiggly_neighbours(), coverage()):
        spec = baked(features)
        made = decoded(archive_path(tmp_path / "cache", spec, WEB_MERCATOR_QUAD))
        for zoom in range(9):
            level = {place: one for place, one in made.items() if place[0] == zoom}
            before = shapely.coverage_is_valid(features.geometry.to_numpy())
            gap, over = gaps_and_overlaps(level)
            if before:
                assert gap <= 4.0, zoom
                assert over <= 4.0, zoom


def test_hard_51_margin_around_a_tile(
    tmp_path: Path, baked: Callable[..., LayerSpec]
) -> None:
    wide = gpd.GeoDataFrame(
        {"id": ["a"]}, geometry=[shapely.box(100, 30, 125, 55)], crs="EPSG:4490"
    )
    spec = baked(wide)
    made = decoded(archive_path(tmp_path / "cache", spec, WEB_MERCATOR_QUAD))
    inner = shape(made[(6, 52, 23)][0]).bounds
    assert inner[0] <= -64
    assert inner[2] >= EXTENT + 64


def small_things() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": ["field", "well", "strip", "brook", "spring"],
            "name_zh": ["大片", "小块", "窄条", "小溪", "泉"],
            "name_en": ["Field", "Plot", "Strip", "Brook", None],
            "adcode": ["150100", None, "150102", "150103", "150104"],
            "value": [1.5, float("nan"), float("inf"), 2.0, 3.0],
            "count": [1, 2, 3, 4, 5],
            "open": [True, False, True, False, True],
            "seen": [date(2024, 5, 1)] * 5,
        },
        geometry=[
            shapely.box(110, 40, 112, 42),
            shapely.box(110.5, 40.5, 110.5002, 40.5002),
            shapely.box(111.0, 40.2, 111.0000002, 41.2),
            shapely.LineString([(110.3, 40.3), (110.3001, 40.3)]),
            shapely.Point(110.7, 40.7),
        ],
        crs="EPSG:4490",
    )


def test_hard_51_small_and_thin_features_are_kept_at_every_zoom(
    small: tuple[Path, LayerSpec],
) -> None:
    cache, spec = small
    for tiles in TILE_MATRIX_SETS.values():
        made = decoded(archive_path(cache, spec, tiles))
        for zoom in range(max_zoom(spec) + 1):
            found = {
                one["properties"]["id"]: shape(one).geom_type
                for place, features in made.items()
                if place[0] == zoom
                for one in features
            }
            kinds = ["Polygon", "Polygon", "Polygon", "LineString", "Point"]
            assert set(found) == set(small_things()["id"]), zoom
            assert [found[name] for name in small_things()["id"]] == kinds, zoom


def test_attributes_ids_and_names(
    small: tuple[Path, LayerSpec],
) -> None:
    cache, spec = small
    made = decoded(archive_path(cache, spec, WEB_MERCATOR_QUAD))
    found = {one["id"]: one["properties"] for one in made[(0, 0, 0)]}
    assert set(found) == {1, 2, 3, 4, 5}
    assert found[1] == {
        "id": "field",
        "name_zh": "大片",
        "name_en": "Field",
        "adcode": "150100",
        "value": 1.5,
        "count": 1,
        "open": True,
        "seen": "2024-05-01",
    }
    # hard 51: NaN and null are left out, not written as words or zeros.
    assert "value" not in found[2]
    assert "adcode" not in found[2]
    assert "value" not in found[3]
    assert "name_en" not in found[5]


def test_shapes_lie_where_the_matrix_set_says(
    tmp_path: Path, baked: Callable[..., LayerSpec]
) -> None:
    box = shapely.box(110.3, 40.2, 111.9, 41.7)
    spec = baked(gpd.GeoDataFrame({"id": ["a"]}, geometry=[box], crs="EPSG:4490"))
    for tiles in TILE_MATRIX_SETS.values():
        more = Square(tiles).levels_more
        made = decoded(archive_path(tmp_path / "cache", spec, tiles))
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        level = 7 - more
        for (zoom, column, row), features in made.items():
            if zoom != 7:
                continue
            left, _, right, top = tiles.bounds(level, row, column)
            part = shapely.intersection(
                shape(features[0]), shapely.box(0, 0, EXTENT, EXTENT)
            )
            if part.is_empty:
                continue
            x0, y0, x1, y1 = part.bounds
            scale = (right - left) / EXTENT
            corners = np.array([[left + x0 * scale, left + x1 * scale]])
            lon, lat = tiles.lonlat(
                corners[0], np.array([top - y1 * scale, top - y0 * scale])
            )
            west, south = min(west, lon[0]), min(south, lat[0])
            east, north = max(east, lon[1]), max(north, lat[1])
        unit = 360 / 2**7 / EXTENT
        assert (west, south, east, north) == pytest.approx(box.bounds, abs=2 * unit)


def test_long_edges_are_bent_as_their_straight_lonlat_edge(
    tmp_path: Path, baked: Callable[..., LayerSpec]
) -> None:
    line = shapely.LineString([(100, 30), (120, 55)])
    features = gpd.GeoDataFrame({"id": ["a"]}, geometry=[line], crs="EPSG:4490")
    spec = baked(features, geometry="line")
    made = decoded(archive_path(tmp_path / "cache", spec, WEB_MERCATOR_QUAD))
    worst = 0.0
    for (zoom, column, row), one in made.items():
        if zoom != 6:
            continue
        left, _, right, top = WEB_MERCATOR_QUAD.bounds(6, row, column)
        points = shapely.get_coordinates(shape(one[0])) * (right - left) / EXTENT
        lon, lat = WEB_MERCATOR_QUAD.lonlat(left + points[:, 0], top - points[:, 1])
        apart = shapely.distance(shapely.points(lon, lat), line)
        worst = max(worst, float(apart.max()))
    assert worst < 0.01


def test_archive_names_no_folder_of_this_machine(
    small: tuple[Path, LayerSpec],
) -> None:
    cache, spec = small
    for tiles in TILE_MATRIX_SETS.values():
        with Archive(archive_path(cache, spec, tiles)) as made:
            said = json.dumps(made.metadata)
        assert str(cache.parent.parent.parent) not in said
        assert "site-packages" not in said
        assert "made in code" in said


def test_key_changes_with_content_and_recipe(
    published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = published(small_things(), geometry="mixed")
    other = spec.model_copy(update={"sha256": "0" * 64})
    restyled = spec.model_copy(update={"style": spec.style})
    assert tiles_key(other) != tiles_key(spec) == tiles_key(restyled)
    before = tiles_key(spec)
    monkeypatch.setattr(baking, "RECIPE", baking.RECIPE + 1)
    assert tiles_key(spec) != before


@pytest.mark.parametrize(
    ("accuracy", "zoom"), [(20_000.0, 8), (300.0, 9), (30.0, 12), (0.5, 14), (None, 10)]
)
def test_deepest_zoom_follows_accuracy(
    published: Publish, accuracy: float | None, zoom: int
) -> None:
    spec = published(small_things(), geometry="mixed", accuracy_m=accuracy)
    unit = Square(WEB_MERCATOR_QUAD).unit(max_zoom(spec))
    assert max_zoom(spec) == zoom
    assert zoom == 14 or 10 * unit <= (accuracy or 100.0)


def test_baked_once(small: tuple[Path, LayerSpec]) -> None:
    cache, spec = small
    path = archive_path(cache, spec, CGCS2000_QUAD)
    before = path.stat().st_ino
    # No such seeds: a worker could not even begin.
    bake(cache, spec, seeds=cache / "none")
    assert path.stat().st_ino == before


def test_cut_off_archive_is_baked_anew(
    tmp_path: Path, empty_seeds: Path, baked: Callable[..., LayerSpec]
) -> None:
    spec = baked(small_things(), geometry="mixed")
    cache = tmp_path / "cache"
    path = archive_path(cache, spec, WEB_MERCATOR_QUAD)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert not is_baked(cache, spec)
    bake(cache, spec, seeds=empty_seeds, workspace=tmp_path / "workspace")
    assert path.read_bytes() == whole
    assert left_in(cache) == [tiles_key(spec)]


def left_in(cache: Path) -> list[str]:
    return sorted(one.name for one in (cache / "sample").iterdir())


def test_layer_that_cannot_be_read_leaves_nothing(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    spec = published(small_things(), geometry="mixed")
    workspace = tmp_path / "workspace"
    file = next(workspace.rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(LayerTilesError) as refused:
        bake(tmp_path / "cache", spec, seeds=empty_seeds, workspace=workspace)
    assert refused.value.code == "tiles_failed"
    assert "sample" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert left_in(tmp_path / "cache") == []


def test_worker_beyond_its_time_is_killed_with_all_it_started(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    spec = published(small_things(), geometry="mixed")
    with pytest.raises(LayerTilesError, match=r"> 0\.2 s"):
        bake(
            tmp_path / "cache",
            spec,
            seeds=empty_seeds,
            workspace=tmp_path / "workspace",
            time_limit_s=0.2,
        )
    assert left_in(tmp_path / "cache") == []
    assert not workers()


def workers() -> list[int]:
    """Processes that bake in this test's session of workers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if b"layers.tiles" in command and parent == str(os.getpid()):
            found.append(int(folder.name))
    return found


def test_killed_worker_leaves_the_old_version_whole(
    tmp_path: Path, empty_seeds: Path, baked: Callable[..., LayerSpec]
) -> None:
    old = baked(small_things(), geometry="mixed")
    cache = tmp_path / "cache"
    content = archive_path(cache, old, WEB_MERCATOR_QUAD).read_bytes()
    new = old.model_copy(update={"attribution": "another"})
    stop = threading.Thread(target=kill_first_worker)
    stop.start()
    with pytest.raises(LayerTilesError, match="exit -9"):
        bake(cache, new, seeds=empty_seeds, workspace=tmp_path / "workspace")
    stop.join()
    assert left_in(cache) == [tiles_key(old)]
    assert archive_path(cache, old, WEB_MERCATOR_QUAD).read_bytes() == content


def kill_first_worker() -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        for worker in workers():
            os.kill(worker, signal.SIGKILL)
            return
        time.sleep(0.02)


def test_a_version_is_baked_as_itself_when_another_is_in_use(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    """The worker must not look up which version is the current one."""
    old = published(small_things(), geometry="mixed")
    published(small_things().iloc[:1], geometry="mixed")
    cache = tmp_path / "cache"
    bake(cache, old, seeds=empty_seeds, workspace=tmp_path / "workspace")
    made = decoded(archive_path(cache, old, WEB_MERCATOR_QUAD))
    ids = {feature["properties"]["id"] for tile in made.values() for feature in tile}
    assert len(ids) == len(small_things())


def test_left_over_work_is_swept(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    spec = published(small_things(), geometry="mixed")
    cache = tmp_path / "cache"
    left = cache / "sample" / ".baking-killed"
    left.mkdir(parents=True)
    (left / "features.geojsonl").write_text("x")
    bake(cache, spec, seeds=empty_seeds, workspace=tmp_path / "workspace")
    assert left_in(cache) == [tiles_key(spec)]


def test_two_at_once_make_one(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    spec = published(small_things(), geometry="mixed")
    cache = tmp_path / "cache"
    faults: list[BaseException] = []

    def work() -> None:
        try:
            bake(cache, spec, seeds=empty_seeds, workspace=tmp_path / "workspace")
        except BaseException as error:
            faults.append(error)

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert faults == []
    assert is_baked(cache, spec)
    assert left_in(cache) == [tiles_key(spec)]


def test_unwritable_cache_is_a_refusal(
    tmp_path: Path, empty_seeds: Path, published: Publish
) -> None:
    spec = published(small_things(), geometry="mixed")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LayerWriteError):
        bake(tmp_path / "file", spec, seeds=empty_seeds)


@pytest.fixture(autouse=True)
def no_worker_left() -> Iterator[None]:
    yield
    assert workers() == []
