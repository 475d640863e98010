"""The fast path of refits with moderators: many subsets, or many designs, at once."""

from __future__ import annotations

from typing import NamedTuple, TypeGuard

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.diagnostics.many_regressions import ManyRegressions
from whatworks.synthesis.diagnostics.tau2_of_many import (
    CLOSED_METHODS,
    SEARCHED_METHODS,
    tau2_of_many,
)
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.regression.result import MetaRegression

__all__ = ["FittedRegressions", "fit_designs", "fit_subsets", "is_regression"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Weights and columns taken together: temporaries of 8 MB.
BATCH = 1 << 20
# Columns, orthonormal over all studies, that keep less than this in a subset go the slow way,
# which tells whether they are lost.
ALL_BUT_LOST = 1e-6
SAME = 1e-6


class FittedRegressions(NamedTuple):
    """Results of G models: (G, p), (G, p, p) with the Knapp-Hartung factor, and (G,).

    Infinite `df`: normal. `is_fitted` is False where a model must go the slow way.
    """

    coefficients: Floats
    vcov: Floats
    df: Floats
    tau2: Floats
    typical_variance: Floats
    q: Floats
    log_likelihood: Floats
    is_fitted: Bools


def is_regression(fit: FittedModel) -> TypeGuard[MetaRegression]:
    """Tell whether the batch fits this model: the one place that asks for its type.

    A model may hold more than its method says (weights of its own, a given tau2), so that the
    batch is trusted only where it repeats the fit.
    """
    if not isinstance(fit, MetaRegression) or fit.method not in SEARCHED_METHODS + CLOSED_METHODS:
        return False
    again = fit_subsets(fit, np.ones((1, fit.k), dtype=bool))
    size = np.sqrt(np.diagonal(fit.vcov))
    return (
        bool(again.is_fitted[0])
        and bool((np.abs(again.coefficients[0] - fit.coefficients) <= SAME * size).all())
        and np.allclose(again.vcov[0], fit.vcov, rtol=SAME, atol=SAME * float(size.max()) ** 2)
    )


def fit_subsets(fit: MetaRegression, holds: Bools) -> FittedRegressions:
    """Fit a model to many subsets of its effects, (G, k)."""
    q, r = np.linalg.qr(fit.design.matrix)
    step = max(1, BATCH // fit.k)
    parts = [
        _fit(fit, np.ascontiguousarray(q), r, holds[i : i + step])
        for i in range(0, holds.shape[0], step)
    ]
    return _joined(parts)


def fit_designs(fit: MetaRegression, designs: Floats) -> FittedRegressions:
    """Fit a model with many other designs, (G, k, p)."""
    g, k, p = designs.shape
    step = max(1, BATCH // (k * (p * p + p + 2)))
    parts = []
    for i in range(0, g, step):
        q, r = np.linalg.qr(designs[i : i + step])
        parts.append(_fit(fit, q, r, np.ones(q.shape[:2], dtype=bool)))
    return _joined(parts)


def _joined(parts: list[FittedRegressions]) -> FittedRegressions:
    return FittedRegressions(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit(fit: MetaRegression, q: Floats, r: Floats, holds: Bools) -> FittedRegressions:
    """Fit models whose columns are QR: Q of shape (k, p) or (G, k, p), R to match."""
    g, p = holds.shape[0], q.shape[-1]
    found = _nothing(g, p)
    inside = np.swapaxes(np.where(holds[..., None], q, 0.0), 1, 2) @ q
    lengths = np.abs(np.diagonal(r, axis1=-2, axis2=-1)) / np.sqrt((r**2).sum(axis=-2))
    found.is_fitted[:] = (
        (np.linalg.eigvalsh(inside)[:, 0] > ALL_BUT_LOST)
        & (lengths.min(axis=-1) > ALL_BUT_LOST)
        & (holds.sum(axis=1) > p)
    )
    at = np.flatnonzero(found.is_fitted)
    if at.size == 0:
        return found
    if q.ndim == 3:
        q, r = q[at], r[at]
    unit = float(np.exp2(np.round(0.25 * (np.log2(fit.vi.min()) + np.log2(fit.vi.max())))))
    base = np.swapaxes(q, -1, -2) @ fit.yi
    left = (fit.yi - (q @ base[..., None])[..., 0]) / unit
    profile = ManyRegressions(left, fit.vi / unit**2, q, holds[at])
    df = profile.residual_df.astype(np.float64)
    tau2 = tau2_of_many(profile, fit.method, profile.k.astype(np.float64))
    solved, at_zero = profile.solutions(tau2), profile.moments(np.zeros((1, at.size)))
    dispersion = np.ones(at.size)
    if fit.test in ("knha", "adhoc"):
        dispersion = solved.q / df
    if fit.test == "adhoc":
        dispersion = np.maximum(1.0, dispersion)
    back = np.broadcast_to(np.linalg.inv(r), (at.size, p, p))
    height = profile.log_likelihood(tau2, restricted=fit.method == "REML")
    counted = df if fit.method == "REML" else profile.k
    found.coefficients[at] = np.einsum("gpq,gq->gp", back, base + unit * solved.beta)
    spread = unit**2 * dispersion[:, None, None] * solved.bread
    found.vcov[at] = back @ spread @ np.swapaxes(back, 1, 2)
    found.df[at] = np.inf if fit.test == "z" else df
    found.tau2[at] = unit**2 * tau2
    found.typical_variance[at] = unit**2 * df / at_zero.trace_p[0]
    found.q[at] = np.maximum(0.0, at_zero.q[0])
    found.log_likelihood[at] = height - counted * np.log(unit)
    return found


def _nothing(g: int, p: int) -> FittedRegressions:
    def missing(*shape: int) -> Floats:
        return np.full((g, *shape), np.nan)

    return FittedRegressions(
        coefficients=missing(p),
        vcov=missing(p, p),
        df=missing(),
        tau2=missing(),
        typical_variance=missing(),
        q=missing(),
        log_likelihood=missing(),
        is_fitted=np.zeros(g, dtype=bool),
    )
