"""The ledger that comes with the product, over the real seed layers."""

import dataclasses
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pytest
from shapely.affinity import scale

from geo.area import area
from layers.catalog import Catalog, Entry
from layers.figures.checking import Checked, check
from layers.figures.ledger import Ledger
from layers.figures.models import LedgerFigure
from layers.models import Bilingual, LayerSpec
from layers.writers import write_geoparquet

SEEDS = Path(__file__).parents[2] / "seeds"
LEDGER = Ledger.open(SEEDS)
FIGURES = list(LEDGER.figures.values())
CHINESE = re.compile(r"[一-鿿]")
HALF_WIDTH = re.compile(r"[一-鿿”]\s?[,;:(]|[,;:)]\s?[一-鿿“]")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.open(SEEDS)


@pytest.fixture(scope="module")
def checked(catalog: Catalog) -> dict[str, Checked]:
    return {one.figure.id: one for one in check(catalog, LEDGER)}


def test_there_are_enough_and_the_brief_comes_first(
    checked: dict[str, Checked],
) -> None:
    assert len(checked) >= 60
    on_layers = [one for one in checked.values() if one.layers]
    assert sum(one.computed is not None for one in on_layers) >= 20
    groups = [figure.group for figure in FIGURES]
    assert groups[0] == "brief"
    assert sorted(groups, key=list(dict.fromkeys(groups)).index) == groups


def texts(figure: LedgerFigure) -> list[Bilingual]:
    found = [figure.title, figure.claim, figure.definition, figure.denominator]
    found += [figure.known, figure.note, figure.tolerance_reason]
    found += [figure.series.break_note if figure.series else None]
    return [text for text in found if text is not None]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_speaks_both_languages(figure: LedgerFigure) -> None:
    assert figure.document.strip()
    for text in texts(figure):
        assert CHINESE.search(text.zh)
        assert not CHINESE.search(text.en.replace("国函〔2016〕161号", ""))
        assert HALF_WIDTH.findall(text.zh) == []


def test_every_verdict_is_explained(checked: dict[str, Checked]) -> None:
    for name, one in checked.items():
        assert one.verdict != "unexplained", name
        assert CHINESE.search(one.reason.zh), name
        assert len(one.reason.en) > 30, name
        if one.verdict in ("differs", "inconsistent", "not_computable"):
            assert one.figure.known is not None, name
            assert one.figure.known.en in one.reason.en, name


@pytest.mark.parametrize(
    ("figure_id", "computed", "verdict"),
    [
        ("redline_share", 50.46, "calibrated"),
        ("redline_share_check", 50.456, "consistent"),
        ("key_area_share", 76.02, "agrees"),
        ("key_count_share", 5.309, "agrees"),
        ("yellow_length", 853.0, "differs"),
        ("yellow_length_share", 0.15612, "agrees"),
        ("yellow_basin_share", 0.19886, "agrees"),
        ("battles", None, "not_computable"),
        ("region_area", 114.588, "differs"),
        ("done_total", 899.48, "inconsistent"),
        ("control_units", 1135, "consistent"),
        ("north_done_share", 43.158, "consistent"),
        ("forest_gain", 1.19, "consistent"),
        ("parks_net_2022", 1470.48, "consistent"),
        ("banners", 103, "agrees"),
        # A modelled line is not read by league.
        ("redline_xilingol", None, "not_computable"),
    ],
)
def test_figures_that_are_known(
    checked: dict[str, Checked], figure_id: str, computed: float | None, verdict: str
) -> None:
    one = checked[figure_id]
    assert one.verdict == verdict
    if computed is None:
        assert one.computed is None
    else:
        assert one.computed == pytest.approx(computed, rel=1e-4)


def test_no_tolerance_is_wide_but_for_a_word(checked: dict[str, Checked]) -> None:
    for name, one in checked.items():
        assert one.tolerance <= 0.01 or one.figure.relation == "nearly", name


def test_the_forest_series_breaks_in_2021() -> None:
    series = [figure for figure in FIGURES if figure.id.startswith("forest_20")]
    epochs = {figure.id: figure.series.epoch for figure in series if figure.series}
    assert epochs["forest_2018"] == 1
    assert epochs["forest_2021"] == epochs["forest_2024"] == 2
    first = LEDGER.figures["forest_2021"].series
    assert first is not None
    assert first.break_note is not None


