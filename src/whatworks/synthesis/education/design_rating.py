"""Baseline equivalence, and the rating of a group design that follows from it and from attrition."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from whatworks.errors import UserError
from whatworks.synthesis.education.attrition import Attrition

__all__ = ["BaselineEquivalence", "DesignRating", "baseline_equivalence", "group_design_rating"]

# Limits of the handbook in standard deviations: equivalent as they are, and with adjustment.
EQUIVALENT = 0.05
ADJUSTABLE = 0.25

WITHOUT = "meets standards without reservations"
WITH = "meets standards with reservations"
NOT = "does not meet standards"


@dataclass(frozen=True, slots=True)
class BaselineEquivalence:
    """Whether groups were alike at the start.

    Attributes
    ----------
    g
        Difference at baseline, in standard deviations.
    verdict
        "satisfied", "needs adjustment" or "not met".
    """

    g: float
    verdict: str


@dataclass(frozen=True, slots=True)
class DesignRating:
    """Rating of a group design.

    Attributes
    ----------
    rating
        "meets standards without reservations", "meets standards with reservations" or "does not
        meet standards".
    reasons
        Which tests led to it, in their order.
    notes
        What was not judged, and what of the rule is unverified.
    """

    rating: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def baseline_equivalence(g: float) -> BaselineEquivalence:
    """Judge a difference at baseline in standard deviations.

    Up to 0.05 the requirement is satisfied; up to 0.25 only with statistical adjustment; beyond, it is
    not met.

    Parameters
    ----------
    g : float
        Difference at baseline between the groups as analysed, of the outcome's own pretest or one
        close to it; the sign does not count.

    Raises
    ------
    UserError
        g is not a finite number.

    References
    ----------
    What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0.
    """
    if not isfinite(g):
        raise UserError(f"g must be a finite number. It was {g!r}.")
    size = abs(g)
    if size <= EQUIVALENT:
        return BaselineEquivalence(float(g), "satisfied")
    return BaselineEquivalence(float(g), "needs adjustment" if size <= ADJUSTABLE else "not met")


def group_design_rating(
    *,
    is_randomised: bool,
    losses: Attrition | None,
    baseline: BaselineEquivalence | None,
    is_adjusted: bool,
    is_compromised: bool | None = None,
) -> DesignRating:
    """Rate a group design from attrition and baseline equivalence.

    A randomised trial with low attrition meets the standards without reservations; else any design
    with equivalent groups (adjusted where needed) meets them with reservations; else it does not.

    Parameters
    ----------
    is_randomised : bool
        Whether groups were formed by chance.
    losses : Attrition or None
        None where it is not known; then, and beyond the table, it does not count as low.
    baseline : BaselineEquivalence or None
        None where it is not known; then it does not count as met.
    is_adjusted : bool
        Whether the analysis adjusts for the baseline difference.
    is_compromised : bool, optional
        Whether randomisation was undone (pupils moved between groups, groups changed afterwards);
        then the trial is rated as one that was not randomised. None: not judged, and said so.

    Returns
    -------
    DesignRating
        `notes` carry what is unverified: that attrition is judged before equivalence.
    """
    notes = [
        "Unverified: that attrition is judged before baseline equivalence is not taken from the "
        "handbook's text. The published reasons of ratings agree with it.",
        "Not judged: pupils who joined clusters later, confounds.",
    ]
    if is_randomised and is_compromised is None:
        notes.append("Not judged: whether randomisation was compromised.")
    reasons = []
    if is_randomised and not is_compromised:
        if losses is not None and losses.is_low:
            return DesignRating(WITHOUT, ("randomised", "low attrition"), tuple(notes))
        known = losses is not None and losses.is_low is not None
        reasons = ["randomised", "high attrition" if known else "attrition not known to be low"]
    else:
        reasons = ["randomisation compromised" if is_randomised else "not randomised"]
    if baseline is None:
        return DesignRating(NOT, (*reasons, "baseline equivalence not known"), tuple(notes))
    is_equivalent = baseline.verdict == "satisfied" or (
        baseline.verdict == "needs adjustment" and is_adjusted
    )
    detail = f"baseline difference of {abs(baseline.g):.2g}"
    if baseline.verdict == "needs adjustment":
        detail += ", adjusted for" if is_adjusted else ", not adjusted for"
    return DesignRating(WITH if is_equivalent else NOT, (*reasons, detail), tuple(notes))
