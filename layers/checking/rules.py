"""The table of rules that an office keeps, as a TOML file."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from geo.conflict.findings import LEVELS, Level, Rule
from layers.errors import RulesError
from layers.models import Bilingual, LayerSpec, Model
from layers.root_files import remove_root_file, replace_root_file

DEFAULT = "rules.toml"
MOST_BYTES = 1_000_000

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class ClauseModel(Model):
    """Where a rule is written."""

    document: Text
    article: Text | None = None
    text: Bilingual | None = None


class RuleModel(Model):
    """One rule of the table."""

    id: Text
    layers: tuple[Text, ...] = Field(min_length=1)
    classes: tuple[Text, ...] = ()
    uses: tuple[Text, ...] = ()
    level: Level
    clause: ClauseModel | None = None
    remark: Bilingual | None = None
    """What the finding says where no clause is cited."""
    confirmed: bool = False
    """Whether the office has confirmed it."""

    @property
    def rule(self) -> Rule:
        """The rule as it is judged by."""
        return Rule(self.id, self.layers, self.classes, self.uses, self.level)


class RulesFile(Model):
    """The content of the file."""

    id: Text
    version: Text
    title: Bilingual
    classes: dict[str, Text] = Field(default_factory=dict)
    """Column of sub-classes by layer."""
    rule: tuple[RuleModel, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for one in self.rule:
            if one.id in seen:
                msg = f"id {one.id} twice"
                raise ValueError(msg)
            seen.add(one.id)
        return self


@dataclass(frozen=True)
class Rules:
    """A table, and the file it came from; no file for the default set."""

    content: RulesFile
    sha256: str
    file: str | None

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules as they are judged by, in order."""
        return tuple(one.rule for one in self.content.rule)

    @cached_property
    def by_id(self) -> dict[str, RuleModel]:
        """The lines of the table by id."""
        return {one.id: one for one in self.content.rule}


def read_rules(path: Path | None = None) -> Rules:
    """Read a table of rules, or the default one.

    Raises
    ------
    RulesError
        ``rules_unreadable``, ``rules_not_toml`` or ``rules_wrong``, which names file,
        key, value and what is expected.
    """
    if path is None:
        return parse_rules((files("layers.checking") / DEFAULT).read_bytes(), None)
    return parse_rules(_content(path), path.name)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RulesError("rules_unreadable", file=path.name, reason=reason) from error
    if len(raw) > MOST_BYTES:
        reason = f"> {MOST_BYTES} bytes"
        raise RulesError("rules_unreadable", file=path.name, reason=reason)
    return raw


def rules_in_use(workspace: Path | None) -> Rules:
    """Read the table that an office keeps in its workspace, or the default one.

    Parameters
    ----------
    workspace : Path or None
        :attr:`layers.catalog.Catalog.workspace`.

    Raises
    ------
    RulesError
        As :func:`read_rules`.
    """
    own = None if workspace is None else workspace / DEFAULT
    return read_rules(own if own is not None and own.exists() else None)


def text_in_use(workspace: Path | None) -> bytes:
    """Answer the table in use as the file it is, to be copied and changed.

    Raises
    ------
    RulesError
        As :func:`read_rules`.
    """
    rules = rules_in_use(workspace)
    if rules.file is None or workspace is None:
        return (files("layers.checking") / DEFAULT).read_bytes()
    return _content(workspace / rules.file)


def keep_rules(workspace: Path, path: Path) -> Rules:
    """Make a table the one in use; nothing changes if it is refused.

    Raises
    ------
    RulesError
        As :func:`read_rules`.
    LayerWriteError, StoreConflictError
    """
    raw = _content(path)
    rules = parse_rules(raw, path.name)
    replace_root_file(workspace, DEFAULT, raw)
    return rules


def drop_rules(workspace: Path) -> None:
    """Take the default table again.

    Raises
    ------
    LayerWriteError, StoreError
    """
    remove_root_file(workspace, DEFAULT)


def names_of(spec: LayerSpec) -> tuple[str, ...]:
    """Answer what rules may call a layer."""
    return spec.id, f"theme:{spec.theme}", f"title:{spec.title.zh}"


def about_layers(rule: RuleModel, specs: Iterable[LayerSpec]) -> tuple[str, ...]:
    """Answer the ids of the layers of polygons that a rule is about."""
    return tuple(
        spec.id
        for spec in specs
        if spec.geometry == "polygon" and rule.rule.is_about(names_of(spec))
    )


def parse_rules(raw: bytes, file: str | None) -> Rules:
    """Read the content of a table of rules.

    Raises
    ------
    RulesError
        ``rules_not_toml`` or ``rules_wrong``.
    """
    name = file or DEFAULT
    try:
        parsed = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RulesError("rules_not_toml", file=name, reason=str(error)) from error
    try:
        content = RulesFile.model_validate(parsed)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        raise RulesError(
            "rules_wrong",
            file=name,
            key=_key(fault["loc"], parsed),
            value=_shown(fault["input"]),
            reason=fault["msg"],
            levels=", ".join(one for one in LEVELS if one != "indicative"),
        ) from error
    return Rules(content, hashlib.sha256(raw).hexdigest(), file)


def _key(place: tuple[int | str, ...], parsed: dict[str, object]) -> str:
    """Name a place: ``rule 3 (redline).level``."""
    words: list[str] = []
    for one in place:
        if isinstance(one, int) and words == ["rule"]:
            found = parsed.get("rule")
            rule = found[one] if isinstance(found, list) else None
            name = rule.get("id") if isinstance(rule, dict) else None
            words = [f"rule {one + 1}" + (f" ({name})" if name else "")]
        else:
            words.append(str(one))
    return ".".join(words) or "rule"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
