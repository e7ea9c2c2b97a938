"""The table of rules that an office keeps, as a TOML file."""

import hashlib
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import Field

from geo.conflict.findings import Level, Rule
from layers.models import Bilingual, Model

DEFAULT = "rules.toml"


class ClauseModel(Model):
    """Where a rule is written."""

    document: str
    article: str | None = None
    text: Bilingual | None = None


class RuleModel(Model):
    """One rule of the table."""

    id: str
    layers: tuple[str, ...]
    classes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    level: Level
    clause: ClauseModel | None = None
    confirmed: bool = False

    @property
    def rule(self) -> Rule:
        """The rule as it is judged by."""
        return Rule(self.id, self.layers, self.classes, self.uses, self.level)


class RulesFile(Model):
    """The content of the file."""

    id: str
    version: str
    title: Bilingual
    classes: dict[str, str] = Field(default_factory=dict)
    """Column of sub-classes by layer."""
    rule: tuple[RuleModel, ...]


@dataclass(frozen=True)
class Rules:
    """A table, and the file it came from; no file for the default set."""

    content: RulesFile
    sha256: str
    file: str | None


def read_rules(path: Path | None = None) -> Rules:
    """Read a table of rules, or the default one."""
    raw = (
        (files("layers.checking") / DEFAULT).read_bytes()
        if path is None
        else path.read_bytes()
    )
    content = RulesFile.model_validate(tomllib.loads(raw.decode("utf-8")))
    name = None if path is None else path.name
    return Rules(content, hashlib.sha256(raw).hexdigest(), name)
