"""A consensus rule by shares of high and low ratings, fixed before the first round."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import nan
from statistics import mean, stdev
from typing import Literal

from whatworks.errors import UserError
from whatworks.panel.ratings import Votes, region_of
from whatworks.panel.spread import percentile

__all__ = ["Consensus", "Decision", "consensus"]

Decision = Literal["in", "out", "none", "no decision"]


@dataclass(frozen=True, slots=True)
class Consensus:
    """What a share rule says of one item.

    Attributes
    ----------
    decision
        "in" or "out" when the rule is met, "none" when it is not, "no decision" without quorum.
    has_quorum
        Whether enough of the eligible members rated.
    share_high, share_low
        Share of ratings 7-9 and 1-3; NaN when nobody rated.
    iqr
        Interquartile range (percentiles of type 7); NaN when nobody rated.
    sd
        Standard deviation with n - 1; NaN for fewer than two ratings.
    cv
        Standard deviation over mean; NaN likewise.
    """

    decision: Decision
    has_quorum: bool
    share_high: float
    share_low: float
    iqr: float
    sd: float
    cv: float


def consensus(votes: Votes, *, agree: float, oppose: float, quorum: float) -> Consensus:
    """Apply a share rule to the ratings of one item.

    Parameters
    ----------
    votes : Votes
        The ratings that count.
    agree : float
        "in" needs at least this share of ratings 7-9, "out" of ratings 1-3; above 0.5, so that
        no item can be both.
    oppose : float
        And less than this share at the other end.
    quorum : float
        Least share of eligible members who must have rated.

    Raises
    ------
    UserError
        A share is out of range.

    References
    ----------
    Rule of 70% and 15%: COMET, as used in PMC8024512, Table 1.
    """
    if not 0.5 < agree <= 1.0 or not 0.0 < oppose <= 1.0:
        raise UserError(
            f"The rule asks for a share of {agree!r} at one end and below {oppose!r} at the other. "
            "The first must be above 0.5 and up to 1, the second above 0 and up to 1."
        )
    has_quorum = votes.has_quorum(quorum)
    rated, n = votes.ratings, votes.rated
    if n == 0:
        return Consensus("no decision", has_quorum, nan, nan, nan, nan, nan)
    high = sum(region_of(r) == "high" for r in rated) / n
    low = sum(region_of(r) == "low" for r in rated) / n
    decision: Decision = "none"
    if not has_quorum:
        decision = "no decision"
    elif high >= agree and low < oppose:
        decision = "in"
    elif low >= agree and high < oppose:
        decision = "out"
    upper, lower = (percentile(rated, Fraction(q, 4), "type 7") for q in (3, 1))
    sd = stdev(rated) if n > 1 else nan
    return Consensus(decision, has_quorum, high, low, float(upper - lower), sd, sd / mean(rated))
