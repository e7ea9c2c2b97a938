"""The sentences of a conflict check: findings with their reason, and the method."""

from collections.abc import Sequence

from geo.conflict.findings import Judgement, Level, Subject
from geo.messages import render
from geo.overlay import SliverRule
from layers.checking.rules import RuleModel, Rules
from layers.models import Bilingual
from service.checking.models import Clause, Finding
from service.checking.prepared import AgainstLayer


def said(code: str, **details: object) -> Bilingual:
    """Answer a sentence of the table in both languages."""
    return Bilingual(**render(code, details)._asdict())


def label(level: Level) -> Bilingual:
    """Name a level of findings."""
    return said(f"check_level_{level}")


def finding(
    judged: Judgement, subject: Subject, layer: AgainstLayer, rules: Rules
) -> Finding:
    """Put a judgement into words, with its clause."""
    rule = judged.rule
    written = None if rule is None else rules.by_id[rule.id]
    clause = None if written is None else written.clause
    return Finding(
        level=judged.level,
        label=label(judged.level),
        reason=_reason(judged, subject, layer, written),
        rule=rule.id if rule else None,
        clause=None if clause is None else Clause(**clause.model_dump()),
        confirmed=written is not None and written.confirmed,
    )


def _reason(
    judged: Judgement,
    subject: Subject,
    layer: AgainstLayer,
    written: RuleModel | None,
) -> Bilingual:
    if judged.why == "rule" and written is not None and written.remark is not None:
        return written.remark
    return said(
        f"check_reason_{judged.why}",
        layer_zh=layer.spec.title.zh,
        layer_en=layer.spec.title.en,
        rule=written.id if written else "-",
        accuracy_m=subject.accuracy_m or 0.0,
    )


def how_edges(*, projected: bool) -> Bilingual:
    """Say how the line between two vertices was read."""
    return said("check_edges_plane" if projected else "check_edges_lonlat")


def method(rule: SliverRule, accuracy_m: float) -> Sequence[Bilingual]:
    """Say how a check was made."""
    return (
        said("check_method_area"),
        said("check_method_overlap"),
        said("check_method_balance"),
        said(
            "check_method_slivers",
            area_m2=rule.area_m2,
            width_m=rule.width_m,
            share=100.0 * rule.share_left,
        ),
        said("check_method_nearest"),
        said("check_method_uncertainty", accuracy_m=accuracy_m),
        said("check_method_findings"),
    )
