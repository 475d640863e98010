"""Moment estimates of the variances of robust meta-regression.

Quadratic forms of the residuals of a first fit are set to their expectations; no likelihood, no
iteration. With B = (X'WX)^-1 and S the covariance of the effects, E(r'Ar) = tr(A (I - XBX'W) S
(I - XBX'W)'), written out so that sums over studies are all that is needed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.design import Design

__all__ = ["correlated_tau2", "hierarchical_variances", "regress"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def regress(y: Floats, x: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Return coefficients, (X'WX)^-1 and residuals."""
    bread = np.asarray(np.linalg.inv(x.T @ (w[:, None] * x)), dtype=np.float64)
    b = bread @ (x.T @ (w * y))
    return b, bread, y - x @ b


def _study_products(x: Floats, codes: Ints, *weights: Floats) -> Floats:
    """Return the sum over studies of (X'a)(X'b)' for weights a and b, (p, p)."""
    m = int(codes.max()) + 1
    sums = [
        np.stack([np.bincount(codes, w * column, minlength=m) for column in x.T], axis=1)
        for w in weights
    ]
    return np.asarray(sums[0].T @ sums[-1])


def correlated_tau2(
    y: Floats, design: Design, codes: Ints, w: Floats, rho: float
) -> tuple[float, float]:
    """Return tau2 and I2 of the correlated-effects model.

    E(Q) = tr(W S) - tr(B X'W S W X) with B = (X'WX)^-1, S = tau2 J + mean v ((1 - rho) I + rho J)
    within each study, J all ones, and W = 1/(n_j mean v_j).
    """
    x = design.matrix
    bread, left = regress(y, x, w)[1:]
    q = float(w @ left**2)
    sizes = np.bincount(codes)
    share = w / sizes[codes]
    alone = x.T @ (share[:, None] * x)
    shared = _study_products(x, codes, share, np.ones_like(w))
    without_tau2 = sizes.size - float(np.trace(bread @ ((1.0 - rho) * alone + rho * shared)))
    slope = float(w.sum()) - float(np.trace(bread @ _study_products(x, codes, w, w)))
    excess = q - without_tau2
    return max(0.0, excess / slope), max(0.0, 100.0 * excess / q) if q > 0.0 else 0.0


def hierarchical_variances(
    y: Floats, v: Floats, design: Design, codes: Ints
) -> tuple[float, float]:
    """Return tau2 and omega2 of the hierarchical model.

    Two quadratic forms of the residuals of a fit with weights 1/v are set to their expectations
    under S = V + omega2 I + tau2 J: the weighted sum of squares, and the sum over studies of the
    squared sum of residuals.
    """
    x = design.matrix
    w, ones = 1.0 / v, np.ones_like(v)
    bread, left = regress(y, x, w)[1:]
    sizes = np.bincount(codes).astype(np.float64)
    weighted = float(w @ left**2)
    summed = float((np.bincount(codes, left) ** 2).sum())
    by_w2 = x.T @ ((w**2)[:, None] * x)
    by_wjw = _study_products(x, codes, w, w)
    by_j = _study_products(x, codes, ones, ones)
    spread = bread @ by_j @ bread
    # Expectation of each form: constant, times omega2, times tau2.
    first = (
        float(y.size - x.shape[1]),
        float(w.sum() - np.trace(bread @ by_w2)),
        float(w.sum() - np.trace(bread @ by_wjw)),
    )
    second = (
        float(v.sum() - np.trace(bread @ by_j)),
        float(
            y.size
            - 2.0 * np.trace(bread @ _study_products(x, codes, w, ones))
            + np.trace(spread @ by_w2)
        ),
        float(
            (sizes**2).sum()
            - 2.0 * np.trace(bread @ _study_products(x, codes, w * sizes[codes], ones))
            + np.trace(spread @ by_wjw)
        ),
    )
    rest_1, rest_2 = weighted - first[0], summed - second[0]
    det = second[1] * first[2] - first[1] * second[2]
    omega2 = max(0.0, (first[2] * rest_2 - second[2] * rest_1) / det) if det != 0.0 else 0.0
    return max(0.0, (rest_1 - first[1] * omega2) / first[2]), omega2
