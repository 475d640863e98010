"""Disagreement to be expected by chance, as four definitions of chance have it.

Each definition comes with how far every record moves it, which standard errors need. Disagreement is
1 - agreement: with weights w between categories, delta = 1 - w.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.rating_table import MISSING, RatingTable

__all__ = ["CHANCE", "Expected", "brennan_prediger", "cohen_conger", "fleiss_scott", "gwet"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Disagreement by chance.

    Attributes
    ----------
    disagreement
        Mean of delta over two ratings that have only chance in common.
    influence : shape (n,)
        How far each record moves it, n times over; their mean is 0.
    """

    disagreement: float
    influence: Floats


def cohen_conger(table: RatingTable, delta: Floats) -> Expected:
    """Chance from each rater's own shares: Cohen for two raters, Conger for more.

    References
    ----------
    Cohen J (1960). Educational and Psychological Measurement 20:37-46.
    Conger AJ (1980). Psychological Bulletin 88:322-328.
    """
    n, r = table.codes.shape
    q = len(table.categories)
    rated = table.codes != MISSING
    n_rated = rated.sum(axis=0)
    own = np.stack(
        [
            np.bincount(column[is_rated], minlength=q) / n_g
            for column, is_rated, n_g in zip(table.codes.T, rated.T, n_rated, strict=True)
        ]
    )
    # Disagreement of a rating of category k by rater g with the chance ratings of all others.
    with_others = (own.sum(axis=0) - own) @ delta / (r - 1)
    expected = (own * with_others).sum(axis=1)
    each = np.where(rated, with_others[np.arange(r), table.codes] - expected, 0.0)
    influence = 2.0 / r * (each * (n / n_rated)).sum(axis=1)
    return Expected(float(expected.mean()), influence)


def fleiss_scott(table: RatingTable, delta: Floats) -> Expected:
    """Chance from the shares of all raters together: Scott for two raters, Fleiss for more.

    References
    ----------
    Scott WA (1955). Public Opinion Quarterly 19:321-325.
    Fleiss JL (1971). Psychological Bulletin 76:378-382.
    """
    shares = _shares(table)
    pooled = shares.mean(axis=0)
    towards = delta @ pooled
    expected = float(pooled @ towards)
    return Expected(expected, 2.0 * (shares @ towards - expected))


def brennan_prediger(table: RatingTable, delta: Floats) -> Expected:
    """Chance that takes all categories alike; with two of them the coefficient is PABAK.

    References
    ----------
    Brennan RL, Prediger DJ (1981). Educational and Psychological Measurement 41:687-699.
    Byrt T, Bishop J, Carlin JB (1993). Journal of Clinical Epidemiology 46:423-429.
    """
    return Expected(float(delta.mean()), np.zeros(table.codes.shape[0]))


def gwet(table: RatingTable, delta: Floats) -> Expected:
    """Chance from the records that are hard to rate: AC1, with weights AC2. For q >= 2.

    References
    ----------
    Gwet KL (2008). British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    q = len(table.categories)
    shares = _shares(table)
    pooled = shares.mean(axis=0)
    weight = float((1.0 - delta).sum()) / (q * (q - 1))
    spread = float(pooled @ (1.0 - pooled))
    influence = -2.0 * weight * (shares @ (1.0 - pooled) - spread)
    return Expected(1.0 - weight * spread, influence)


def _shares(table: RatingTable) -> Floats:
    """Return the share of each category among each record's ratings; shape (n, q)."""
    return np.asarray(table.counts / table.ratings_per_record[:, None])


CHANCE: dict[str, Callable[[RatingTable, Floats], Expected]] = {
    "cohen_kappa": cohen_conger,
    "fleiss_kappa": fleiss_scott,
    "brennan_prediger": brennan_prediger,
    "gwet_ac": gwet,
}
