"""Plan 300 million parcels x the national red line: how long, how much, what breaks.

``python -m benchmarks.schedule [--plot FILE.png]`` prints the tables of
``docs/plan-300-million.md`` from what ``benchmarks.partition_cost`` measured
(``benchmarks/schedule.json``). ``benchmarks.schedule_real`` compares it with
a run on this machine.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.partition_cost import OUTPUT, SIZES
from benchmarks.simulator import Cluster, Run, simulate

PARCELS = 300_000_000
VERTICES = 60_000_000
"""Of the national red line; see the document for the reasons."""
LAND_KM2 = 9.6e6
SPREAD = 2.0
"""Standard deviation of the logarithm of a partition's mean parcel area."""
NEAR = 0.5
"""Share of partitions that cost what those on the red line do; the line takes a third
of the land, and partitions beside it meet it too."""
STREAM_BYTES_S = 80e6
"""What one worker reads from a store while it does nothing else."""
BOOT_S = 90.0
BASE_GB = 0.9
"""Of a worker beside the right side: libraries and a chunk of 50,000 parcels."""
REQUESTS_PER_GROUP = 3
GROUP_ROWS = 10_000


class Instance(NamedTuple):
    """A type of machine; prices change, so they are parameters.

    ``speed`` is that of a vCPU against the core that was measured: where a vCPU is half
    of a core, both halves together do about 1.3 times its work.
    """

    name: str
    vcpus: int
    memory_gb: float
    hourly: float
    currency: str
    spot: float
    speed: float


INSTANCES = (
    Instance("AWS c7g.2xlarge", 8, 16, 0.2900, "USD", 0.4, 1.0),
    Instance("AWS m7g.2xlarge", 8, 32, 0.3264, "USD", 0.4, 1.0),
    Instance("AWS m7i.2xlarge", 8, 32, 0.4032, "USD", 0.4, 0.65),
    Instance("Alibaba Cloud ecs.g8i.2xlarge", 8, 32, 2.88, "CNY", 0.3, 0.65),
)
GB_MONTH, PER_1000_GETS, PER_1000_PUTS = 0.023, 0.0004, 0.005
"""USD, of AWS S3 Standard in us-east-1."""


