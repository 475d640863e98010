"""tau2 of many models at once, whatever their profile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_quantile
from whatworks.statistics.global_search import falling_roots, ml_score, q_equation, reml_score
from whatworks.statistics.profiles import Profile

__all__ = ["CLOSED_METHODS", "SEARCHED_METHODS", "tau2_of_many"]

Floats = npt.NDArray[np.float64]

SEARCHED_METHODS = ("REML", "ML", "PM", "EB", "PMM")
CLOSED_METHODS = ("EE", "DL", "HS", "HSk")


def tau2_of_many(profile: Profile, method: str, k: Floats) -> Floats:
    """Return tau2 of each model, (G,).

    Likelihoods are maximised globally, ties going to the smaller value, as by `random_effects`.

    Parameters
    ----------
    profile : Profile
        G models with more studies than coefficients.
    method : str
        One of `SEARCHED_METHODS` or `CLOSED_METHODS`.
    k : array, shape (G,)
        Number of studies of each.
    """
    df = profile.residual_df.astype(np.float64)
    if method in ("PM", "EB", "PMM"):
        target = chi2_quantile(0.5, df) if method == "PMM" else df
        return falling_roots(profile, q_equation, target).t
    if method in CLOSED_METHODS:
        return _closed(profile, method, k, df)
    is_restricted = method == "REML"
    found = falling_roots(profile, reml_score if is_restricted else ml_score, df)
    if found.model.size == df.size:
        return found.t
    height = profile.take(found.model).log_likelihood(found.t, restricted=is_restricted)
    order = np.lexsort((found.t, -height, found.model))
    return found.t[order[np.unique(found.model[order], return_index=True)[1]]]


def _closed(profile: Profile, method: str, k: Floats, df: Floats) -> Floats:
    """Return DerSimonian-Laird's estimate, or Hunter-Schmidt's; 0 for equal effects."""
    if method == "EE":
        return np.zeros(df.size)
    sums = profile.moments(np.zeros((1, df.size)))
    if method == "DL":
        return np.asarray(np.maximum(0.0, (sums.q[0] - df) / sums.trace_p[0]))
    factor = k / df if method == "HSk" else 1.0
    return np.asarray(np.maximum(0.0, (factor * sums.q[0] - k) / sums.trace_w[0]))
