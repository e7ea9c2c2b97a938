"""A batch goes on after a kill at any moment, and ends with the same bytes."""

import csv
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import EcobarrierError
from layers.catalog import Catalog
from service.checking.batch import check_batch
from service.checking.blocks import Sheets
from service.checking.check import CheckOptions, check_files
from service.checking.models import CheckReport

ZONES = [shapely.box(110 + x, 40, 110.04 + x, 41) for x in np.arange(0, 1, 0.1)]
CHOSEN = CheckOptions(layers=("zone", "lakes"))
Content = Callable[[Path], dict[str, bytes]]

RUN = """
import sys
from pathlib import Path
from layers.catalog import Catalog
from service.checking.batch import check_batch
from service.checking.blocks import Sheets
from service.checking.check import CheckOptions
from service.reports.writing import write_report
from service.settings import Settings

site, workspace, out = map(Path, sys.argv[1:4])
sheets = Sheets(".json", lambda outcome, path: write_report(outcome, path, "zh"))
catalog = Catalog.open(Settings().seeds, workspace)
options = CheckOptions(layers=("zone", "lakes"))
print("ready", flush=True)
check_batch(catalog, [site], out, options, sheets=sheets, chunk=int(sys.argv[4]))
"""


def write_parcels(folder: Path, count: int, files: int) -> None:
    """Write parcels of about 1 km, some in zones, some on their borders."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    x, y = rng.uniform((110, 40), (111, 41), (count, 2)).T
    shapes = shapely.box(x, y, x + 0.01, y + 0.01)
    for number, part in enumerate(np.array_split(np.arange(count), files)):
        ids = [f"P{k}" for k in part]
        frame = gpd.GeoDataFrame({"id": ids}, geometry=shapes[part], crs=4490)
        frame.to_file(folder / f"{number:03d}.geojson")


def rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "ledger.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def zone(publish: Callable[..., Catalog]) -> Catalog:
    return publish("zone", ZONES)


def start(site: Path, workspace: Path, out: Path, chunk: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", RUN, *map(str, (site, workspace, out, chunk))]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def killed_again_and_again(
    site: Path, workspace: Path, out: Path, moments: Iterator[float], chunk: int
) -> int:
    """Kill a batch at each moment (seconds after it is ready), then let it end."""
    kills = 0
    for moment in moments:
        process = start(site, workspace, out, chunk)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            assert process.wait(moment) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        process.stdout.close()
    process = start(site, workspace, out, chunk)
    process.communicate()
    assert process.returncode == 0
    return kills


def unbroken(site: Path, workspace: Path, out: Path, chunk: int) -> float:
    """Run a batch in one go; answer its seconds after it is ready."""
    process = start(site, workspace, out, chunk)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - begun


def test_killed_at_some_moments_it_ends_with_the_same_bytes(
    zone: Catalog, workspace: Path, tmp_path: Path, batch_content: Content
) -> None:
    del zone
    site = tmp_path / "site"
    write_parcels(site, 120, 4)
    seconds = unbroken(site, workspace, tmp_path / "whole", 10)
    draw = random.Random(1)  # noqa: S311 - no secret
    moments = (draw.uniform(0.1, seconds / 2) for _ in range(2))
    killed_again_and_again(site, workspace, tmp_path / "killed", moments, 10)
    assert batch_content(tmp_path / "killed") == batch_content(tmp_path / "whole")
    assert len(rows(tmp_path / "killed")) == 120


@pytest.mark.slow
def test_killed_at_twenty_moments_2000_parcels_end_with_the_same_bytes(
    zone: Catalog, workspace: Path, tmp_path: Path, batch_content: Content
) -> None:
    del zone
    site = tmp_path / "site"
    write_parcels(site, 2000, 40)
    seconds = unbroken(site, workspace, tmp_path / "whole", 50)
    draw = random.Random(7)  # noqa: S311 - no secret
    moments = (draw.uniform(0.0, seconds / 6) for _ in range(20))
    kills = killed_again_and_again(site, workspace, tmp_path / "killed", moments, 50)
    assert kills >= 10
    assert batch_content(tmp_path / "killed") == batch_content(tmp_path / "whole")


def test_a_torn_block_is_cut_off_and_made_again(
    zone: Catalog, tmp_path: Path, batch_content: Content
) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    write_parcels(site, 30, 3)
    check_batch(zone, [site], out, CHOSEN, chunk=10)
    whole = batch_content(out)
    ledger, journal = out / "ledger.csv", out / "journal.txt"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    for torn in (b"", lines[-1][:-1], lines[-1][:3]):
        journal.write_bytes(b"".join(lines[:-1]) + torn)
        with ledger.open("ab") as stream:
            stream.write("半行".encode()[:-1])
        report = check_batch(zone, [site], out, CHOSEN, chunk=10)
        assert (report.resumed_at, report.parcels) == (20, 30)
        assert batch_content(out) == whole


def test_a_finished_batch_has_nothing_left_to_do(
    zone: Catalog, tmp_path: Path, batch_content: Content
) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    write_parcels(site, 12, 2)
    first = check_batch(zone, [site], out, CHOSEN)
    before = batch_content(out)
    again = check_batch(zone, [site], out, CHOSEN)
    assert (first.resumed_at, again.resumed_at) == (0, 12)
    assert again.result_id == first.result_id
    assert batch_content(out) == before


def test_blocks_do_not_show_in_the_lines(zone: Catalog, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_parcels(site, 40, 3)
    for chunk in (1, 7, 500):
        check_batch(zone, [site], tmp_path / f"out{chunk}", CHOSEN, chunk=chunk)
    ledgers = {(tmp_path / f"out{n}" / "ledger.csv").read_bytes() for n in (1, 7, 500)}
    assert len(ledgers) == 1


def test_lines_and_sheets_say_what_a_check_says(zone: Catalog, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    write_parcels(site, 30, 2)

    def write(outcome: object, path: Path) -> None:
        path.write_text(outcome.report.model_dump_json())  # type: ignore[attr-defined]

    check_batch(zone, [site], out, CHOSEN, sheets=Sheets(".json", write))
    files = sorted(site.iterdir())
    report = check_files(zone, files, CHOSEN).report
    lines = rows(out)
    assert [one["id"] for one in lines] == [one.id for one in report.parcels]
    for line, parcel in zip(lines, report.parcels, strict=True):
        assert line["area_mu"] == str(parcel.printed.mu)
        assert line["finding"] == parcel.finding.level
        assert line["zone_overlap_m2"] == str(parcel.layers[0].overlap.printed.m2)
        near = parcel.layers[0].nearest
        assert line["zone_nearest_m"] == (
            "" if near is None else f"{near.distance_m:.2f}"
        )
        touched = any(one.touched for one in parcel.layers)
        assert bool(line["sheet"]) == touched
        if touched:
            sheet = CheckReport.model_validate_json(
                (out / "sheets" / line["sheet"]).read_bytes()
            )
            assert sheet.parcels == (parcel,)


def test_a_file_that_cannot_be_read_is_a_line(zone: Catalog, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    write_parcels(site, 6, 2)
    (site / "0005.geojson").write_text("{")
    (site / "readme.md").write_text("no parcels")
    report = check_batch(zone, [site], out, CHOSEN)
    lines = rows(out)
    assert (report.files, report.parcels, len(lines)) == (3, 6, 7)
    assert [one["file"] for one in lines if one["error"]] == ["0005.geojson"]
    assert "0005.geojson" in lines[3]["error"]


def test_another_batch_in_the_folder_is_refused(zone: Catalog, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    write_parcels(site, 4, 2)
    check_batch(zone, [site], out, CHOSEN)
    (site / "001.geojson").write_text((site / "000.geojson").read_text())
    with pytest.raises(EcobarrierError) as caught:
        check_batch(zone, [site], out, CHOSEN)
    assert caught.value.code == "batch_differs"
    assert "001.geojson" in caught.value.text.zh
    (out / "batch.json").write_text(json.dumps({"result_id": 1})[:-2])
    with pytest.raises(EcobarrierError) as caught:
        check_batch(zone, [site], out, CHOSEN)
    assert caught.value.code == "batch_damaged"


def test_a_folder_without_parcels_is_refused(zone: Catalog, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EcobarrierError) as caught:
        check_batch(zone, [tmp_path / "empty"], tmp_path / "out", CHOSEN)
    assert caught.value.code == "batch_no_files"
