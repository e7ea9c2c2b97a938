"""Programmes of the brief, joined to the leagues and banners they name."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from seeds.build.bench import Bench, Built
from seeds.build.measure import CRS

_LISTS = Path(__file__).parent / "programmes.toml"
_COLUMNS = ["adcode", "name_zh", "name_en", "area_km2", "geometry"]


def build_programmes(bench: Bench) -> Built:
    """Build a row per programme and member; a place may stand in several.

    ``place`` is ``whole`` where the league or banner itself is the member and
    ``within`` where a site lies somewhere inside it.
    """
    units = pd.concat(
        [
            bench.frame("leagues")[_COLUMNS].assign(unit="league"),
            bench.frame("banners")[_COLUMNS].assign(unit="banner"),
        ]
    ).set_index("adcode")
    rows = [_row(member, units.loc[member["unit_adcode"]]) for member in _members()]
    frame = gpd.GeoDataFrame(rows, crs=CRS).sort_values("id", ignore_index=True)
    if not frame["id"].is_unique:
        raise ValueError("a programme names the same member twice")
    return Built(frame, _counts(frame))


def _members() -> Iterator[dict[str, Any]]:
    programmes = tomllib.loads(_LISTS.read_text(encoding="utf-8"))["programme"]
    for programme in programmes:
        for batch in programme["batch"]:
            gap = batch.get("gap", {"zh": None, "en": None})
            common = {
                "programme": programme["id"],
                "programme_zh": programme["title"]["zh"],
                "programme_en": programme["title"]["en"],
                "since": batch["year"],
                "document": batch["document"],
                "sureness": batch["sure"],
                "gap_zh": gap["zh"],
                "gap_en": gap["en"],
            }
            for adcode in batch["members"]:
                yield {**common, "unit_adcode": adcode, "place": "whole"}
            for site in batch.get("sites", []):
                names = {"name_zh": site["name_zh"], "name_en": site["name_en"]}
                where = {"unit_adcode": site["within"], "place": "within"}
                yield {**common, **names, **where}


def _row(member: dict[str, Any], unit: "pd.Series[Any]") -> dict[str, object]:
    place = "site" if member["place"] == "within" else "unit"
    key = f"{member['programme']}-{member['since']}-{place}-{member['unit_adcode']}"
    return {
        "id": key,
        "name_zh": member.get("name_zh", unit["name_zh"]),
        "name_en": member.get("name_en", unit["name_en"]),
        "programme": member["programme"],
        "programme_zh": member["programme_zh"],
        "programme_en": member["programme_en"],
        "since": member["since"],
        "place": member["place"],
        "unit": unit["unit"],
        "unit_adcode": member["unit_adcode"],
        "unit_zh": unit["name_zh"],
        "unit_en": unit["name_en"],
        "document": member["document"],
        "sureness": member["sureness"],
        "gap_zh": member["gap_zh"],
        "gap_en": member["gap_en"],
        "area_km2": unit["area_km2"],
        "geometry": unit["geometry"],
    }


def _counts(frame: gpd.GeoDataFrame) -> dict[str, float]:
    """Count members per programme, all and of those named up to 2023."""
    counts: dict[str, float] = {"members": len(frame)}
    for programme, group in frame.groupby("programme"):
        counts[f"{programme}.members"] = len(group)
        counts[f"{programme}.to_2023"] = int((group["since"] <= 2023).sum())
    return counts
