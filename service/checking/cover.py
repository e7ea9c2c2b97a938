"""What a report says besides its parcels: files, decisions, layers, rules, sums."""

from collections import Counter
from collections.abc import Sequence

from geo import crs as coordinate_systems
from geo.conflict.findings import LEVELS
from geo.messages import Note
from layers.checking.parcels import ParcelFile
from layers.checking.rules import Rules
from layers.models import Bilingual
from service.checking.models import (
    Clause,
    DecisionModel,
    InputFile,
    LayerResult,
    LayerTotal,
    ParcelResult,
    RulesUsed,
    RuleUsed,
    SliverRow,
    Summary,
)
from service.checking.parts import added, strictest_of
from service.models import NoteModel


def files_of(files: Sequence[ParcelFile]) -> tuple[InputFile, ...]:
    """Answer name, hash, CRS and number of parcels of each file."""
    return tuple(
        InputFile(
            **one.source.model_dump(),
            crs=coordinate_systems.name(one.crs),
            parcels=len(one.features),
        )
        for one in files
    )


def decisions_of(files: Sequence[ParcelFile]) -> tuple[DecisionModel, ...]:
    """Answer how each file was read."""
    return tuple(
        DecisionModel(
            file=file.source.name,
            what=one.what,
            value=one.value,
            reason=Bilingual(**one.text._asdict()),
            alternatives=one.alternatives,
            option=one.option,
            code=one.code,
        )
        for file in files
        for one in file.decisions
    )


def rules_of(rules: Rules) -> RulesUsed:
    """Answer the table of rules as it stood."""
    content = rules.content
    return RulesUsed(
        id=content.id,
        title=content.title,
        version=content.version,
        file=rules.file,
        sha256=rules.sha256,
        classes=content.classes,
        rules=tuple(
            RuleUsed(
                id=one.id,
                layers=one.layers,
                classes=one.classes,
                uses=one.uses,
                level=one.level,
                clause=None
                if one.clause is None
                else Clause(**one.clause.model_dump()),
                remark=one.remark,
                confirmed=one.confirmed,
            )
            for one in content.rule
        ),
    )


def summary_of(
    parcels: Sequence[ParcelResult], layers: Sequence[str], slivers: Sequence[SliverRow]
) -> Summary:
    """Add parcels up, from their printed values."""
    return Summary(
        parcels=len(parcels),
        total=added([one.printed for one in parcels]),
        levels=_counted([one.finding.level for one in parcels]),
        finding=strictest_of([one.finding for one in parcels]),
        layers=tuple(
            _total(layer, [one.layers[n] for one in parcels], slivers)
            for n, layer in enumerate(layers)
        ),
    )


def _total(
    layer: str, results: Sequence[LayerResult], slivers: Sequence[SliverRow]
) -> LayerTotal:
    return LayerTotal(
        layer=layer,
        parcels_touched=sum(one.touched for one in results),
        overlap_m2=sum(one.overlap.area_m2 for one in results),
        overlap=added([one.overlap.printed for one in results]),
        slivers=added([one.slivers.printed for one in results]),
        remainder=added([one.remainder.printed for one in results]),
        sliver_lines=sum(one.layer == layer for one in slivers),
        levels=_counted([one.finding.level for one in results]),
    )


def _counted(levels: Sequence[str]) -> dict[str, int]:
    found = Counter(levels)
    return {level: found[level] for level in LEVELS if found[level]}


def notes_of(notes: Sequence[Note]) -> tuple[NoteModel, ...]:
    """Answer notes, each once."""
    once = {(one.code, str(one.details)): one for one in notes}
    return tuple(NoteModel(**one.as_dict()) for one in once.values())
