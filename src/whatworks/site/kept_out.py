"""Effects a strand's average leaves out as likely wrong, and what it would be with them."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.extraction.nouns import Effect
from whatworks.release.nouns import Strand
from whatworks.release.selection import parse_selection, select_effects
from whatworks.site.context import Context
from whatworks.site.numbers import Figure
from whatworks.site.plain import flags_in_words
from whatworks.site.sentences import with_kept_out
from whatworks.site.words import readable

__all__ = ["ExcludedEffect", "KeptOut", "excluded_effects", "kept_out"]


@dataclass(frozen=True, slots=True)
class ExcludedEffect:
    """One effect the strand's rule picks and the average leaves out, or takes with a warning."""

    effect: Effect
    study: str
    measure: str
    flags: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class KeptOut:
    """What was left out of the main result as likely wrong, and the average with it taken in."""

    n_effects: int
    n_studies: int
    estimate: Figure
    low: Figure | None
    high: Figure | None
    meaning: str


def excluded_effects(context: Context, strand: Strand) -> list[ExcludedEffect]:
    """Return the effects of the strand's rule that carry a flag or are kept out, with the reason."""
    if not strand.selection:
        return []
    found = []
    for effect in select_effects(context.evidence.effects, parse_selection(strand.selection)):
        if effect.excluded_reason is None and effect.flags is None:
            continue
        measure = context.evidence.measure_by_id.get(effect.measure_id)
        found.append(
            ExcludedEffect(
                effect=effect,
                study=context.evidence.study_by_id[effect.study_id].label,
                measure=readable(measure.name if measure else effect.measure_id),
                flags=flags_in_words(effect.flags),
                reason=effect.excluded_reason,
            )
        )
    return found


def kept_out(context: Context, strand: Strand) -> KeptOut | None:
    """Return the effects kept out of the strand's average; None where none was, or none was computed."""
    main = context.numbers.interval(context.numbers.analysis(strand.strand_id, "main"))
    analysis = context.numbers.analysis(strand.strand_id, "with_kept_out")
    all_in = context.numbers.interval(analysis)
    estimate = context.numbers.figure(analysis, "estimate")
    if main is None or all_in is None or estimate is None:
        return None
    out = [row.effect for row in excluded_effects(context, strand) if row.reason]
    if not out:
        return None
    return KeptOut(
        n_effects=len(out),
        n_studies=len({effect.study_id for effect in out}),
        estimate=estimate,
        low=context.numbers.figure(analysis, "ci_lb"),
        high=context.numbers.figure(analysis, "ci_ub"),
        meaning=with_kept_out(main, all_in),
    )
