"""Whether a column of variances holds standard errors, or the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Literal

__all__ = ["Spread", "expected_variance", "looks_like", "scale_of_column"]

# A variance within this factor of what the numbers of pupils imply is taken to agree with them.
# Covariates and pre-tests can halve a variance.
AGREES_WITHIN = 1.5
MIN_ROWS = 3
SHARE_OF_COLUMN = 0.8

Scale = Literal["variance", "standard_error", "unclear"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A number offered as a variance, and what the row's numbers of pupils imply.

    Attributes
    ----------
    offered
        The number in the cell.
    expected
        Sampling variance of g with that many pupils, without clustering or covariates.
    """

    offered: float
    expected: float


def expected_variance(
    g: float, n_intervention: float | None, n_comparison: float | None, n_total: float | None
) -> float | None:
    """Return the variance of g that the numbers of pupils imply, None where they are missing.

    Large-sample variance of a standardised mean difference (Hedges and Olkin 1985, equation
    5.14); with only a total, equal arms are assumed.
    """
    if n_intervention and n_comparison and n_intervention > 0 and n_comparison > 0:
        total = n_intervention + n_comparison
        variance = 1 / n_intervention + 1 / n_comparison + g * g / (2 * total)
    elif n_total and n_total > 0:
        variance = 4 / n_total + g * g / (2 * n_total)
    else:
        return None
    return variance if isfinite(variance) else None


def looks_like(spread: Spread) -> Scale:
    """Say what one number looks like: a variance, a standard error, or unclear.

    A number is called by the scale on which it agrees with the numbers of pupils within a factor
    of 1.5, if it does so on that scale only.
    """
    if spread.offered <= 0:
        return "unclear"
    # Logarithms before the square and the quotient: neither may come out as zero or infinite.
    offered, expected = log(spread.offered), log(spread.expected)
    as_variance = abs(offered - expected) <= log(AGREES_WITHIN)
    as_error = abs(2 * offered - expected) <= log(AGREES_WITHIN)
    if as_variance == as_error:
        return "unclear"
    return "variance" if as_variance else "standard_error"


def scale_of_column(spreads: Sequence[Spread]) -> Scale:
    """Say what a whole column looks like: unclear unless four rows in five are of one kind.

    Rows of clustered trials should be left out: their variances are larger than the numbers of
    pupils imply. Fewer than three rows are always unclear.
    """
    if len(spreads) < MIN_ROWS:
        return "unclear"
    kinds = [looks_like(spread) for spread in spreads]
    for kind in ("variance", "standard_error"):
        if kinds.count(kind) >= SHARE_OF_COLUMN * len(kinds):
            return kind
    return "unclear"
