"""A strand in brief, as lists of strands show it."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.release.nouns import Strand
from whatworks.site.certainty_view import CertaintyView, certainty_view
from whatworks.site.context import Context
from whatworks.site.figures import plural
from whatworks.site.kept_out import KeptOut, kept_out
from whatworks.site.numbers import Figure
from whatworks.site.sentences import headline
from whatworks.vocab import Outcome, split_codes

__all__ = ["StrandCard", "is_pooled", "records_screened", "strand_card"]


@dataclass(frozen=True, slots=True)
class StrandCard:
    """A strand's answer with the numbers that carry it; numbers are None when nothing is pooled."""

    strand: Strand
    pooled: bool
    meta: str
    answer: str
    certainty: CertaintyView
    estimate: Figure | None
    low: Figure | None
    high: Figure | None
    months: Figure | None
    months_low: Figure | None
    months_high: Figure | None
    unclear: bool
    kept_out: KeptOut | None
    k_studies: Figure | None
    studies_word: str


def is_pooled(context: Context, strand: Strand) -> bool:
    """Return whether the strand has an average effect to show."""
    return context.numbers.interval(context.numbers.analysis(strand.strand_id, "main")) is not None


def records_screened(context: Context, strand: Strand) -> int:
    """Return how many records the strand's reviews screened, by their trail or as published."""
    total = 0
    for review_id in split_codes(strand.reviews):
        total += context.records_screened.get(review_id, 0)
    return total


def _empty_answer(context: Context, strand: Strand) -> str:
    """Return what a strand without an average says."""
    if strand.status != "no_usable_study":
        return "There are studies, but their results have not been put together in one average."
    years = [
        review.published_year
        for review_id in split_codes(strand.reviews)
        if (review := context.evidence.review_by_id.get(review_id)) and review.published_year
    ]
    when = f" in {max(years)}" if years else ""
    screened = records_screened(context, strand)
    looked = f": {plural(screened, 'record')}" if screened else ""
    return f"Reviewed{when}{looked}, no usable study. That is not the same as never looked."


def _meta(context: Context, strand: Strand) -> str:
    """Return approach, phases and outcome in one line."""
    words = context.words
    parts = [words.label("approach", code) for code in split_codes(strand.approaches)]
    parts += [words.short("phase", code) for code in split_codes(strand.phases)]
    parts.append(f"Outcome: {words.plain('outcome', strand.outcome)}")
    return " · ".join(parts)


def _outcome(context: Context, strand: Strand) -> str:
    """Return the outcome as a headline speaks of it.

    A better result on a test of memory or attention is not yet a better memory: it is called a test.
    """
    plain = context.words.plain("outcome", strand.outcome)
    term = context.words.term("outcome", strand.outcome)
    if term is not None and term.parent == Outcome.COGNITION and "tests" not in plain:
        return f"tests of {plain}"
    return plain


def strand_card(context: Context, strand: Strand) -> StrandCard:
    """Return a strand in brief."""
    numbers = context.numbers
    main = numbers.analysis(strand.strand_id, "main")
    effect = numbers.interval(main)
    certainty = context.evidence.certainty_by_strand.get(strand.strand_id)
    answer = (
        _empty_answer(context, strand)
        if effect is None
        else headline(
            effect,
            certainty.level if certainty else None,
            _outcome(context, strand),
        )
    )
    n_studies = numbers.value(main, "k_studies")
    return StrandCard(
        strand=strand,
        pooled=effect is not None,
        meta=_meta(context, strand),
        answer=answer,
        certainty=certainty_view(certainty),
        estimate=numbers.figure(main, "estimate"),
        low=numbers.figure(main, "ci_lb"),
        high=numbers.figure(main, "ci_ub"),
        months=numbers.figure(main, "months"),
        months_low=numbers.figure(main, "months_lb"),
        months_high=numbers.figure(main, "months_ub"),
        unclear=effect is None or effect.direction == "unclear",
        kept_out=kept_out(context, strand),
        k_studies=numbers.figure(main, "k_studies"),
        studies_word="study" if n_studies == 1 else "studies",
    )
