"""Upper tail of a sum of weighted chi-squared variables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_upper_tail

__all__ = ["quadratic_form_tail"]

Floats = npt.NDArray[np.float64]

SMALLEST_REST = 1e-15
MOST_TERMS = 10_000


def quadratic_form_tail(x: float, weights: Floats) -> float:
    """Return P(sum of weights_i chi2_1 > x), all weights above 0.

    Exact to about 1e-13: by a mixture of chi-squared distributions where its terms are few, else by
    inversion of the characteristic function.

    References
    ----------
    Ruben H (1962). Annals of Mathematical Statistics 33:542-570.
    Imhof JP (1961). Biometrika 48:419-426.
    Farebrother RW (1984). Applied Statistics 33:332-339 (algorithm AS 204).
    """
    if x <= 0.0:
        return 1.0
    found = _by_mixture(x, weights)
    return _by_inversion(x, weights) if found is None else found


def _by_mixture(x: float, weights: Floats) -> float | None:
    """Ruben's mixture, whose terms are positive and sum to 1; None where they are too many."""
    beta = float(weights.min())
    ratio = 1.0 - beta / weights
    powers = np.ones(weights.size)
    sums = np.empty(MOST_TERMS)
    terms = np.empty(MOST_TERMS + 1)
    terms[0] = np.exp(0.5 * np.log(beta / weights).sum())
    left, m = 1.0 - terms[0], 0
    while left > SMALLEST_REST and m < MOST_TERMS:
        powers *= ratio
        sums[m] = powers.sum()
        m += 1
        terms[m] = sums[:m][::-1] @ terms[:m] / (2.0 * m)
        left -= terms[m]
    if left > 1e-9:
        return None
    tails = chi2_upper_tail(x / beta, weights.size + 2.0 * np.arange(m + 1))
    return float(terms[: m + 1] @ tails)


def _by_inversion(x: float, weights: Floats) -> float:
    """Imhof's inversion of the characteristic function, by quadrature."""
    from scipy.integrate import quad

    scaled, at = weights / weights.max(), x / weights.max()

    def integrand(u: float) -> float:
        angle = 0.5 * (np.arctan(scaled * u).sum() - at * u)
        size = np.exp(0.25 * np.log1p((scaled * u) ** 2).sum())
        return float(np.sin(angle) / (u * size)) if u > 0.0 else 0.5 * (scaled.sum() - at)

    # Beyond this the integrand is below 1e-14 of its height.
    end = 1.0
    while 0.25 * np.log1p((scaled * end) ** 2).sum() < 33.0 and end < 1e8:
        end *= 2.0
    edges = np.concatenate(([0.0], np.geomspace(end / 2.0**12, end, 13)))
    parts = [
        quad(integrand, low, high, epsabs=1e-13, epsrel=1e-12, limit=500)[0]
        for low, high in pairwise(edges.tolist())
    ]
    return float(np.clip(0.5 + sum(parts) / np.pi, 0.0, 1.0))
