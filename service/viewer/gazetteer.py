"""The names one can search for: banners, leagues, lakes, rivers, sands and the like."""

from typing import NamedTuple, cast

import shapely
from pypinyin import Style, lazy_pinyin

from layers.catalog import Catalog
from layers.models import LayerSpec
from service.map_labels import short_name

MOST_OF_A_LAYER = 3000
"""Names of one layer; a layer of parcels has more than anybody looks for by name."""

_FIRST = ("province", "leagues", "banners", "lakes", "rivers", "sandy_lands")


class Place(NamedTuple):
    """A name one can go to."""

    layer: str
    id: str
    zh: str
    en: str
    other: str
    """Further spellings, by which it is also found."""
    pinyin: str
    initials: str
    within: tuple[str, str] | None
    bounds: tuple[float, float, float, float]


def places(catalog: Catalog) -> list[Place]:
    """Answer all named features, what people look for most first.

    Restricted layers are left out: their names tell what is in them.
    """
    ranks = {name: rank for rank, name in enumerate(_FIRST)}
    vectors = [one for one in catalog.specs if one.kind == "vector"]
    open_ones = [one for one in vectors if not one.restricted]
    ordered = sorted(open_ones, key=lambda one: ranks.get(one.id, len(ranks)))
    return [place for spec in ordered for place in _of_layer(catalog, spec)]


def _of_layer(catalog: Catalog, spec: LayerSpec) -> list[Place]:
    table = catalog.vector(spec.id).features
    table = table[table["name_zh"].notna() | table["name_en"].notna()]
    table = table.iloc[:MOST_OF_A_LAYER]
    boxes = shapely.bounds(table.geometry.to_numpy()).round(4).tolist()
    made = []
    for (label, row), box in zip(table.iterrows(), boxes, strict=True):
        zh, en = short_name(row["name_zh"]), short_name(row["name_en"])
        if zh is None and en is None:
            continue
        name = zh or cast("str", en)
        league = row.get("league_zh"), row.get("league_en")
        within = league if all(isinstance(one, str) for one in league) else None
        other = row.get("name_en_other")
        made.append(
            Place(
                layer=spec.id,
                id=str(label),
                zh=name,
                en=en or name,
                other=other if isinstance(other, str) else "",
                pinyin="".join(lazy_pinyin(name)),
                initials="".join(lazy_pinyin(name, style=Style.FIRST_LETTER)),
                within=cast("tuple[str, str] | None", within),
                bounds=tuple(box),
            )
        )
    return made
