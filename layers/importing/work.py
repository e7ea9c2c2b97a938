"""What an import gathers over the parts of a layer."""

from collections.abc import Iterable
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
    """What is gathered over the parts of a layer."""

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

    def say(self, notes: Iterable[Note]) -> None:
        """Add what was not said before, decisions apart."""
        decisions, rest = divided(notes)
        known = {(one.what, one.code, str(one.details)) for one in self.decisions}
        self.decisions += [
            one
            for one in decisions
            if (one.what, one.code, str(one.details)) not in known
        ]
        said = {(note.code, str(note.details)) for note in self.notes}
        self.notes += [one for one in rest if (one.code, str(one.details)) not in said]

    def unique(self, ids: pd.Index) -> pd.Index:
        """Keep ids unique over the parts of a layer."""
        if self.taken.isdisjoint(ids):
            self.taken.update(ids)
            return ids
        names = []
        for name in ids:
            number, candidate = 2, name
            while candidate in self.taken:
                candidate, number = f"{name}-{number}", number + 1
            self.taken.add(candidate)
            names.append(candidate)
        unique: pd.Index = pd.Index(names, name="id", dtype=object)
        return unique
