"""Make a table ready for work: ids, names, checks, repair, the working CRS."""

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.checks import require_plausible
from geo.messages import Note, listed
from geo.validity import Repaired, repair, without_not_finite
from layers.errors import CatalogError, LayerReadError
from layers.loaded import VectorLayer
from layers.models import GeometryKind, LayerSpec
from layers.readers.crs_choice import chosen_crs, same_crs
from layers.readers.table import Table, id_text

ID_COLUMNS = ("id", "adcode")
"""Columns that name features, first match first, in any case."""

NAME_ZH_COLUMNS = ("name_zh", "名称", "name", "dkmc", "xzqmc", "mc")
"""Columns that ``name_zh`` is taken from, first match first, in any case; DKMC, XZQMC
and MC are the parcel, district and plain name of Chinese planning databases."""

NAME_EN_COLUMNS = ("name_en", "英文名", "name:en")
"""Columns that ``name_en`` is taken from, first match first, in any case."""

_KINDS: dict[str, GeometryKind] = {
    "Polygon": "polygon",
    "LineString": "line",
    "LinearRing": "line",
    "Point": "point",
}


@dataclass(frozen=True)
class Prepared:
    """A table made ready: a :class:`VectorLayer` that does not yet say what it is."""

    features: gpd.GeoDataFrame
    source_geometry: gpd.GeoSeries
    change_m2: pd.Series
    notes: tuple[Note, ...]

    @property
    def crs(self) -> CRS:
        """Of the source."""
        return CRS.from_user_input(self.source_geometry.crs)

    def as_layer(self, spec: LayerSpec) -> VectorLayer:
        """Say what it is."""
        return VectorLayer(
            spec, self.features, self.source_geometry, self.change_m2, self.notes
        )


def prepare(table: Table, where: str, *, crs: str | None = None) -> Prepared:
    """Give ids and names, check coordinates, repair, transform to EPSG:4490.

    Parameters
    ----------
    table : Table
        What a reader answered.
    where : str
        Layer id or file name, for messages.
    crs : str or None
        Of a file that carries none.

    Raises
    ------
    LayerReadError
        ``layer_no_features`` if nothing with a geometry is left.
    CRSError
        Missing, conflicting, unsafe or no horizontal CRS.
    CoordinateError
        Swapped axes, metres as degrees.
    """
    ids, id_notes = feature_ids(table, where)
    frame = table.frame.set_axis(ids, axis=0)
    source_crs = chosen_crs(
        None if frame.crs is None else CRS.from_user_input(frame.crs),
        crs,
        where,
        frame.geometry,
        table.default_crs,
    )
    geometry = frame.geometry.set_crs(source_crs, allow_override=True)
    finite, lost = without_not_finite(geometry, where)
    require_plausible(finite, where)
    repaired = repair(finite, where)
    if not len(repaired.geometry):
        raise LayerReadError(
            "layer_no_features",
            where=where,
            count=len(frame),
            features=listed(list(ids)) or "-",
        )
    source, working, moved = _to_working(repaired, where)
    attributes = with_names(index_freed(frame.drop(columns=frame.geometry.name)))
    features = gpd.GeoDataFrame(attributes.loc[working.index], geometry=working)
    return Prepared(
        features,
        source,
        repaired.change_m2.loc[working.index],
        (*table.notes, *id_notes, *lost, *repaired.notes, *moved),
    )


def feature_ids(
    table: Table, where: str, *, before: int = 0
) -> tuple[pd.Index, list[Note]]:
    """Name each feature of a table; see :func:`ids_of`."""
    return ids_of(table.frame, table.ids, where, before=before)


