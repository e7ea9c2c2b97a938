"""The conflict check from files to the result; the sample against the seeds."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from layers.catalog import Catalog
from layers.checking.rules import parse_rules
from service.checking.check import CheckOptions, check_files
from service.checking.models import (
    Amount,
    CheckReport,
    ClassPart,
    LayerResult,
    ParcelResult,
    Part,
)
from service.settings import Settings

GEOD = Geod(ellps="GRS80")
UNITS = ("m2", "ha", "mu")
ZERO = Decimal(0)


def assert_balances(report: CheckReport) -> None:
    """Check that every printed part adds up to its total, in every unit."""
    for parcel in report.parcels:
        adds_up(parcel.printed, [one.printed for one in parcel.banners])
        for one in parcel.layers:
            layer_balances(parcel, one)
    summary = report.summary
    adds_up(summary.total, [one.printed for one in report.parcels])
    for n, total in enumerate(summary.layers):
        for name in ("overlap", "slivers", "remainder"):
            parts = [getattr(one.layers[n], name).printed for one in report.parcels]
            adds_up(getattr(total, name), parts)
        adds_up(summary.total, [total.overlap, total.slivers, total.remainder])


def layer_balances(parcel: ParcelResult, one: LayerResult) -> None:
    parts: tuple[Part, ...] = (one.overlap, one.slivers, one.remainder)
    adds_up(parcel.printed, [part.printed for part in parts])
    if one.touched:
        adds_up(one.overlap.printed, [part.printed for part in one.classes])
    every: tuple[Part | ClassPart, ...] = (*parts, *one.classes)
    for part in every:
        adds_up(part.printed, [cell.printed for cell in part.banners])
    for n, banner in enumerate(parcel.banners):
        cells = [part.banners[n] for part in parts]
        assert {cell.banner_id for cell in cells} == {banner.banner_id}
        adds_up(banner.printed, [cell.printed for cell in cells])
        inside = [
            cell.printed
            for part in one.classes
            for cell in part.banners
            if cell.banner_id == banner.banner_id
        ]
        adds_up(cells[0].printed, inside)
    whole = parcel.areas.lonlat_m2
    assert sum(part.area_m2 for part in parts) == pytest.approx(whole, abs=1e-3)


def adds_up(total: Amount, parts: list[Amount]) -> None:
    for unit in UNITS:
        assert sum((getattr(one, unit) for one in parts), ZERO) == getattr(total, unit)


BANNERS = [shapely.box(110, 40, 111, 41), shapely.box(111, 40, 112, 41)]
ZONES = [shapely.box(110.9, 40.3, 111.1, 40.5), shapely.box(110.9, 40.5, 111.1, 40.7)]


@pytest.fixture
def zones(publish: Callable[..., Catalog]) -> Catalog:
    publish("banners", BANNERS, adcode=["1", "2"], name_zh=["甲旗", "乙旗"])
    return publish("zone", ZONES, title="生态保护红线", kind=["核心保护区", "一般"])


def noisy_neighbour() -> shapely.Polygon:
    """A parcel that shares the zone's south border but for noise of 1e-4 m."""
    noise = np.random.default_rng(3).uniform(-1e-9, 1e-9, 49)
    lon = np.linspace(110.95, 110.99, 51)
    lat = 40.3 + np.concatenate(([0.0], noise, [0.0]))
    return shapely.Polygon([(110.99, 40.29), (110.95, 40.29), *np.c_[lon, lat]][::-1])


def test_inside_outside_bordering_and_across_two_banners_and_two_classes(
    zones: Catalog, parcels: Callable[..., Path]
) -> None:
    inside = shapely.box(110.92, 40.32, 110.93, 40.33)
    outside = shapely.box(110.5, 40.31, 110.51, 40.32)
    across = shapely.Polygon(
        [(110.99, 40.28), (111.02, 40.4), (111.01, 40.6), (110.98, 40.55)]
    )
    file = parcels("four", [inside, outside, noisy_neighbour(), across])
    report = check_files(zones, [file], CheckOptions(layers=("zone",))).report
    assert_balances(report)
    first, second, third, fourth = (one.layers[0] for one in report.parcels)

    assert (first.contact, first.overlap.share) == ("overlap", 1.0)
    assert first.overlap.printed == report.parcels[0].printed
    assert [part.class_name for part in first.classes] == ["核心保护区"]

    assert (second.contact, second.touched) == ("apart", False)
    near = second.nearest
    assert near is not None
    north = np.linspace(40.32, 40.34, 20_001)
    east, corner = np.full(20_001, 110.9), np.full(20_001, 110.51)
    metres = GEOD.inv(corner, np.full(20_001, 40.32), east, north)[2].min()
    assert near.distance_m == pytest.approx(metres, abs=0.01)
    assert near.direction is not None
    assert near.direction.zh == "东"

    assert (third.contact, third.touched) == ("border", False)
    assert third.overlap.printed.m2 == 0
    assert third.finding.level == "clear"
    assert [one.parcel for one in report.slivers] == ["P2"]
    assert third.slivers.area_m2 == pytest.approx(report.slivers[0].area_m2)

    assert {part.class_name for part in fourth.classes} == {"核心保护区", "一般"}
    assert [one.name for one in report.parcels[3].banners] == ["甲旗", "乙旗"]
    assert all(len(part.banners) == 2 for part in fourth.classes)
    assert fourth.remainder.area_m2 > 0
    assert fourth.finding.level == "not_allowed"


