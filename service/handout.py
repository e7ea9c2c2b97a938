"""Downloads: which formats a layer can be had in, and making the file in a worker."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from layers.catalog import Catalog
from layers.downloads import (
    FORMATS,
    Telling,
    write_cells,
    write_features,
    write_original,
)
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from layers.scan import ServedFile
from layers.writers import write_text
from service.errors import KindError
from service.features.query import Filters
from service.selection import Chosen, choose, conditions, raster_box, words

WHOLE_ONLY = ("original", "pmtiles", "txt")
"""Forms that there are of the whole layer only."""


def formats_of(spec: LayerSpec) -> tuple[str, ...]:
    """Answer the formats that a layer can be had in."""
    return tuple(name for name, form in FORMATS.items() if spec.kind in form.kinds)


def require_format(spec: LayerSpec, form: str) -> None:
    """Refuse what cannot be written.

    Raises
    ------
    KindError
        ``download_kind``.
    """
    known = formats_of(spec)
    if form not in known:
        raise KindError(
            "download_kind", layer=spec.id, value=form, known=", ".join(known)
        )


def require_whole(form: str, filters: Filters) -> None:
    """Refuse a part in a form that there is of the whole layer only.

    Raises
    ------
    KindError
        ``download_whole_only``.
    """
    for name, value in conditions(filters):
        if form in WHOLE_ONLY:
            raise KindError(
                "download_whole_only", form=form, parameter=name, value=value
            )


def file_name(spec: LayerSpec, form: str, filters: Filters) -> str:
    """Name the file by layer and version; ``part`` says that it is not all of it."""
    part = "-part" if any(conditions(filters)) else ""
    return f"{spec.id}-{spec.version}{part}{FORMATS[form].suffix}"


def hand_out(
    catalog: Catalog, request: Mapping[str, Any], output: Path
) -> dict[str, Any]:
    """Write a layer, or the part wanted, to ``output``.

    Parameters
    ----------
    catalog : Catalog
    request : mapping
        ``layer``, ``form``, ``filters``, ``encoding``, and for features ``served``:
        where the form lies that filters are asked of.
    output : Path
        Its folder must exist.

    Raises
    ------
    EcobarrierError
    """
    spec = catalog.spec(request["layer"])
    form = request["form"]
    require_format(spec, form)
    filters = Filters(**request["filters"])
    require_whole(form, filters)
    telling = Telling(f"ecobarrier {version('ecobarrier')}", words(filters, None))
    if form == "txt":
        write_text(telling.about(spec), output)
    elif form == "original":
        write_original(spec, catalog.path(spec.id), output, telling=telling)
    elif spec.kind == "raster":
        box = raster_box(filters, spec)
        write_cells(catalog.raster(spec.id), box, output, telling=telling)
    else:
        return _features(catalog.vector(spec.id), request, filters, output)
    return {"notes": []}


def _features(
    layer: VectorLayer, request: Mapping[str, Any], filters: Filters, output: Path
) -> dict[str, Any]:
    chosen = Chosen(None, None)
    if any(conditions(filters)):
        chosen = choose(filters, layer.spec, ServedFile(Path(request["served"])))
    count = len(layer.features if chosen.ids is None else chosen.ids)
    notes = write_features(
        layer,
        chosen.ids,
        output,
        request["form"],
        columns=chosen.columns,
        telling=Telling(f"ecobarrier {version('ecobarrier')}", words(filters, count)),
        encoding=request["encoding"],
    )
    return {"notes": [note.as_dict() for note in notes], "count": count}
