"""What a copy consists of: its layers, its day, its versions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version

from layers.catalog import Catalog
from layers.models import LayerSpec
from service.publishing.groups import FileNote
from service.publishing.layer_files import layer_folder
from service.viewer.assets import assets_key
from service.viewer.fonts import font_key
from service.words import Language

RECIPE = 2
"""Raised whenever the same layers would give other documents."""
RELIEF = "elevation"
"""Layer that the relief is made of."""


@dataclass(frozen=True)
class Copy:
    """A copy that is about to be made.

    Parameters
    ----------
    catalog : Catalog
        The layers that are copied, in their order.
    base : Catalog
        Of what the page draws by itself: borders, names and relief too.
    language : {"zh", "en"}
        In which the pages begin.
    service : str or None
        Address of a service that computes.
    has_maps : bool
        Whether there are Folium maps.
    left_out : tuple of str
        Ids of restricted layers that are not copied.
    made_on : date
    files : str
        Names the bytes of the layers' files, once they are known: lists and STAC tell
        their hashes.
    """

    catalog: Catalog
    base: Catalog
    language: Language
    service: str | None
    has_maps: bool
    left_out: tuple[str, ...]
    made_on: date
    files: str = ""

    @property
    def specs(self) -> Sequence[LayerSpec]:
        """What the copied layers say of themselves."""
        return self.catalog.specs

    @property
    def content(self) -> str:
        """Name all that the copy depends on, but the day."""
        return _key(
            RECIPE,
            version("ecobarrier"),
            self.language,
            self.service,
            self.has_maps,
            len(self.left_out),
            assets_key(),
            font_key(),
            *map(layer_folder, self.specs),
            *map(layer_folder, self.base.specs),
        )

    @property
    def version(self) -> str:
        """Name the copy."""
        return _key(self.content, self.made_on.isoformat(), self.files)

    @property
    def documents(self) -> str:
        """Folder of what belongs to this copy only."""
        return f"v/{self.version}"

    @property
    def app(self) -> str:
        """Folder of scripts and styles."""
        return f"app/{assets_key()}"

    @property
    def relief(self) -> str | None:
        """Folder of the shaded relief; None where the base has no elevation."""
        entry = self.base.entries.get(RELIEF)
        if entry is None or entry.spec.kind != "raster":
            return None
        return f"relief/{_key(version('ecobarrier'), entry.spec.sha256)}"

    @property
    def fonts(self) -> str:
        """Folder of the web fonts."""
        return f"fonts/{font_key()}"


@dataclass(frozen=True)
class CopiedFiles:
    """The files of the layers of a copy, by layer id."""

    by_layer: Mapping[str, tuple[FileNote, ...]]

    @property
    def key(self) -> str:
        """Name all their bytes."""
        notes = (note for part in self.by_layer.values() for note in part)
        return _key(*((note.name, note.sha256) for note in notes))

    def note(self, layer_id: str, name: str) -> FileNote | None:
        """Look a file up by the last part of its name."""
        return next(
            (one for one in self.by_layer[layer_id] if one.name.endswith(f"/{name}")),
            None,
        )


def _key(*facts: object) -> str:
    text = json.dumps(facts, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()[:12]
