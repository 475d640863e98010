"""How far the people who screen a review agree, on the records that they both saw."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from whatworks.screening.nouns import Decision
from whatworks.screening.reviewer_accuracy import ReviewerAccuracy, reviewer_accuracies
from whatworks.screening.shared_agreement import SharedAgreement, agreement_on, proportion_row
from whatworks.screening.shared_records import decisions_of_people
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.proportions import Proportion

__all__ = ["ScreeningAgreement", "screening_agreement"]

# From so many records on the intervals of coefficients hold nearly what they should with 5% relevant
# records (benchmarks/agreement.py).
ENOUGH = 200


@dataclass(frozen=True, slots=True)
class ScreeningAgreement:
    """Agreement of the people who screen one stage of a review.

    Attributes
    ----------
    stage
        title_abstract or full_text.
    shared
        Agreement on all records that two people or more decided on.
    at_random
        Agreement on those of them that were drawn at random; None if no such set was given.
    reviewers
        Recall and specificity of each reviewer against the consensus.
    n_open
        Conflicts that nobody reconciled.
    n_single
        Records that one person alone decided on. They are in no figure.
    sample
        What the records stand for, as a sentence.
    level
        Level of all intervals.
    """

    stage: str
    shared: SharedAgreement
    at_random: SharedAgreement | None
    reviewers: tuple[ReviewerAccuracy, ...]
    n_open: int
    n_single: int
    sample: str
    level: float

    def summary(self) -> str:
        """Return what a team needs to read, as plain text."""
        lines = [self.sample]
        for found in (self.shared, self.at_random):
            if found is None:
                continue
            lines.append(f"Records: {found.records}")
            if found.team is None:
                lines.append("No record of these was decided on by two people.")
                continue
            lines.append(_conflict_sentence(found.conflicts))
            lines.append(found.team.summary())
            if found.n_records < ENOUGH:
                lines.append(_few_sentence(found.n_records))
        if self.n_open:
            lines.append(_open_sentence(self.n_open))
        lines += [found.summary() for found in self.reviewers]
        return "\n".join(lines)

    def table(self) -> list[dict[str, object]]:
        """Return one row for each figure, for a page or a CSV file.

        Columns: records, who, n_records, figure, value, se, ci_low, ci_high, interval, reason.
        """
        rows = self.shared.rows()
        if self.at_random is not None:
            rows += self.at_random.rows()
        for found in self.reviewers:
            about = {
                "records": self.shared.records,
                "who": found.reviewer,
                "n_records": found.n_records,
            }
            rows.append({**about, **proportion_row("Recall", found.recall)})
            rows.append({**about, **proportion_row("Specificity", found.specificity)})
        return rows

    def to_dict(self) -> dict[str, object]:
        """Return the figures as values that JSON can hold."""
        return {
            "stage": self.stage,
            "sample": self.sample,
            "shared": self.shared.to_dict(),
            "at_random": None if self.at_random is None else self.at_random.to_dict(),
            "reviewers": [found.to_dict() for found in self.reviewers],
            "n_open": self.n_open,
            "n_single": self.n_single,
            "level": self.level,
        }


def screening_agreement(
    decisions: Sequence[Decision],
    *,
    stage: str,
    at_random: Set[str] | None = None,
    is_ranked: bool = True,
    level: float = 0.95,
) -> ScreeningAgreement:
    """Measure how far people agree at one stage, and each with the consensus.

    Only individual decisions of people count, and only on records that two or more decided on: with a
    ranking each reviewer reads other records, and who reads what the ranking puts first sees more that is
    relevant. Unsure is a category of its own for agreement; for recall it keeps a record, as include does.

    Parameters
    ----------
    decisions : sequence of Decision
        Of any stage, role and source; what does not count is left out.
    stage : str
        title_abstract or full_text.
    at_random : set of str, optional
        Records that were drawn at random to be read by two people. Agreement is given on them too:
        it is the one that holds for the review.
    is_ranked : bool
        Whether a ranking chose what is read next. Changes the sentence about the sample alone.
    level : float
        Level of all intervals.

    Raises
    ------
    UserError
        A decision that is not include, exclude or unsure; or a level that is none.

    Notes
    -----
    The consensus of a record is its reconciled decision, else what all individual decisions have in
    common. A reviewer is compared on records on which somebody else decided too.
    """
    level_between_0_and_1(level)
    found = decisions_of_people(decisions, stage=stage)
    all_records = list(found.individual)
    shared = agreement_on(found, all_records, "all that two people or more saw", level)
    drawn = None
    if at_random is not None:
        chosen = [record for record in all_records if record in at_random]
        drawn = agreement_on(found, chosen, "drawn at random", level)
    return ScreeningAgreement(
        stage=stage,
        shared=shared,
        at_random=drawn,
        reviewers=reviewer_accuracies(found, level=level),
        n_open=sum(found.consensus(record) is None for record in all_records),
        n_single=found.n_single,
        sample=_sample_sentence(shared, drawn, is_ranked=is_ranked),
        level=level,
    )


def _sample_sentence(
    shared: SharedAgreement, drawn: SharedAgreement | None, *, is_ranked: bool
) -> str:
    """Say how many records two people saw, and what they are a sample of."""
    n = shared.n_records
    if n == 0:
        return "No record was decided on by two people, so that agreement cannot be measured."
    saw = f"Two people or more decided on {_records(n)}."
    if drawn is not None and drawn.n_records == n:
        return f"{saw} All were drawn at random, so that the agreement holds for the review."
    chosen_by = "a ranking chose them" if is_ranked else "how they were chosen is not known"
    saw += (
        f" They are not a random sample: {chosen_by}, and where relevant records come first agreement "
        "is another than among the rest."
        if is_ranked
        else f" They need not be a random sample: {chosen_by}."
    )
    if drawn is None or drawn.n_records == 0:
        return f"{saw} Have some records drawn at random and read by two people to know more."
    was = "was" if drawn.n_records == 1 else "were"
    return (
        f"{saw} {_records(drawn.n_records)} of them {was} drawn at random; the agreement on those "
        "holds for the review."
    )


def _records(n: int) -> str:
    return "1 record" if n == 1 else f"{n:,} records"


def _conflict_sentence(conflicts: Proportion) -> str:
    n, share = conflicts.numerator, conflicts.value or 0.0
    low, high = conflicts.ci or (0.0, 1.0)
    named = "1 conflict" if n == 1 else f"{n:,} conflicts"
    return (
        f"{named} in {_records(conflicts.denominator)}, {100 * share:.1f}% "
        f"({100 * low:.1f} to {100 * high:.1f})"
    )


def _few_sentence(n: int) -> str:
    return (
        f"{_records(n)} {'is' if n == 1 else 'are'} few: where relevant records are rare, the intervals of "
        f"kappa and AC1 are too narrow below {ENOUGH}."
    )


def _open_sentence(n_open: int) -> str:
    are = "1 conflict is" if n_open == 1 else f"{n_open:,} conflicts are"
    return f"{are} not reconciled and in no reviewer's recall or specificity, which look better than they are."
