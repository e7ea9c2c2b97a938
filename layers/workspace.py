"""The folder of imported layers: immutable versions and a pointer to the current one.

::

    layers/<id>/current                     the version in use, one line
    layers/<id>/<version>/metadata.json     a LayerSpec
    layers/<id>/<version>/<file>            what the metadata's path names

A version is complete before it gets its name, and is in use only once ``current``
names it; both steps are one rename, so a crash at any instant leaves the old version
whole.
"""

import os
import shutil
import tempfile
from pathlib import Path

from pydantic import ValidationError

from layers.errors import CatalogError
from layers.files import content_parts, content_sha256
from layers.models import LayerSpec
from layers.writers import atomic_file, writing

METADATA = "metadata.json"
POINTER = "current"


def current_versions(workspace: Path) -> dict[str, tuple[LayerSpec, Path]]:
    """Answer the current version of each layer: what it is, and its folder.

    A layer without pointer has not been published yet and is none.

    Raises
    ------
    CatalogError
        A pointer or metadata that contradicts the folder.
    """
    folder = workspace / "layers"
    try:
        pointers = sorted(folder.glob(f"*/{POINTER}")) if folder.is_dir() else []
        return {one.parent.name: _version(one) for one in pointers}
    except OSError as error:
        raise CatalogError(
            "catalog_unreadable", file=folder.name, reason=error.strerror
        ) from error


def publish(workspace: Path, spec: LayerSpec, file: Path) -> Path:
    """Keep a file as a new version of a layer and make it the current one.

    Parameters
    ----------
    workspace : Path
        Made if it does not exist.
    spec : LayerSpec
        Its ``path`` is the file's name, its ``sha256`` the file's hash.
    file : Path
        Copied; for a shapefile with its parts.

    Returns
    -------
    Path
        The folder of the version.

    Raises
    ------
    CatalogError
        ``catalog_sha256``: the file is not the one that is described;
        ``catalog_version_exists``: the same content was kept with other metadata.
    LayerWriteError
    """
    if content_sha256(file) != spec.sha256:
        raise CatalogError("catalog_sha256", layer=spec.id, file=file.name)
    if spec.path.name != str(spec.path) or spec.path.name != file.name:
        raise CatalogError("catalog_path_outside", layer=spec.id, path=str(spec.path))
    layer = workspace / "layers" / spec.id
    target = layer / spec.version
    with writing(layer):
        layer.mkdir(parents=True, exist_ok=True)
        if target.exists():
            _require_equal(target, spec)
        else:
            _keep(target, spec, file)
        with atomic_file(layer / POINTER) as temporary:
            temporary.write_text(f"{spec.version}\n", encoding="ascii")
    return target


def _keep(target: Path, spec: LayerSpec, file: Path) -> None:
    # Starts with a dot: no version's name does, so a crash leaves nothing to find.
    incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=target.parent))
    try:
        for part in content_parts(file):
            _copy(part, incoming / part.name)
        with atomic_file(incoming / METADATA) as temporary:
            temporary.write_text(spec.model_dump_json(indent=2), encoding="utf-8")
        incoming.chmod(0o755)
        incoming.rename(target)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as stream:
        os.fsync(stream.fileno())


def _require_equal(target: Path, spec: LayerSpec) -> None:
    if _read_spec(target) != spec:
        raise CatalogError(
            "catalog_version_exists", layer=spec.id, version=spec.version
        )


def _version(pointer: Path) -> tuple[LayerSpec, Path]:
    layer = pointer.parent
    version = pointer.read_text(encoding="utf-8", errors="replace").strip()
    folder = layer / version
    if Path(version).name != version or not folder.is_dir():
        raise CatalogError("catalog_version_missing", layer=layer.name, version=version)
    spec = _read_spec(folder)
    if spec.id != layer.name or spec.version != version:
        raise CatalogError("catalog_version_differs", layer=layer.name, version=version)
    return spec, folder


def _read_spec(folder: Path) -> LayerSpec:
    file = folder / METADATA
    try:
        return LayerSpec.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise CatalogError(
            "catalog_entry_wrong",
            file=f"{folder.parent.name}/{folder.name}/{METADATA}",
            entry=folder.parent.name,
            reason=first_fault(error),
        ) from error


def first_fault(error: ValidationError) -> str:
    """Answer the first fault in one line: the field and what is wrong with it."""
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
