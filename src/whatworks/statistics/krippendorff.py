"""Krippendorff's alpha, for ratings that are names, ranks or numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.agreement_coefficient import ONE_RECORD, Coefficient, linearised
from whatworks.statistics.agreement_weights import disagreement, numbers_of
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.rating_table import RatingTable, rating_table

__all__ = ["Metric", "alpha_of_distances", "krippendorff_alpha"]

Floats = npt.NDArray[np.float64]

Metric = Literal["nominal", "ordinal", "interval"]

NO_FORMULA = (
    "The distances of ranks follow from the ratings, and no formula of the standard error allows for it. "
    "Give a random generator to have the interval from resampled records."
)


def krippendorff_alpha(
    raters: Sequence[Sequence[Hashable | None]],
    *,
    metric: Metric = "nominal",
    categories: Sequence[Hashable] | None = None,
    values: Sequence[float] | None = None,
    level: float = 0.95,
    generator: np.random.Generator | None = None,
    resamples: int = 2000,
) -> Coefficient:
    """Return Krippendorff's alpha, 1 - observed/expected disagreement of the values that can be paired.

    Parameters
    ----------
    raters : sequence of r sequences of length n
        For each rater the category given to each record; None or NaN where there is no rating.
    metric : {"nominal", "ordinal", "interval"}
        How disagreement grows: not at all, with the ratings between the two ranks, or with the squared
        difference of the numbers.
    categories : sequence, optional
        All categories, in their order; needed for ranks of text. Numbers order themselves.
    values : sequence of numbers, optional
        Number of each category, for the interval metric of categories that are not numbers.
    level : float
        Level of the interval.
    generator : numpy.random.Generator, optional
        Used by the ordinal metric alone: its interval comes from resampled records.
    resamples : int
        How many times the records are drawn again.

    Raises
    ------
    TooFewStudies
        No record has two ratings.
    UserError
        An unknown metric, a level that is none, or categories without order or number.

    Notes
    -----
    The standard error of the nominal and the interval metric is Gwet's linearisation over records with
    two ratings or more; with one record it is not estimable.

    References
    ----------
    Krippendorff K (2004). Human Communication Research 30:411-433; Content Analysis, 2nd edition,
    chapter 11 (coincidences and metrics).
    Gwet KL (2014). Handbook of Inter-Rater Reliability, 4th edition (standard error).
    """
    level_between_0_and_1(level)
    table = rating_table(raters, categories=categories)
    if metric == "nominal":
        return alpha_of_distances(
            table, disagreement("identity", len(table.categories)), level=level
        )
    if metric == "interval":
        numbers = numbers_of(table.categories, values)
        delta = disagreement("quadratic", len(numbers), numbers)
        return alpha_of_distances(table, delta, level=level)
    if metric != "ordinal":
        raise UserError(
            f"metric must be one of nominal, ordinal, interval. Supplied value was {metric!r}."
        )
    if categories is None:
        numbers_of(table.categories, None)
    return _alpha_of_ranks(table, level=level, generator=generator, resamples=resamples)


def alpha_of_distances(table: RatingTable, delta: Floats, *, level: float) -> Coefficient:
    """Return alpha for distances that do not depend on the ratings, with its linearised error.

    Parameters
    ----------
    table : RatingTable
        Ratings with q categories.
    delta : array, shape (q, q)
        Distances, symmetric, 0 on the diagonal.
    level : float
        Level of the interval.
    """
    counts, r = _pairable(table)
    undefined = _undefined(table, counts)
    if undefined is not None:
        return undefined
    total = counts.sum(axis=0)
    n_values = float(r.sum())
    by_record = ((counts @ delta) * counts).sum(axis=1) / (r - 1.0)
    observed = float(by_record.sum()) / n_values
    towards = delta @ total / n_values
    expected = float(total @ towards) / n_values
    corrected = (n_values - 1.0) / n_values * observed
    value = 1.0 - corrected / expected
    # Two means over their common mean number of values, each linearised; the slope along that number is
    # of the corrected disagreement, as Gwet has it, which tells where records have unlike many ratings.
    moves_observed = by_record - by_record.mean() - corrected * (r - r.mean())
    moves_expected = 2.0 * (counts @ towards - expected * r)
    ratio = observed / expected
    influence = (ratio * moves_expected - moves_observed) / (float(r.mean()) * expected)
    return linearised(value, influence, level=level)


def _alpha_of_ranks(
    table: RatingTable, *, level: float, generator: np.random.Generator | None, resamples: int
) -> Coefficient:
    counts, _ = _pairable(table)
    undefined = _undefined(table, counts)
    if undefined is not None:
        return undefined
    # Records with the same ratings are one kind; resampling draws how often each kind comes.
    kinds, times = np.unique(counts, axis=0, return_counts=True)
    m, q = int(times.sum()), counts.shape[1]
    own = kinds[:, :, None] * np.eye(q)
    coincidences = kinds[:, :, None] * kinds[:, None, :] - own
    coincidences /= (kinds.sum(axis=1) - 1.0)[:, None, None]
    flat = coincidences.reshape(kinds.shape[0], q * q)
    value = float(_ordinal_alphas((times @ flat).reshape(1, q, q))[0])
    if m < 2:
        return Coefficient(value, None, None, ONE_RECORD)
    if generator is None:
        return Coefficient(value, None, None, NO_FORMULA)
    drawn = generator.multinomial(m, times / m, size=resamples)
    alphas = _ordinal_alphas((drawn @ flat).reshape(resamples, q, q))
    alphas = alphas[np.isfinite(alphas)]
    if alphas.size < 2:
        return Coefficient(value, None, None, "No resample had two categories.")
    without = resamples - alphas.size
    reason = f"{without:,} of {resamples:,} resamples had one category and were left out."
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(alphas, [tail, 1.0 - tail])
    return Coefficient(
        value,
        float(alphas.std(ddof=1)),
        (float(low), float(high)),
        reason if without else None,
        "bootstrap",
    )


def _ordinal_alphas(coincidences: Floats) -> Floats:
    """Return alpha by ranks of each coincidence matrix, shape (B, q, q); NaN with one category."""
    total = coincidences.sum(axis=2)
    # Ratings from the middle of one category to the middle of the other.
    middle = np.cumsum(total, axis=1) - total / 2.0
    delta = (middle[:, :, None] - middle[:, None, :]) ** 2
    observed = (coincidences * delta).sum(axis=(1, 2))
    expected = (total[:, :, None] * total[:, None, :] * delta).sum(axis=(1, 2))
    has_two = (total > 0).sum(axis=1) > 1
    n_values = total.sum(axis=1)
    ratio = (n_values - 1.0) * observed / np.where(has_two, expected, 1.0)
    return np.asarray(np.where(has_two, 1.0 - ratio, np.nan))


def _pairable(table: RatingTable) -> tuple[Floats, Floats]:
    """Return counts and number of ratings of the records with two or more."""
    return table.counts[table.is_paired], table.ratings_per_record[table.is_paired]


def _undefined(table: RatingTable, counts: Floats) -> Coefficient | None:
    used = np.flatnonzero(counts.sum(axis=0))
    if used.size > 1:
        return None
    return Coefficient(
        None,
        None,
        None,
        f"Every rating that has another beside it is {table.categories[int(used[0])]}.",
    )
