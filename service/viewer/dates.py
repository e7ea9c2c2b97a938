"""Years that layers know of: of their data, their versions and their features."""

import re
from pathlib import Path

import pandas as pd

from layers import workspace as kept
from layers.catalog import Catalog
from layers.models import LayerSpec
from service.models import Answer

_NAMES = re.compile(
    r"(?:.*_)?(?:since|year|valid_from)|年份|.*年度|列入年份", re.IGNORECASE
)
_FIRST, _LAST = 1900, 2100
_MOST_ROWS = 10_000
"""Of a layer whose columns are looked at: it is done while a reader waits."""


class OlderVersion(Answer):
    """A version that is kept but not drawn."""

    version: str
    valid_time: str | None


class LayerDates(Answer):
    """What a time slider can do with one layer."""

    valid_time: str | None
    field: str | None = None
    """Column with the year from which a feature holds."""
    years: tuple[int, ...] = ()
    """Of that column, ascending."""
    older: tuple[OlderVersion, ...] = ()


def layer_dates(
    catalog: Catalog, specs: list[LayerSpec], workspace: Path | None
) -> dict[str, LayerDates]:
    """Answer the dates of layers that have any, by id.

    Parameters
    ----------
    catalog : Catalog
    specs : list of LayerSpec
        Those that the caller may see.
    workspace : Path or None
        Where earlier versions are kept.

    Raises
    ------
    EcobarrierError
        A layer or a version cannot be read.
    """
    found = {spec.id: _dates(catalog, spec, workspace) for spec in specs}
    return {
        name: one
        for name, one in found.items()
        if one.valid_time or one.years or one.older
    }


def _dates(catalog: Catalog, spec: LayerSpec, workspace: Path | None) -> LayerDates:
    field: str | None = None
    years: tuple[int, ...] = ()
    if spec.kind == "vector" and (spec.rows or 0) <= _MOST_ROWS:
        field, years = year_column(catalog.vector(spec.id).features)
    versions = {} if workspace is None else kept.versions(workspace, spec.id)
    older = tuple(
        OlderVersion(version=name, valid_time=one.valid_time)
        for name, (one, _) in versions.items()
        if name != spec.version and one.valid_time != spec.valid_time
    )
    return LayerDates(valid_time=spec.valid_time, field=field, years=years, older=older)


def year_column(table: pd.DataFrame) -> tuple[str | None, tuple[int, ...]]:
    """Answer the column of years from which features hold, and its years.

    Its name says so (``since``, ``year``, 年份…), every row has a whole year of 1900
    to 2100, and there is more than one.

    >>> year_column(pd.DataFrame({"listed_since": [2016, 2010], "year": [None, 2]}))
    ('listed_since', (2010, 2016))
    >>> year_column(pd.DataFrame({"area": [2016, 2010]}))
    (None, ())
    """
    for name in table.columns:
        if not _NAMES.fullmatch(str(name)):
            continue
        values = pd.to_numeric(table[name], errors="coerce")
        whole = (values.between(_FIRST, _LAST) & (values % 1 == 0)).all()
        years = tuple(sorted({int(one) for one in values})) if whole else ()
        if len(years) > 1:
            return str(name), years
    return None, ()
