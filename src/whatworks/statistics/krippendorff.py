"""Krippendorff's alpha, for ratings that are names, ranks or numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.agreement_coefficient import ONE_RECORD, Coefficient, linearised
from whatworks.statistics.agreement_weights import (
    disagreement,
    numbers_of,
    refuse_without_order,
)
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.rating_table import RatingTable, rating_table

__all__ = ["Metric", "alpha_of_distances", "krippendorff_alpha"]

Floats = npt.NDArray[np.float64]

Metric = Literal["nominal", "ordinal", "interval"]

FEWEST_RESAMPLES = 100

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
        With it standard error and interval come from records drawn again, which is the only way for the
        ordinal metric.
    resamples : int
        How many times the records are drawn again, 100 or more.

    Raises
    ------
    TooFewStudies
        No record has two ratings.
    UserError
        An unknown metric, a level that is none, or categories without order or number.

    Notes
    -----
    Without a generator the standard error of the nominal and the interval metric is Gwet's linearisation
    over records with two ratings or more. Resampling keeps records whole; its limits are percentiles.

    References
    ----------
    Krippendorff K (2004). Human Communication Research 30:411-433; Content Analysis, 2nd edition,
    chapter 11 (coincidences and metrics).
    Gwet KL (2014). Handbook of Inter-Rater Reliability, 4th edition (standard error).
    """
    level_between_0_and_1(level)
    if resamples < FEWEST_RESAMPLES:
        raise UserError(
            f"{resamples} resamples do not tell where 95% of them lie. Ask for {FEWEST_RESAMPLES} or more."
        )
    table = rating_table(raters, categories=categories)
    delta = _distances(table, metric, values, is_listed=categories is not None)
    if generator is not None:
        return _resampled(table, delta, level=level, generator=generator, resamples=resamples)
    if delta is not None:
        return alpha_of_distances(table, delta, level=level)
    counts, _ = _pairable(table)
    value = _alphas(_coincidences(counts).sum(axis=0)[None], None)[0]
    return _undefined(table, counts) or Coefficient(float(value), None, None, NO_FORMULA)


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


def _distances(
    table: RatingTable, metric: Metric, values: Sequence[float] | None, *, is_listed: bool
) -> Floats | None:
    """Return the distances of the categories; None for ranks, whose distances follow from the ratings."""
    q = len(table.categories)
    if metric == "nominal":
        return disagreement("identity", q)
    if metric == "interval":
        if values is not None:
            refuse_without_order(table.categories, is_listed=is_listed, values=values)
        return disagreement("quadratic", q, numbers_of(table.categories, values))
    if metric != "ordinal":
        raise UserError(
            f"metric must be one of nominal, ordinal, interval. Supplied value was {metric!r}."
        )
    refuse_without_order(table.categories, is_listed=is_listed, values=values)
    return None


def _resampled(
    table: RatingTable,
    delta: Floats | None,
    *,
    level: float,
    generator: np.random.Generator,
    resamples: int,
) -> Coefficient:
    """Return alpha with the error and the interval that records drawn again give."""
    counts, _ = _pairable(table)
    undefined = _undefined(table, counts)
    if undefined is not None:
        return undefined
    # Records with the same ratings are one kind; resampling draws how often each kind comes.
    kinds, times = np.unique(counts, axis=0, return_counts=True)
    m, q = int(times.sum()), counts.shape[1]
    flat = _coincidences(kinds).reshape(kinds.shape[0], q * q)
    value = float(_alphas((times @ flat).reshape(1, q, q), delta)[0])
    if m < 2:
        return Coefficient(value, None, None, ONE_RECORD)
    drawn = generator.multinomial(m, times / m, size=resamples)
    alphas = _alphas((drawn @ flat).reshape(resamples, q, q), delta)
    alphas = alphas[np.isfinite(alphas)]
    without = resamples - alphas.size
    reason = f"{without:,} of {resamples:,} resamples had one category and were left out"
    if alphas.size < FEWEST_RESAMPLES:
        return Coefficient(value, None, None, reason)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(alphas, [tail, 1.0 - tail])
    return Coefficient(
        value,
        float(alphas.std(ddof=1)),
        (float(low), float(high)),
        reason if without else None,
        "bootstrap",
    )


def _coincidences(counts: Floats) -> Floats:
    """Return how often two values stand beside each other in each record; shape (n, q, q)."""
    own = counts[:, :, None] * np.eye(counts.shape[1])
    pairs = counts[:, :, None] * counts[:, None, :] - own
    return np.asarray(pairs / (counts.sum(axis=1) - 1.0)[:, None, None])


def _alphas(coincidences: Floats, delta: Floats | None) -> Floats:
    """Return alpha of each coincidence matrix, shape (B, q, q), by ranks without distances.

    NaN with one category.
    """
    total = coincidences.sum(axis=2)
    if delta is None:
        # Ratings from the middle of one category to the middle of the other.
        middle = np.cumsum(total, axis=1) - total / 2.0
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    else:
        distance = delta[None]
    observed = (coincidences * distance).sum(axis=(1, 2))
    expected = (total[:, :, None] * total[:, None, :] * distance).sum(axis=(1, 2))
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
