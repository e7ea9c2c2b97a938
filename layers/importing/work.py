"""What an import gathers over the parts of a layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from pyproj import CRS

from geo.health import Health
from geo.messages import Note
from layers.importing.decisions import Decision, divided
from layers.importing.keeping import FeatureKeeper
from layers.importing.options import ImportOptions


@dataclass
class Work:
    """What is gathered over a layer, or over one part of it.

    Parameters
    ----------
    where : str
    options : ImportOptions
    keeper : FeatureKeeper
    health, decisions, notes, areas
        What was found, decided, said and measured, in the order of the file.
    taken : set of str
        Ids used so far.
    rows : int
        Rows up to and with this part.
    crs : CRS or None
    own : list of list of str
        What the rows of this part call themselves, before ids of other parts counted;
        a list for each time that they were asked.
    settled : sequence of str or None
        What the rows of this part are called, where somebody knows who sees all parts.
    """

    where: str
    options: ImportOptions
    keeper: FeatureKeeper
    health: Health = field(default_factory=Health)
    decisions: list[Decision] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    areas: list[pd.Series] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    rows: int = 0
    crs: CRS | None = None
    own: list[list[str]] = field(default_factory=list)
    settled: Sequence[str] | None = None
    _said: set[tuple[str, str]] = field(default_factory=set)

    def of_part(self) -> "Work":
        """Answer an empty one for the part that comes next; ids go on from here."""
        keeper = FeatureKeeper(self.where)
        return Work(self.where, self.options, keeper, taken=self.taken, rows=self.rows)

    def absorb(self, part: "Work") -> None:
        """Add what was gathered over the part that comes next."""
        self.keeper.absorb(part.keeper)
        self.health.absorb(part.health)
        self._add(part.decisions, part.notes)
        self.areas += part.areas
        self.rows = part.rows
        self.crs = part.crs or self.crs

    def say(self, notes: Iterable[Note]) -> None:
        """Add what was not said before, decisions apart."""
        self._add(*divided(notes))

    def _add(self, decisions: Iterable[Decision], notes: Iterable[Note]) -> None:
        known = {(one.what, one.code, str(one.details)) for one in self.decisions}
        self.decisions += [
            one
            for one in decisions
            if (one.what, one.code, str(one.details)) not in known
        ]
        # Thousands of repairs are noted: each is compared once, not at every part.
        keys = [((note.code, str(note.details)), note) for note in notes]
        self.notes += [note for key, note in keys if key not in self._said]
        self._said.update(key for key, _ in keys)

    def unique(self, ids: pd.Index) -> pd.Index:
        """Keep ids unique over the parts of a layer."""
        if self.settled is not None:
            begin = sum(map(len, self.own))
            self.own.append(list(ids))
            names = list(self.settled[begin : begin + len(ids)])
            return pd.Index(names, name="id", dtype=object)
        self.own.append(list(ids))
        return renamed(ids, self.taken)


def renamed(ids: pd.Index, taken: set[str]) -> pd.Index:
    """Answer ids that nobody has taken yet, and take them.

    An id that was taken gets ``-2``, ``-3``.
    """
    if taken.isdisjoint(ids):
        taken.update(ids)
        return ids
    names = []
    for name in ids:
        number, candidate = 2, name
        while candidate in taken:
            candidate, number = f"{name}-{number}", number + 1
        taken.add(candidate)
        names.append(candidate)
    unique: pd.Index = pd.Index(names, name="id", dtype=object)
    return unique
