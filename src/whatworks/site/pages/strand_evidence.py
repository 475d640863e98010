"""What stands behind a strand: other ways to compute it, who was studied, what was left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.extraction.nouns import Effect
from whatworks.release.nouns import Strand
from whatworks.site.context import Context
from whatworks.site.figures import plural
from whatworks.site.numbers import Figure
from whatworks.site.paths import analysis_path
from whatworks.site.plain import COMPARISONS, DESIGNS, GROUP_SIZES, ROLES, say
from whatworks.vocab import ancestors, split_codes

__all__ = [
    "SensitivityRow",
    "harms_sentence",
    "people_rows",
    "sensitivity_rows",
]

# Kinds of analysis that give one average.
AVERAGES = ("dependent_effects", "random_effects")
# Most common values are named, the rest are counted.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """One way to compute the strand's average, and why it differs."""

    name: str
    why: str
    href: str
    estimate: Figure | None
    low: Figure | None
    high: Figure | None
    k_studies: Figure | None
    k_effects: Figure | None


def sensitivity_rows(context: Context, strand: Strand) -> list[SensitivityRow]:
    """Return the strand's averages side by side, the main one first."""
    rows = []
    for analysis in context.evidence.analyses_by_subject.get(strand.strand_id, []):
        if analysis.kind not in AVERAGES:
            continue
        name, why = ROLES.get(analysis.role, (analysis.role.replace("_", " ").capitalize(), ""))
        if not why:
            options = json.loads(analysis.options)
            why = ", ".join(f"{key}: {value}" for key, value in sorted(options.items()))
        figures = [
            context.numbers.figure(analysis, field)
            for field in ("estimate", "ci_lb", "ci_ub", "k_studies", "k_effects")
        ]
        rows.append(
            (
                analysis.role,
                SensitivityRow(name, why, analysis_path(analysis.analysis_id), *figures),
            )
        )
    order = list(ROLES)
    place = {role: position for position, role in enumerate(order)}
    return [
        row
        for role, row in sorted(rows, key=lambda pair: (place.get(pair[0], len(place)), pair[0]))
    ]


def _tally(values: Sequence[str]) -> str:
    """Return "USA 150, UK 4, and 3 others" for a list of values, the most common first."""
    counted = Counter(values).most_common()
    named = [f"{value} ({n:,})" for value, n in counted[:_NAMED]]
    rest = len(counted) - len(named)
    return ", ".join(named) + (f", and {rest:,} more" if rest else "")


def _by_study(effects: Sequence[Effect], attribute: str) -> list[str]:
    """Return the codes of a list attribute, each once for each study."""
    pairs = {
        (effect.study_id, code)
        for effect in effects
        for code in (split_codes(getattr(effect, attribute)) or ("",))
    }
    return [code for _, code in sorted(pairs)]


def people_rows(context: Context, effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """Return who was studied, by whom, where and how, each with numbers of studies."""
    if not effects:
        return []
    evidence, words = context.evidence, context.words
    studies = [
        evidence.study_by_id[study_id] for study_id in dict.fromkeys(e.study_id for e in effects)
    ]
    arms = [
        evidence.arm_by_id[arm_id]
        for arm_id in dict.fromkeys(e.arm_id for e in effects)
        if arm_id in evidence.arm_by_id
    ]

    def labels(list_name: str, attribute: str) -> str:
        return _tally(
            [
                words.label(list_name, code) if code else "not reported"
                for code in _by_study(effects, attribute)
            ]
        )

    rows = [
        ("Needs", labels("need", "needs")),
        ("Phases", labels("phase", "phases")),
        ("Places", labels("setting", "settings")),
        ("Who worked with the pupils", labels("staff_role", "deliverers")),
        ("Countries", _tally([study.country or "not reported" for study in studies])),
        ("Kind of study", _tally([say(DESIGNS, study.design) for study in studies])),
        (
            "Compared with",
            _tally([say(COMPARISONS, code) for code in _once_per_study(effects, "comparison")]),
        ),
    ]
    sizes = [say(GROUP_SIZES, arm.group_size) if arm.group_size else "not reported" for arm in arms]
    rows.append(("Grouping", _tally(sizes)))
    weeks = sorted(arm.dose_weeks for arm in arms if arm.dose_weeks is not None)
    if weeks:
        rows.append(
            (
                "Length",
                f"{_length(weeks)} ({len(weeks):,} of {len(arms):,} groups say), "
                "as the sources give it",
            )
        )
    return rows


def _length(weeks: Sequence[float]) -> str:
    """Return the range and the middle of lengths in weeks, which are sorted."""
    if weeks[0] == weeks[-1]:
        return f"{weeks[0]:g} weeks"
    middle = weeks[(len(weeks) - 1) // 2]
    return f"{weeks[0]:g} to {weeks[-1]:g} weeks, half of them {middle:g} weeks or less"


def _once_per_study(effects: Sequence[Effect], attribute: str) -> list[str]:
    """Return the values of a plain attribute, each once for each study."""
    return [
        value for _, value in sorted({(e.study_id, str(getattr(e, attribute))) for e in effects})
    ]


def harms_sentence(context: Context, effects: Sequence[Effect]) -> str:
    """Return what the effects say about unwanted effects: that none measures them, or how many do."""
    harmful = [effect for effect in effects if _is_harm(effect.outcome)]
    measured = {context.words.plain("outcome", effect.outcome) for effect in effects}
    negative = {effect.study_id for effect in effects if effect.yi + 1.96 * effect.vi**0.5 < 0}
    n_studies = len({effect.study_id for effect in effects})
    worse = (
        f" In {len(negative):,} of the {plural(n_studies, 'study', 'studies')}, pupils with the support did "
        "worse than the others on at least one measure, and the interval of that effect does not reach "
        "zero. Among many measures a few such results come up by chance alone."
        if negative
        else ""
    )
    if harmful:
        return f"{plural(len(harmful), 'effect')} of a measure of harm {'is' if len(harmful) == 1 else 'are'} held here.{worse}"
    return (
        "No measure of harm, such as lessons missed, stigma or distress, is held here: the studies may not "
        "have taken one, or it was not carried over. That is not the same as no harm. What was measured: "
        f"{', '.join(sorted(measured))}.{worse}"
    )


def _is_harm(outcome: str) -> bool:
    """Return whether an outcome of the vocabulary is about harm."""
    from whatworks.errors import NotFound

    try:
        return "harm" in {outcome, *ancestors("outcome", outcome)}
    except NotFound:
        return False