def test_classes_that_lie_over_each_other_count_a_place_once(
    publish: Callable[..., Catalog], parcels: Callable[..., Path]
) -> None:
    over = [
        shapely.box(110.1, 40.1, 110.3, 40.3),
        shapely.box(110.2, 40.1, 110.4, 40.3),
    ]
    catalog = publish("zone", over, kind=["一般", "核心"], title="自然保护区")
    file = parcels("one", [shapely.box(110.21, 40.15, 110.29, 40.2)])
    report = check_files(catalog, [file], CheckOptions(layers=("zone",))).report
    assert_balances(report)
    found = report.parcels[0].layers[0]
    assert found.overlap.share == pytest.approx(1.0)
    assert [part.class_name for part in found.classes] == ["一般"]
    # The class that is counted second still decides: it is the strict one.
    assert [one.class_name for one in found.features] == ["一般", "核心"]
    assert found.finding.rule == "protected-core"


def test_the_sample_against_the_seed_layers(sample: Path) -> None:
    outcome = check_files(Catalog.open(Settings().seeds), [sample])
    report = outcome.report
    assert_balances(report)
    first, second = report.parcels
    # Domain facts, section 3: both rules and the plane, by hand.
    assert first.areas.official_m2 == pytest.approx(489_913.9192, abs=1e-3)
    # The file states 48.9914 and 0.0500, in hectares by the shapes themselves.
    assert first.areas.stated_m2 == pytest.approx(489_914)
    assert first.areas.plane_m2 == pytest.approx(490_000.0, abs=1e-6)
    assert first.areas.stated_m2 is None or first.areas.stated_m2 > 0
    assert (str(first.printed.ha), str(first.printed.mu)) == ("48.9914", "734.87")
    assert (first.number, first.name, first.use) == (
        "DK001",
        "磴口光伏治沙一期",
        "光伏",
    )
    assert [one.name for one in first.banners] == ["磴口县"]
    assert str(second.printed.m2) == "499.80"
    decided = {one.what: one.value for one in report.decisions}
    assert decided["crs"] == "EPSG:4524"
    assert "axis_order" in decided
    by_id = {one.id: one for one in report.layers}
    assert by_id["redline"].indicative
    for parcel in report.parcels:
        for one in parcel.layers:
            if by_id[one.layer].indicative:
                assert one.finding.level == "indicative"
    shapes = outcome.against.pieces(outcome.parcels)
    assert set(shapes["parcel"]) == {"DK001", "DK002"}


def test_the_result_is_the_same_bytes_twice_and_through_json(sample: Path) -> None:
    catalog = Catalog.open(Settings().seeds)
    options = CheckOptions(layers=("redline", "lakes"))
    first, second = (
        check_files(catalog, [sample], options).report.model_dump_json()
        for _ in range(2)
    )
    assert first == second
    assert CheckReport.model_validate_json(first).model_dump_json() == first


def test_the_result_id_follows_files_layers_rules_and_options(
    zones: Catalog, publish: Callable[..., Catalog], parcels: Callable[..., Path]
) -> None:
    shape = shapely.box(110.92, 40.32, 110.93, 40.33)
    file = parcels("one", [shape])
    usual = CheckOptions(layers=("zone",))
    ids = [check_files(zones, [file], usual).report.result_id]
    rules = parse_rules(
        b'id="r"\nversion="1"\ntitle={zh="r",en="r"}\nrule=[]\n', "r.toml"
    )
    ids.append(check_files(zones, [file], usual, rules).report.result_id)
    wider = CheckOptions(layers=("zone",), parcel_accuracy_m=0.05)
    ids.append(check_files(zones, [file], wider).report.result_id)
    other = publish("zone", [*ZONES, BANNERS[0]], kind=["a", "b", "c"])
    ids.append(check_files(other, [file], usual).report.result_id)
    moved = parcels("one", [shapely.box(110.92, 40.32, 110.93, 40.34)])
    ids.append(check_files(zones, [moved], usual).report.result_id)
    assert len(set(ids)) == len(ids)


def test_several_files_keep_their_own_decisions_and_ids(
    zones: Catalog, sample: Path, parcels: Callable[..., Path]
) -> None:
    other = parcels("other", [shapely.box(110.92, 40.32, 110.93, 40.33)], DKBH=["X"])
    chosen = CheckOptions(layers=("zone",))
    report = check_files(zones, [sample, other], chosen).report
    assert [one.parcels for one in report.files] == [2, 1]
    assert [one.file for one in report.parcels] == ["sample.txt"] * 2 + [
        "other.geojson"
    ]
    assert [one.crs for one in report.files] == ["EPSG:4524", "EPSG:4490"]
    twice = check_files(zones, [sample, sample], chosen).report
    assert [one.id for one in twice.parcels] == ["DK001", "DK002", "DK001-2", "DK002-2"]
