"""How many relevant records a reviewer keeps, measured against what the reviewers came to."""

from __future__ import annotations

from dataclasses import dataclass

from whatworks.screening.shared_records import StageDecisions
from whatworks.statistics.proportions import Proportion, proportion

__all__ = ["ReviewerAccuracy", "reviewer_accuracies"]


@dataclass(frozen=True, slots=True)
class ReviewerAccuracy:
    """One reviewer against the consensus.

    Attributes
    ----------
    reviewer
        Pseudonym.
    n_records
        Records that they and somebody else decided on, and on which there is a consensus.
    n_without_consensus
        Records that they and somebody else decided on differently, and nobody reconciled. Not used.
    recall
        Of the records the consensus keeps, the share that this reviewer kept. Include and unsure both
        keep a record: neither loses it.
    specificity
        Of the records the consensus excludes, the share that this reviewer excluded.
    """

    reviewer: str
    n_records: int
    n_without_consensus: int
    recall: Proportion
    specificity: Proportion

    def summary(self) -> str:
        """Return both figures as text."""
        parts = [
            f"{name} {_as_text(share)}"
            for name, share in (("recall", self.recall), ("specificity", self.specificity))
        ]
        return f"{self.reviewer}: {', '.join(parts)}"

    def to_dict(self) -> dict[str, object]:
        """Return the figures as values that JSON can hold."""
        return {
            "reviewer": self.reviewer,
            "n_records": self.n_records,
            "n_without_consensus": self.n_without_consensus,
            "recall": _as_dict(self.recall),
            "specificity": _as_dict(self.specificity),
        }


def reviewer_accuracies(found: StageDecisions, *, level: float) -> tuple[ReviewerAccuracy, ...]:
    """Compare every reviewer with the consensus on the records that others decided on too.

    A reviewer's own decision is part of a consensus that nobody had to reconcile, so that the figures
    are at best what they would be against an outsider, and where conflicts are not reconciled they are
    100% by construction. Intervals are Wilson's.
    """
    kept: dict[str, list[bool]] = {reviewer: [] for reviewer in found.reviewers()}
    excluded: dict[str, list[bool]] = {reviewer: [] for reviewer in kept}
    without = dict.fromkeys(kept, 0)
    for record, given in found.individual.items():
        consensus = found.consensus(record)
        for reviewer, value in given.items():
            if consensus is None:
                without[reviewer] += 1
            elif consensus == "exclude":
                excluded[reviewer].append(value == "exclude")
            else:
                kept[reviewer].append(value != "exclude")
    return tuple(
        ReviewerAccuracy(
            reviewer=reviewer,
            n_records=len(kept[reviewer]) + len(excluded[reviewer]),
            n_without_consensus=without[reviewer],
            recall=proportion(
                sum(kept[reviewer]),
                len(kept[reviewer]),
                level=level,
                of="records that the consensus keeps",
            ),
            specificity=proportion(
                sum(excluded[reviewer]),
                len(excluded[reviewer]),
                level=level,
                of="records that the consensus excludes",
            ),
        )
        for reviewer in kept
    )


def _as_text(share: Proportion) -> str:
    if share.value is None or share.ci is None:
        return f"not estimable ({share.reason})"
    low, high = share.ci
    return (
        f"{100 * share.value:.1f}% ({100 * low:.1f} to {100 * high:.1f}; "
        f"{share.numerator:,} of {share.denominator:,})"
    )


def _as_dict(share: Proportion) -> dict[str, object]:
    low, high = share.ci or (None, None)
    return {
        "value": share.value,
        "ci_low": low,
        "ci_high": high,
        "numerator": share.numerator,
        "denominator": share.denominator,
        "reason": share.reason,
    }