@dataclass(frozen=True)
class Model:
    """What partitions of one size cost, by the mean area of their parcels.

    Parameters
    ----------
    size : int
        Parcels.
    found : dict
        As ``benchmarks.partition_cost`` keeps it.
    """

    size: int
    found: dict[str, Any]

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return [
            one
            for one in self.found["partitions"]
            if abs(one["parcels"] / self.size - 1) < 0.05
        ]

    def interpolated(
        self, key: str, areas: NDArray[np.float64], near: bool
    ) -> NDArray[np.float64]:
        """Answer a measured figure at each area, between places of one kind."""
        rows = [one for one in self._rows if one["near"] == near]
        known = sorted({one["parcel_km2"] for one in rows})
        means = [
            np.mean([one[key] for one in rows if one["parcel_km2"] == area])
            for area in known
        ]
        return np.asarray(np.interp(np.log(areas), np.log(known), means))

    def mixed(
        self, key: str, areas: NDArray[np.float64], near: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Answer it for places of both kinds."""
        there, away = (self.interpolated(key, areas, one) for one in (True, False))
        return np.where(near, there, away)

    @property
    def scatter(self) -> NDArray[np.float64]:
        """Measured seconds against the mean of their place."""
        areas = np.array([one["parcel_km2"] for one in self._rows])
        near = np.array([one["near"] for one in self._rows])
        seconds = np.array([one["seconds"] for one in self._rows])
        return seconds / self.mixed("seconds", areas, near)


class Tasks(NamedTuple):
    """All partitions of a run: seconds on the measured core, and their rows."""

    seconds: NDArray[np.float64]
    reading: NDArray[np.float64]
    """Seconds of waiting for the store."""
    rows: NDArray[np.float64]
    box_vertices: NDArray[np.float64]


def drawn(model: Model, seed: int = 1) -> Tasks:
    """Draw a nation: partitions of many places, together as large as the land."""
    generator = np.random.default_rng(seed)
    count = -(-PARCELS // model.size)
    # Neighbours in the order of the file are alike: places of 30 partitions.
    places = generator.normal(0, SPREAD, -(-count // 30))
    logs = np.repeat(places, 30)[:count] + generator.normal(0, 0.5, count)
    areas = np.exp(logs)
    areas *= LAND_KM2 / PARCELS / areas.mean()
    near = np.repeat(generator.random(-(-count // 30)) < NEAR, 30)[:count]
    seconds = model.mixed("seconds", areas, near)
    seconds *= generator.choice(model.scatter, count)
    vertices = np.minimum(model.mixed("box_vertices", areas, near), VERTICES)
    reading = model.mixed("read_bytes", areas, near) / STREAM_BYTES_S
    return Tasks(seconds, reading, model.mixed("pairs", areas, near), vertices)


class Plan(NamedTuple):
    """A way to do it."""

    size: int
    workers: int
    whole: bool
    """Whether each worker loads the whole red line, or what is near each partition."""
    losses_per_hour: float
    longest_first: bool = False


def play(plan: Plan, found: dict[str, Any], speed: float = 1.0, seed: int = 1) -> Run:
    """Play a plan on machines of a speed."""
    tasks = drawn(Model(plan.size, found), seed)
    load = found["right"]["load_seconds_per_million"] / 1e6
    seconds = tasks.seconds + (0.0 if plan.whole else load * tasks.box_vertices)
    start = BOOT_S + (load * VERTICES / speed if plan.whole else 0.0)
    merge = tasks.rows / found["merge"]["rows_per_second"] / speed
    order = np.argsort(-seconds) if plan.longest_first else np.arange(len(seconds))
    return simulate(
        (seconds / speed + tasks.reading)[order],
        Cluster(
            plan.workers,
            start_s=start,
            dispatch_s=found["engine"]["task_seconds"],
            losses_per_hour=plan.losses_per_hour,
        ),
        merge_s=merge[order],
        seed=seed,
    )


def tables(found: dict[str, Any]) -> Iterator[str]:
    """Write everything as Markdown."""
    yield from _partition_table(found)
    yield from _memory_table(found)
    yield from _time_table(found)
    yield from _money_table(found)
    yield from _storage_table(found)


def _partition_table(found: dict[str, Any]) -> Iterator[str]:
    yield "| parcels | mean parcel | place | seconds | red-line vertices near | pairs |"
    yield "|---|---|---|---|---|---|"
    for one in sorted(found["partitions"], key=lambda one: [one[k] for k in _KIND]):
        place = "on the red line" if one["near"] else "anywhere"
        yield (
            f"| {one['parcels']:,} | {one['parcel_km2'] * 1e6:,.0f} m² | {place} |"
            f" {one['seconds']:.2f} | {one['box_vertices']:,} | {one['pairs']:,} |"
        )
    yield ""
    yield "| parcels | tasks | mean s | median | 99 % | longest | core hours |"
    yield "|---|---|---|---|---|---|---|"
    for size in SIZES:
        seconds = drawn(Model(size, found)).seconds
        middle, most = np.percentile(seconds, [50, 99])
        yield (
            f"| {size:,} | {len(seconds):,} | {seconds.mean():.2f} | {middle:.2f} |"
            f" {most:.2f} | {seconds.max():.1f} | {seconds.sum() / 3600:.2f} |"
        )
    yield ""


_KIND = ("parcels", "near", "parcel_km2")


def _memory_table(found: dict[str, Any]) -> Iterator[str]:
    right = found["right"]
    yield "| right side | loading | held | peak while loading |"
    yield "|---|---|---|---|"
    near = drawn(Model(125_000, found)).box_vertices
    for name, count in (
        ("whole", VERTICES),
        ("near a partition, median", np.median(near)),
        ("near a partition, 99 %", np.percentile(near, 99)),
        ("near a partition, most", near.max()),
    ):
        yield (
            f"| {name}: {count:,.0f} vertices |"
            f" {right['load_seconds_per_million'] * count / 1e6:,.1f} s |"
            f" {right['held_bytes_per_vertex'] * count / 1e9:.2f} GB |"
            f" {right['peak_bytes_per_vertex'] * count / 1e9:.2f} GB |"
        )
    yield ""


WORKERS = (8, 32, 64, 128, 256)


def _time_table(found: dict[str, Any]) -> Iterator[str]:
    yield (
        "| right side | parcels | " + " | ".join(f"{n} workers" for n in WORKERS) + " |"
    )
    yield "|---" * (2 + len(WORKERS)) + "|"
    for whole in (True, False):
        for size in SIZES:
            runs = [play(Plan(size, n, whole, 0.01), found) for n in WORKERS]
            cells = [f"{run.seconds / 60:.1f} / {run.merged / 60:.1f}" for run in runs]
            name = "whole" if whole else "by box"
            yield f"| {name} | {size:,} | " + " | ".join(cells) + " |"
    yield ""
    yield "| what | computed | lost workers | wasted | idle at the end |"
    yield "|---|---|---|---|---|"
    cases = {
        "no losses": Plan(125_000, 64, False, 0.0),
        "1 % of workers lost per hour": Plan(125_000, 64, False, 0.01),
        "50 % per hour": Plan(125_000, 64, False, 0.5),
        "longest first, no losses": Plan(125_000, 64, False, 0.0, True),
        "250,000 parcels, no losses": Plan(250_000, 64, False, 0.0),
        "whole, 50 % per hour": Plan(125_000, 64, True, 0.5),
    }
    for name, plan in cases.items():
        run = play(plan, found)
        yield (
            f"| {name} | {run.seconds / 60:.1f} min | {run.losses} |"
            f" {run.wasted:.0f} s | {run.last_alone:.0f} s |"
        )
    yield ""


def _money_table(found: dict[str, Any]) -> Iterator[str]:
    yield "| 64 workers | right side | nodes | minutes | list price | spot |"
    yield "|---|---|---|---|---|---|"
    for one in INSTANCES:
        for whole in (True, False):
            need = memory_gb(found, whole)
            fitting = min(one.vcpus, int(one.memory_gb * 0.9 // need))
            if not fitting:
                yield f"| {one.name} | whole | – | a worker does not fit | | |"
                continue
            nodes = -(-64 // fitting)
            run = play(Plan(125_000, 64, whole, 0.01), found, one.speed)
            hours = max(run.seconds, run.merged) / 3600
            price = nodes * one.hourly * hours
            yield (
                f"| {one.name} | {'whole' if whole else 'by box'} | {nodes} |"
                f" {60 * hours:.1f} | {price:.2f} {one.currency} |"
                f" {price * one.spot:.2f} {one.currency} |"
            )
    yield ""


def memory_gb(found: dict[str, Any], whole: bool) -> float:
    """Answer what a worker needs at its peak."""
    near = drawn(Model(125_000, found)).box_vertices
    count = VERTICES if whole else float(np.max(near))
    return BASE_GB + float(found["right"]["peak_bytes_per_vertex"]) * count / 1e9


def _storage_table(found: dict[str, Any]) -> Iterator[str]:
    model = Model(125_000, found)
    tasks = drawn(model)
    parcels = sum(one["parcels"] for one in model._rows)
    read = PARCELS * sum(one["read_bytes"] for one in model._rows) / parcels
    pairs = sum(one["pairs"] for one in model._rows)
    per_pair = sum(one["written_bytes"] for one in model._rows) / pairs
    rows = float(tasks.rows.sum())
    gets = PARCELS / GROUP_ROWS * REQUESTS_PER_GROUP
    run = play(Plan(125_000, 256, False, 0.0), found)
    cost = read / 1e9 * GB_MONTH
    requests = gets / 1000 * PER_1000_GETS + len(tasks.rows) * 2 / 1000 * PER_1000_PUTS
    yield "| storage | |"
    yield "|---|---|"
    yield f"| parcels read | {read / 1e9:,.0f} GB, {read / PARCELS:.0f} B each |"
    yield f"| kept for a month | {cost:.2f} USD |"
    yield f"| pairs | {rows / 1e6:,.0f} million |"
    yield f"| finished partitions | {rows * per_pair / 1e9:.1f} GB |"
    size = rows * found["merge"]["bytes_per_row"] / 1e9
    yield f"| one file of the result | {size:.1f} GB |"
    merging = rows / found["merge"]["rows_per_second"] / 60
    yield f"| putting it together | {merging:.1f} min of one core |"
    puts = 2 * len(tasks.rows)
    yield f"| requests | {gets:,.0f} GET, {puts:,} PUT, {requests:.2f} USD |"
    yield f"| requests, 256 workers | {gets / run.seconds:,.0f} GET/s on average |"
    through = read / run.seconds / 1e9 * 8
    yield f"| traffic, 256 workers | {through:.1f} Gbit/s together |"
    busy = len(tasks.rows) * found["engine"]["task_seconds"]
    yield f"| scheduler | {busy:.0f} s for {len(tasks.rows):,} tasks |"


def plot(found: dict[str, Any], path: Path) -> None:
    """Draw minutes and money against the number of workers."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    counts = np.array([4, 8, 16, 32, 64, 128, 256, 512])
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    machine = INSTANCES[1]
    for whole, dash in ((True, "--"), (False, "-")):
        for size, colour in zip(SIZES, ("#7a5195", "#2f6f4f", "#c7741d"), strict=True):
            runs = [play(Plan(size, int(n), whole, 0.01), found) for n in counts]
            minutes = np.array([max(one.seconds, one.merged) / 60 for one in runs])
            fitting = min(8, int(machine.memory_gb * 0.9 // memory_gb(found, whole)))
            price = -(-counts // fitting) * machine.hourly * minutes / 60
            label = f"{size // 1000}k, {'whole' if whole else 'by box'}"
            left.plot(counts, minutes, dash, color=colour, label=label)
            right.plot(counts, price, dash, color=colour)
    for axis, title in ((left, "minutes"), (right, f"{machine.currency}, list price")):
        axis.set_xscale("log", base=2)
        axis.set_xticks(counts, [str(one) for one in counts])
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter("{x:g}" if axis is left else "")
        axis.set_xlabel("workers")
        axis.set_title(title, fontsize=10)
        axis.grid(alpha=0.3)
    left.legend(fontsize=8, frameon=False)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, default=OUTPUT)
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    given = parser.parse_args()
    found = json.loads(given.measured.read_text())
    print("\n".join(tables(found)))
    if given.plot is not None:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