def test_the_catalogue_computes_the_same(
    catalog: Catalog, checked: dict[str, Checked]
) -> None:
    """Published and computed figures of ``catalog.toml`` are those of the ledger."""
    twins = {
        ("province", "area"): "region_area",
        ("leagues", "alxa"): "alxa_area",
        ("leagues", "hinggan"): "hinggan_area",
        ("yellow_river", "length"): "yellow_length",
        ("basins", "yellow"): "yellow_basin_area",
        ("basins", "west_liao"): "liao_basin",
        ("basins", "nen"): "nen_basin",
        ("lakes", "hulun_2024"): "hulun_2024",
        ("lakes", "wuliangsuhai"): "ulansuhai",
        ("sandy_lands", "mu_us_39800"): "mu_us_39800",
        ("sandy_lands", "horqin_47800"): "horqin_47800",
        ("key_function_banners", "share"): "key_area_share",
        ("redline", "share_of_map"): "redline_share",
        ("redline", "area"): "redline_area",
    }
    for (layer, figure_id), name in twins.items():
        figures = {figure.id: figure for figure in catalog.spec(layer).figures}
        twin, one = figures[figure_id], checked[name]
        unit = 1e6 if twin.unit == "km2" else 1e3 if twin.unit == "km" else 0.01
        factor = one.figure.unit_of.factor / unit
        assert one.computed is not None
        assert twin.computed == pytest.approx(one.computed * factor, rel=1e-4), name
        stated = one.figure.stated.value * factor
        assert twin.published == pytest.approx(stated, rel=1e-4), name


def scaled(catalog: Catalog, layer: str, factor: float, folder: Path) -> Catalog:
    """Answer the catalogue with one layer's features larger about the same centre."""
    spec = catalog.spec(layer)
    frame = gpd.read_parquet(catalog.path(layer))
    centre = frame.geometry.union_all().centroid
    frame.geometry = [
        scale(shape, factor, factor, origin=centre) for shape in frame.geometry
    ]
    path = folder / f"{layer}.parquet"
    write_geoparquet(frame, path)
    changed = spec.model_copy(update={"path": path.name, "sha256": "0" * 64})
    entries: dict[str, Any] = {**catalog.entries, layer: Entry(changed, folder)}
    return dataclasses.replace(catalog, entries=MappingProxyType(entries))


@pytest.mark.parametrize(
    ("layer", "power", "turned"),
    [
        (
            "yellow_river",
            1,
            {
                "yellow_length": "unexplained",
                "yellow_length_ndrc": "unexplained",
                "yellow_length_old": "unexplained",
            },
        ),
        (
            "lakes",
            2,
            {
                "hulun_2024": "unexplained",
                "hulun_2019": "unexplained",
                "hulun_2012": "unexplained",
                "hulun_max": "unexplained",
            },
        ),
        ("key_function_banners", 2, {"key_area_share": "unexplained"}),
        (
            "province",
            2,
            {
                "region_area": "unexplained",
                "redline_share": "unexplained",
                "redline_share_of_map": "unexplained",
                "key_area_share": "unexplained",
            },
        ),
    ],
)
def test_two_percent_of_geometry_turn_the_verdicts_that_rest_on_it(
    catalog: Catalog,
    checked: dict[str, Checked],
    tmp_path: Path,
    layer: str,
    power: int,
    turned: dict[str, str],
) -> None:
    """Lengths, or areas, 2 % larger: what rests on the layer moves, nothing else."""
    changed = scaled(catalog, layer, 1.02 ** (1 / power), tmp_path)
    # Rasters play no part here and take the longest.
    wanted = [name for name, one in checked.items() if not has_raster(one.layers)]
    again = {one.figure.id: one for one in check(changed, LEDGER, wanted)}
    verdicts = {
        name: one.verdict
        for name, one in again.items()
        if one.verdict != checked[name].verdict
    }
    assert turned.items() <= verdicts.items()
    for name, one in again.items():
        rests = layer in [spec.id for spec in one.layers]
        if not rests:
            assert one == checked[name], name
            assert name not in verdicts


def has_raster(specs: tuple[LayerSpec, ...]) -> bool:
    return any(spec.kind == "raster" for spec in specs)


def test_scaling_is_two_percent(catalog: Catalog, tmp_path: Path) -> None:
    before = catalog.vector("lakes").features.geometry
    changed = scaled(catalog, "lakes", 1.02**0.5, tmp_path)
    after = changed.vector("lakes").features.geometry
    assert area(after).sum() / area(before).sum() == pytest.approx(1.02, rel=0.005)


def test_the_file_is_as_wide_as_it_is_read() -> None:
    """Nothing in the file is left out by the reader."""
    text = (SEEDS / "figures.toml").read_text(encoding="utf-8")
    assert len(tomllib.loads(text)["figure"]) == len(FIGURES)
