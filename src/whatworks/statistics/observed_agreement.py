"""Agreement as it was seen: over all categories, and on one of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.agreement_coefficient import Coefficient, linearised
from whatworks.statistics.proportions import proportion
from whatworks.statistics.rating_table import RatingTable

__all__ = ["disagreement_by_record", "percent_agreement", "specific_agreement"]

Floats = npt.NDArray[np.float64]


def disagreement_by_record(table: RatingTable, delta: Floats) -> Floats:
    """Return the mean of delta over the pairs of ratings of each record; shape (n,).

    0 for a record with one rating: it has no pair, and whoever averages leaves it out.
    """
    m = table.ratings_per_record
    # A rating does not disagree with itself, so that its own pair adds nothing.
    total = ((table.counts @ delta) * table.counts).sum(axis=1)
    return np.asarray(total / np.where(m >= 2, m * (m - 1.0), 1.0))


def percent_agreement(table: RatingTable, delta: Floats, *, level: float) -> Coefficient:
    """Return the mean agreement of the records with two ratings or more.

    Where each of them either agrees wholly or not at all, as with two raters and no partial agreement,
    it is a proportion, and its interval Wilson's, which holds at 0 and 1. Otherwise it is a mean, and its
    interval by t.
    """
    agreed = 1.0 - disagreement_by_record(table, delta)[table.is_paired]
    found = linearised(float(agreed.mean()), agreed - agreed.mean(), level=level, lowest=0.0)
    if not np.isin(agreed, (0.0, 1.0)).all():
        return found
    share = proportion(int(agreed.sum()), agreed.size, level=level, of="records")
    return Coefficient(share.value, found.se, share.ci, None, "Wilson")


def specific_agreement(table: RatingTable, category: int, *, level: float) -> Coefficient:
    """Return the agreement on one category: of the pairs that a rating of it is in, how many agree.

    With two raters it is 2a/(2a + b + c), a function of the share a/(a + b + c) of the records that
    somebody gave the category to; the interval is then Wilson's of that share, transformed. With more
    it is sum n(n - 1)/sum n(r - 1), n of a record's r ratings naming the category, and its variance
    that of a ratio of means.

    References
    ----------
    Uebersax JS (1982). Educational and Psychological Measurement 42:181-183.
    Cochran WG (1977). Sampling Techniques, 3rd edition, equation 2.45 (variance of a ratio).
    """
    named = table.counts[table.is_paired, category]
    r = table.ratings_per_record[table.is_paired]
    agreed, possible = named * (named - 1.0), named * (r - 1.0)
    if not possible.any():
        return Coefficient(
            None,
            None,
            None,
            f"Nobody gave {table.categories[category]} to a record of two ratings.",
        )
    value = float(agreed.sum() / possible.sum())
    influence = (agreed - value * possible) / possible.mean()
    found = linearised(value, influence, level=level, lowest=0.0)
    if (r > 2).any():
        return found
    share = proportion(
        int((named == 2).sum()), int((named > 0).sum()), level=level, of="records with the category"
    )
    low, high = share.ci or (0.0, 1.0)
    transformed = (2.0 * low / (1.0 + low), 2.0 * high / (1.0 + high))
    return Coefficient(value, found.se, transformed, None, "Wilson")