def ids_of(
    frame: pd.DataFrame,
    carried: tuple[str | None, ...] | None,
    where: str,
    *,
    before: int = 0,
) -> tuple[pd.Index, list[Note]]:
    """Name each feature: unique text, in the order of the rows.

    From a column ``id``, else ``adcode``, else the ids that the format carries, else
    the row number from 1. A blank gets its row number; a repeated id gets ``-2``,
    ``-3``, with a note. A column of zeros and blanks, as ArcGIS adds unasked, is none.

    Parameters
    ----------
    frame : DataFrame
        ``(n,)``; other columns than those that may name features need not be in it.
    carried : tuple of str or None
        Ids that the format carries outside the columns.
    where : str
    before : int
        Rows of the same layer in parts that came before this one.
    """
    columns = [_column(frame, name) for name in ID_COLUMNS]
    candidates = [list(map(id_text, frame[name])) for name in columns if name]
    if carried is not None:
        candidates.append(list(carried))
    telling = (one for one in candidates if set(one) - {None, "0"} or one == ["0"])
    found = next(telling, [None] * len(frame))
    texts = [text or str(row) for row, text in enumerate(found, start=before + 1)]
    if len(set(texts)) == len(texts):
        return pd.Index(texts, name="id", dtype=object), []
    unique = _numbered(texts)
    repeated = list(
        dict.fromkeys(a for a, b in zip(texts, unique, strict=True) if a != b)
    )
    index = pd.Index(unique, name="id", dtype=object)
    details = {"where": where, "count": len(repeated), "features": listed(repeated)}
    return index, [Note("feature_ids_repeated", details)]


def with_names(attributes: pd.DataFrame) -> pd.DataFrame:
    """Make sure of ``name_zh`` and ``name_en``, by the lists of this module."""
    wanted = {"name_zh": NAME_ZH_COLUMNS, "name_en": NAME_EN_COLUMNS}
    return attributes.assign(
        **{name: _names(attributes, columns) for name, columns in wanted.items()}
    )


def require_as_catalogued(found: CRS, spec: LayerSpec) -> None:
    """Refuse a file whose CRS is not the one its catalogue states.

    Raises
    ------
    CatalogError
        ``catalog_crs_differs``.
    """
    if not same_crs(found, coordinate_systems.parse(spec.crs)):
        raise CatalogError(
            "catalog_crs_differs",
            layer=spec.id,
            stated=spec.crs,
            found=coordinate_systems.name(found),
        )


def geometry_kind(geometry: gpd.GeoSeries) -> GeometryKind:
    """Answer what a layer consists of; ``mixed`` for more than one kind or unknown."""
    kinds = {
        _KINDS.get(str(name).removeprefix("Multi"), "mixed")
        for name in geometry.geom_type.dropna().unique()
    }
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _to_working(
    repaired: Repaired, where: str
) -> tuple[gpd.GeoSeries, gpd.GeoSeries, list[Note]]:
    """Source and working geometry with one index, and the notes of the move.

    Rounding in the transformation can make rings touch that did not, so the result
    is repaired once more.
    """
    working, notes = coordinate_systems.to_working(repaired.geometry, where)
    again = repair(working, where)
    source = gpd.GeoSeries(repaired.geometry.loc[again.geometry.index])
    return source, again.geometry, [*notes, *again.notes]


def _column(frame: pd.DataFrame, name: str) -> str | None:
    """Find the column of that name, exact case first."""
    columns = map(str, frame.columns)
    fitting = [column for column in columns if column.lower() == name]
    return name if name in fitting else next(iter(fitting), None)


def index_freed(attributes: pd.DataFrame) -> pd.DataFrame:
    """No column may have the index's name: pandas could not tell them apart."""
    if "id" not in attributes.columns:
        return attributes
    same = [id_text(value) for value in attributes["id"]] == list(attributes.index)
    if same:
        return attributes.drop(columns="id")
    return attributes.rename(columns={"id": "id_in_file"})


def _numbered(texts: list[str]) -> list[str]:
    """Add ``-2``, ``-3`` to repeated texts, never making one that is there already."""
    taken, seen = set(texts), Counter[str]()
    unique = []
    for text in texts:
        seen[text] += 1
        name = text
        while seen[text] > 1 and name in taken:
            name = f"{text}-{seen[text]}"
            seen[text] += name in taken
        taken.add(name)
        unique.append(name)
    return unique


def _names(attributes: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    found = next((name for one in columns if (name := _column(attributes, one))), None)
    values = [None] * len(attributes) if found is None else attributes[found]
    return pd.Series(list(map(id_text, values)), attributes.index, dtype=object)
