"""Inputs as the client saw them, found again by a worker or refused."""

from pathlib import Path
from typing import NamedTuple

from geo.messages import listed, render
from layers.catalog import Catalog, is_file_name
from layers.files import content_parts, content_sha256
from layers.models import LayerSpec
from layers.partitions import Partition
from layers.readers import file_name
from layers.reading import ReadingCatalog
from service.cluster.errors import ClusterError
from service.cluster.software import worker_name
from service.settings import Settings


class Shelf(NamedTuple):
    """Where the layers are.

    Parameters
    ----------
    seeds : Path or None
        None for those that come with the software, wherever that is installed.
    workspace : Path or None
    """

    seeds: Path | None
    workspace: Path | None

    @classmethod
    def of(cls, settings: Settings) -> "Shelf":
        """Answer the shelf of a process with these settings."""
        packaged = Settings.model_fields["seeds"].get_default(call_default_factory=True)
        own = None if settings.seeds == packaged else settings.seeds.absolute()
        workspace = settings.workspace
        return cls(own, None if workspace is None else workspace.absolute())

    def open(self) -> Catalog:
        """Open the layers."""
        packaged = Settings.model_fields["seeds"].get_default(call_default_factory=True)
        return ReadingCatalog.open(self.seeds or packaged, self.workspace)


class Seen(NamedTuple):
    """A layer or file as the client saw it.

    Parameters
    ----------
    name : str
        Layer id, or absolute path.
    sha256 : str
        Of the content.
    files : tuple
        Path, bytes, and time of change in nanoseconds of each file; empty for a layer
        of the catalogue, whose versions never change.
    """

    name: str
    sha256: str
    files: tuple[tuple[str, int, int], ...] = ()

    @classmethod
    def of(cls, name: str, spec: LayerSpec) -> "Seen":
        """Note what a name means here and now."""
        if not is_file_name(name):
            return cls(name, spec.sha256)
        whole = file_name(name)
        path = whole.path.absolute()
        part = "" if whole.part is None else f":{whole.part}"
        return cls(f"{path}{part}", spec.sha256, _files(path))

    def require(self, catalog: Catalog) -> None:
        """Refuse to work on anything else.

        Raises
        ------
        LayerNotFoundError
            No such layer here.
        ClusterError
            ``input_not_here``: files missing, or of another content.
        """
        if not self.files:
            found = catalog.spec(self.name).sha256
            if found != self.sha256:
                self._refuse(f"{found[:16]} ≠ {self.sha256[:16]}")
            return
        path = file_name(self.name).path
        try:
            here = _files(path)
        except OSError as error:
            self._refuse(error.strerror or str(error))
        if [one[:2] for one in here] != [one[:2] for one in self.files]:
            sizes = [f"{Path(name).name} {size:,} B" for name, size, _ in here]
            self._refuse(listed(sizes) or "–")
        # A copy with other times is as good, if it is one.
        if here != self.files and content_sha256(path) != self.sha256:
            self._refuse("SHA-256")

    def _refuse(self, difference: str) -> None:
        raise ClusterError(
            "input_not_here",
            file=self.name,
            worker=worker_name(),
            difference=difference,
        )


def _files(path: Path) -> tuple[tuple[str, int, int], ...]:
    stats = ((part, part.stat()) for part in content_parts(path))
    return tuple((str(part), one.st_size, one.st_mtime_ns) for part, one in stats)


def named(layer: Seen, part: Partition) -> str:
    """Call a partition by its layer and rows, from 1."""
    details = {
        "layer": layer.name.rpartition("/")[2],
        "number": part.number + 1,
        "first": f"{part.start + 1:,}",
        "last": f"{part.stop:,}",
    }
    return str(render("partition_named", details))
