"""``ecobarrier publish``: make a copy, or bring one up to date."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from layers.catalog import Catalog
from layers.errors import StoreConflictError
from layers.models import LayerSpec
from layers.storage import Head, Store
from layers.storage.folder import FolderStore
from service import access
from service.callers import ANYBODY
from service.errors import RequestError, RestrictedError
from service.publishing import maps, pages, stac
from service.publishing.copies import RELIEF, CopiedFiles, Copy
from service.publishing.documents import write_documents
from service.publishing.fixed import app_group, fonts_group, relief_group
from service.publishing.groups import (
    ASK_AGAIN,
    LEDGER,
    FileNote,
    Group,
    ensure,
    media_type,
    read,
)
from service.publishing.layer_files import layer_group
from service.publishing.targets import OWN_FOLDERS, SITE, open_target
from service.settings import Settings
from service.tiles.pictures import TilePictures
from service.tiles.store import TileStore
from service.viewer.base import BORDERS
from service.warm import WarmCatalog
from service.words import Language

FORMAT = 1
"""Of ``site.json``."""

Step = Callable[[str, int, int], None]
"""Told what is being made, how much is done and how much there is."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants published.

    Parameters
    ----------
    layers : sequence of str
        Ids; all open layers if empty.
    language : {"zh", "en"}
        In which the pages begin.
    made_on : date or None
        Said on the pages; that of the copy that is there if nothing else differs,
        else today.
    service : str or None
        Address of a service that computes what a copy cannot.
    maps : bool
        Whether it has web maps in one file, up to 5 MB each.
    prune : bool
        Whether to remove what the copy no longer uses.
    """

    layers: Sequence[str] = ()
    language: Language = "zh"
    made_on: date | None = None
    service: str | None = None
    maps: bool = True
    prune: bool = False


@dataclass(frozen=True)
class Published:
    """What was done."""

    version: str
    layers: tuple[str, ...]
    left_out: tuple[str, ...]
    files: int
    size: int
    written: int
    removed: int


def publish(
    catalog: Catalog, place: str, wish: Wish, settings: Settings, step: Step
) -> Published:
    """Write a copy of layers for web servers that only hand out files.

    Parameters
    ----------
    catalog : Catalog
    place : str
        A folder.
    wish : Wish
    settings : Settings
        Where seeds, workspace and cache are.
    step : callable
        See :data:`Step`.

    Raises
    ------
    RestrictedError
        ``publish_restricted``: a layer asked for may not leave.
    RequestError
        ``publish_nothing``, ``publish_not_a_copy``, ``publish_busy``.
    EcobarrierError
        A layer that cannot be read, a place that cannot be written.
    """
    copy = plan(catalog, wish)
    with open_target(place) as store:
        return Publisher(store, copy, settings, step).run(wish)


def plan(catalog: Catalog, wish: Wish) -> Copy:
    """Decide which layers a copy has.

    Raises
    ------
    LayerNotFoundError
    RestrictedError
        ``publish_restricted``.
    RequestError
        ``publish_nothing``: there is no open layer; ``publish_service_address``.
    """
    _require_address(wish.service)
    closed = [one for one in catalog.specs if not access.may_see(ANYBODY, one)]
    wanted = [catalog.spec(name) for name in wish.layers]
    for spec in wanted:
        if spec in closed:
            raise RestrictedError("publish_restricted", layer=spec.id)
    chosen = {one.id for one in wanted} or {
        one.id for one in catalog.specs if one not in closed
    }
    if not chosen:
        raise RequestError("publish_nothing")
    hidden = {one.id for one in closed}
    ground = chosen | ({*BORDERS, RELIEF} - hidden)
    return Copy(
        catalog=_only(catalog, chosen),
        base=_only(catalog, ground),
        language=wish.language,
        service=wish.service,
        has_maps=wish.maps,
        left_out=() if wish.layers else tuple(one.id for one in closed),
        made_on=wish.made_on or date.today(),
    )


def _require_address(service: str | None) -> None:
    """Refuse what a browser would not open as a page."""
    if service is None:
        return
    parts = urlsplit(service)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RequestError("publish_service_address", value=service)


def _only(catalog: Catalog, names: set[str]) -> Catalog:
    entries = {key: one for key, one in catalog.entries.items() if key in names}
    return WarmCatalog(entries)


class Publisher:
    """Makes one copy.

    Parameters
    ----------
    store : Store
    copy : Copy
    settings : Settings
    step : callable
    """

    def __init__(
        self, store: Store, copy: Copy, settings: Settings, step: Step
    ) -> None:
        self._store = store
        self._seen: Head | None = store.head(SITE)
        self._copy = copy
        self._settings = settings
        self._step = step
        self._done = 0
        self._written = 0
        tiles = TileStore(
            settings.cache_folder / "tiles", settings.seeds, settings.workspace
        )
        self._pictures = TilePictures(tiles)

    def run(self, wish: Wish) -> Published:
        """Write what is not there, the files on top last."""
        copy = self._copy = self._dated(wish)
        fixed = (app_group(copy), fonts_group(copy, self._settings), relief_group(copy))
        kept = [self._ensure(one) for one in fixed if one is not None]
        by_layer = {spec.id: self._layer(copy, spec) for spec in copy.specs}
        files = CopiedFiles(by_layer)
        copy = replace(copy, files=files.key)
        documents = self._ensure(self._documents(copy, files))
        notes = [*(note for part in kept for note in part), *documents]
        notes += [note for part in by_layer.values() for note in part]
        self._put_on_top(copy, files, notes)
        removed = self._prune(notes) if wish.prune else 0
        return Published(
            version=copy.version,
            layers=tuple(by_layer),
            left_out=copy.left_out,
            files=len(notes),
            size=sum(note.size for note in notes),
            written=self._written,
            removed=removed,
        )

    def _dated(self, wish: Wish) -> Copy:
        """Keep the day of the copy that is there, if nothing else differs."""
        there = self._site()
        if wish.made_on is None and there.get("content") == self._copy.content:
            return replace(self._copy, made_on=date.fromisoformat(str(there["date"])))
        return self._copy

    def _site(self) -> dict[str, object]:
        content = read(self._store, SITE)
        try:
            said = json.loads(content) if content else {}
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def _ensure(self, group: Group) -> tuple[FileNote, ...]:
        total = len(self._copy.specs) + 4
        self._step(group.folder, self._done, total)
        notes, written = ensure(self._store, group)
        self._done += 1
        self._written += len(notes) if written else 0
        return notes

    def _layer(self, copy: Copy, spec: LayerSpec) -> tuple[FileNote, ...]:
        return self._ensure(
            layer_group(copy.catalog, spec, self._pictures, self._settings)
        )

    def _documents(self, copy: Copy, files: CopiedFiles) -> Group:
        def make(folder: Path) -> None:
            write_documents(folder, copy, files, self._pictures, self._settings)
            pages.write_lists(folder, copy, files)
            if copy.has_maps:
                maps.write_maps(folder / "maps", copy)
            stac.write_collections(folder / "stac", copy, files)

        return Group(copy.documents, make)

    def _put_on_top(
        self, copy: Copy, files: CopiedFiles, notes: Sequence[FileNote]
    ) -> None:
        """Replace the files on top; the first one claims the place."""
        site = self._described(copy, notes)
        if read(self._store, SITE) != site:
            self._claim(site)
            self._written += 1
        top = {
            "catalog.json": stac.catalog(copy),
            "layers.html": pages.layer_list(copy, files, copy.language, up=""),
            "index.html": pages.map_page(copy),
        }
        for name, text in top.items():
            content = text.encode()
            if read(self._store, name) != content:
                kind = media_type(name)
                self._store.put(name, content, kind, cache_control=ASK_AGAIN)
                self._written += 1

    def _claim(self, site: bytes) -> None:
        """Say what is there now, unless another publisher did meanwhile."""
        if isinstance(self._store, FolderStore):
            # Its lock keeps others away.
            self._store.put(SITE, site)
            return
        tag = self._seen.tag if self._seen else None
        try:
            self._store.swap(SITE, site, tag, media_type(SITE))
        except StoreConflictError as error:
            raise RequestError("publish_busy", place=self._store.url) from error

    def _described(self, copy: Copy, notes: Sequence[FileNote]) -> bytes:
        said = {
            "format": FORMAT,
            "software": f"ecobarrier {version('ecobarrier')}",
            "content": copy.content,
            "version": copy.version,
            "date": copy.made_on.isoformat(),
            "layers": {spec.id: spec.version for spec in copy.specs},
            "restricted_left_out": len(copy.left_out),
            "files": [[note.name, note.size, note.sha256] for note in notes],
        }
        return json.dumps(said, ensure_ascii=False, indent=1).encode()

    def _prune(self, notes: Sequence[FileNote]) -> int:
        used = {note.name for note in notes}
        used |= {f"{_folder_of(name)}/{LEDGER}" for name in used}
        unused = [
            name
            for folder in OWN_FOLDERS
            for name in self._store.keys(folder)
            if name not in used
        ]
        # A folder without its list is not whole: the list goes first.
        for name in sorted(unused, key=lambda one: not one.endswith(f"/{LEDGER}")):
            self._store.delete(name)
        return len(unused)


def _folder_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[: 3 if parts[0] == "layers" else 2])
