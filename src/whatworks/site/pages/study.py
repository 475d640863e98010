"""One study: what was done, with whom, what was measured and found, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.extraction.nouns import Arm, Effect, Study
from whatworks.site.context import Context
from whatworks.site.figures import decimal
from whatworks.site.page import Page
from whatworks.site.paths import need_path, review_path, slug, study_path
from whatworks.site.plain import (
    COMPARISONS,
    DESIGNS,
    GROUP_SIZES,
    MEASURE_KINDS,
    TIMEPOINTS,
    flags_in_words,
    say,
)
from whatworks.site.words import readable
from whatworks.vocab import split_codes

__all__ = ["study_page"]

# Raw fields of an effect in the order a reader checks them, with their words.
_RAW = (
    ("n_intervention", "pupils, support"),
    ("n_comparison", "pupils, comparison"),
    ("clusters_intervention", "classes or schools, support"),
    ("clusters_comparison", "classes or schools, comparison"),
    ("pre_mean_intervention", "mean before, support"),
    ("pre_sd_intervention", "SD before, support"),
    ("pre_mean_comparison", "mean before, comparison"),
    ("pre_sd_comparison", "SD before, comparison"),
    ("mean_intervention", "mean after, support"),
    ("sd_intervention", "SD after, support"),
    ("mean_comparison", "mean after, comparison"),
    ("sd_comparison", "SD after, comparison"),
    ("reported_g", "effect as reported"),
    ("reported_se", "its standard error as reported"),
    ("icc", "likeness of pupils within a class (ICC)"),
)


# Sources count weeks in their own ways: several school years may be one long number.
_AMOUNT = "Amount, as the source gives it"


@dataclass(frozen=True, slots=True)
class ArmView:
    """One group of pupils in words."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EffectView:
    """One effect in words, with the fields it was computed from."""

    effect: Effect
    anchor: str
    measure: str
    kind: str
    outcome: str
    timepoint: str
    comparison: str
    raw: str
    route: str
    source: str
    flags: str


def _dose(arm: Arm) -> str:
    """Return how much the group received."""
    parts = []
    if arm.dose_weeks is not None:
        parts.append(f"{arm.dose_weeks:g} weeks")
    if arm.dose_sessions is not None:
        parts.append(f"{arm.dose_sessions:g} sessions")
    if arm.dose_hours_week is not None:
        parts.append(f"{arm.dose_hours_week:.3g} hours a week")
    if arm.description:
        parts.append(arm.description)
    return ", ".join(parts) or "Not reported"


def _arm_view(context: Context, arm: Arm) -> ArmView:
    """Return an arm in words."""
    words = context.words
    kind = "Support" if arm.role == "intervention" else "Comparison"
    rows = [(_AMOUNT, _dose(arm))]
    if arm.role == "intervention":
        rows = [
            ("Approach", words.labels("approach", arm.approaches)),
            *rows,
            ("Who worked with the pupils", words.labels("staff_role", arm.deliverers)),
            ("Where", words.labels("setting", arm.settings)),
            ("Grouping", say(GROUP_SIZES, arm.group_size).capitalize()),
        ]
    elif arm.description is None and _dose(arm) == "Not reported":
        rows = []
    return ArmView(f"{kind}: {arm.name}", tuple(rows))


def _effect_view(context: Context, effect: Effect) -> EffectView:
    """Return an effect in words."""
    measure = context.evidence.measure_by_id.get(effect.measure_id)
    raw_file = context.evidence.raw_file_by_id.get(effect.raw_file_id)
    raw = [
        f"{label} {getattr(effect, field):g}"
        for field, label in _RAW
        if getattr(effect, field) is not None
    ]
    name = readable(measure.name if measure else effect.measure_id)
    return EffectView(
        effect=effect,
        anchor=slug(effect.effect_id),
        measure=f"{name} ({effect.subgroup})" if effect.subgroup else name,
        kind=say(MEASURE_KINDS, measure.kind) if measure else "Not reported",
        outcome=context.words.label("outcome", effect.outcome),
        timepoint=say(TIMEPOINTS, effect.timepoint),
        comparison=say(COMPARISONS, effect.comparison),
        raw="; ".join(raw),
        route=effect.route.replace("_", " "),
        source=f"{raw_file.name if raw_file else effect.raw_file_id[:16]}, row {effect.source_row:,}",
        flags=flags_in_words(effect.flags),
    )


def _finding(effects: list[Effect]) -> str | None:
    """Return the study's effects in one sentence."""
    if not effects:
        return None
    values = sorted(effect.yi for effect in effects)
    if len(values) == 1:
        return f"One effect is held here: {decimal(values[0])} (above 0 is better for the pupils)."
    better = sum(value > 0 for value in values)
    return (
        f"{len(values):,} effects are held here, from {decimal(values[0])} to {decimal(values[-1])}; "
        f"{better:,} of them above 0, which is better for the pupils."
    )


def _routes(effects: list[Effect]) -> list[tuple[str, str, str]]:
    """Return (name, formula, source) of each way the study's effects were computed."""
    from whatworks.synthesis import ROUTES

    used = dict.fromkeys(effect.route for effect in effects)
    return [
        (name.replace("_", " "), ROUTES[name].formula, ROUTES[name].source)
        for name in used
        if name in ROUTES
    ]


def study_page(context: Context, study: Study) -> Page:
    """Return a study's page."""
    evidence, words = context.evidence, context.words
    effects = evidence.effects_by_study.get(study.study_id, [])
    review = evidence.review_by_id.get(study.review_id)
    needs = list(dict.fromkeys(code for effect in effects for code in split_codes(effect.needs)))
    phases = list(dict.fromkeys(code for effect in effects for code in split_codes(effect.phases)))
    facts = [
        ("Kind of study", say(DESIGNS, study.design)),
        ("Country", study.country or "Not reported"),
        (
            "Published",
            ", ".join(str(part) for part in (study.publication, study.year) if part)
            or "Not reported",
        ),
        ("Phases", "; ".join(words.label("phase", code) for code in phases) or "Not reported"),
    ]
    crumbs = [("What works", "index.html")]
    if review is not None:
        crumbs.append((review.title, review_path(review.review_id)))
    return context.render(
        "study.html",
        path=study_path(study.study_id),
        title=study.label,
        section="home",
        values={
            "crumbs": crumbs,
            "study": study,
            "review": review,
            "facts": facts,
            "needs": [(code, words.short("need", code), need_path(code)) for code in needs],
            "arms": [
                _arm_view(context, arm) for arm in context.arms_by_study.get(study.study_id, [])
            ],
            "effects": [_effect_view(context, effect) for effect in effects],
            "finding": _finding(effects),
            "routes": _routes(effects),
            "judgements": evidence.judgements_by_study.get(study.study_id, []),
            "strands": context.strands_by_study.get(study.study_id, []),
        },
    )
