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
from layers.models import LayerSpec
from layers.writers import write_text
from service.errors import KindError
from service.selection import Selection


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


def file_name(spec: LayerSpec, form: str, selection: Selection) -> str:
    """Name the file by layer and version; ``part`` says that it is not all of it."""
    part = "" if selection == Selection() else "-part"
    return f"{spec.id}-{spec.version}{part}{FORMATS[form].suffix}"


def hand_out(
    catalog: Catalog, request: Mapping[str, Any], output: Path
) -> dict[str, Any]:
    """Write a layer, or the part wanted, to ``output``.

    Parameters
    ----------
    catalog : Catalog
    request : mapping
        ``layer``, ``form``, ``selection``, ``encoding``.
    output : Path
        Its folder must exist.

    Raises
    ------
    EcobarrierError
    """
    spec = catalog.spec(request["layer"])
    form = request["form"]
    require_format(spec, form)
    selection = Selection.model_validate(request["selection"])
    software = f"ecobarrier {version('ecobarrier')}"
    if form in ("original", "txt"):
        telling = Telling(software, Selection().words(None))
        if form == "txt":
            write_text(telling.about(spec), output)
        else:
            write_original(spec, catalog.path(spec.id), output, telling=telling)
        return {"notes": []}
    if spec.kind == "raster":
        telling = Telling(software, selection.words(None))
        write_cells(catalog.raster(spec.id), selection.bbox, output, telling=telling)
        return {"notes": []}
    layer = catalog.vector(spec.id)
    ids = selection.ids(layer)
    count = len(layer.features) if ids is None else len(ids)
    notes = write_features(
        layer,
        ids,
        output,
        form,
        telling=Telling(software, selection.words(count)),
        encoding=request["encoding"],
    )
    return {"notes": [note.as_dict() for note in notes], "count": count}
