"""Files of a workspace that belong to no layer: each is replaced as a whole."""

from pathlib import Path

from layers.storage import publishing
from layers.storage.mirror import mirror_of
from layers.writers import atomic_file, writing


def replace_root_file(
    workspace: Path, name: str, content: bytes, *, private: bool = False
) -> None:
    """Replace a file of the workspace itself.

    Parameters
    ----------
    workspace : Path
        Made if it does not exist.
    name : str
        One of :data:`layers.storage.layout.ROOT_FILES`, which a mirror follows.
    content : bytes
    private : bool
        Nobody but its owner may read it.

    Raises
    ------
    LayerWriteError
    StoreConflictError
        ``store_changed``: the workspace is in a store, and another machine replaced the
        file since it was brought.
    """
    mirror = mirror_of(workspace)
    if mirror is not None:
        publishing.replace_file(mirror, name, content)
        return
    file = workspace / name
    with writing(file):
        workspace.mkdir(parents=True, exist_ok=True)
        with atomic_file(file) as temporary:
            if private:
                temporary.touch(mode=0o600)
                temporary.chmod(0o600)
            temporary.write_bytes(content)


def remove_root_file(workspace: Path, name: str) -> None:
    """Remove a file of the workspace itself, if it is there.

    Raises
    ------
    LayerWriteError
    StoreError
    """
    mirror = mirror_of(workspace)
    if mirror is not None:
        publishing.remove_file(mirror, name)
        return
    file = workspace / name
    with writing(file):
        file.unlink(missing_ok=True)
