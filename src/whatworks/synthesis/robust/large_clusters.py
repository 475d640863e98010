"""CR2 of a cluster with many effects, in time and memory proportional to their number.

With M the cluster's covariance and F = M - UU' that of its residuals, the adjustment is the one
positive definite A with AFA = M, whatever root of M is taken: A = (MF)^(-1/2) M, the geometric mean
of M and F^-1. Where M is a diagonal plus a few shared directions a matrix function of it is not, but
its integral is made of solutions that are:

    x^(-1/2) = (2/pi) * integral over s of t/(x + t^2), t = exp(s).

The integrand is analytic within pi/2 of the real line, so that the trapezoidal rule with step h is
off by exp(-pi^2/h) of the value: rounding, for the step taken here. MF + t^2 = N - MUU' with
N = M^2 + t^2, and (M - it)^-1 = MN^-1 + itN^-1 is a diagonal plus the shared directions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.low_rank_blocks import LowRankBlocks

__all__ = ["LARGE", "large_adjustment"]

Floats = npt.NDArray[np.float64]

# Clusters of more effects than this take this way: a dense one of the size takes as long.
LARGE = 250
# exp(-pi^2/STEP) and exp(-TAIL) are below the rounding of a sum.
STEP = 0.26
TAIL = 37.0


def large_adjustment(block: LowRankBlocks, u: Floats, share: float, right: Floats) -> Floats:
    """Return A M^-1 times `right`, (n, m), for one cluster.

    Parameters
    ----------
    block : LowRankBlocks
        M, of one block of n effects.
    u : array, shape (n, p)
        Fixed part in a basis that is orthonormal under the inverse of the whole covariance.
    share : float
        Largest eigenvalue of U'M^-1U, below 1: the cluster's largest share of a coefficient.
    right : array, shape (n, m)
        M times what A is wanted of.

    References
    ----------
    Bhatia R (2007). Positive Definite Matrices, chapter 4 (the geometric mean: the one positive
    definite solution of AFA = M).
    Trefethen LN, Weideman JAC (2014). SIAM Review 56:385-458 (section 5 and theorem 5.1: the
    trapezoidal rule over the real line).
    """
    has_weight = block.weights > 0.0
    v, inverse_c = block.directions[has_weight], np.diag(1.0 / block.weights[has_weight])
    d, p = block.d, u.shape[1]
    # Eigenvalues of MF lie between these.
    low = float(d.min()) * np.sqrt(1.0 - share)
    high = float(d.max() + block.weights[has_weight] @ (v**2).sum(axis=1))
    b = np.ascontiguousarray(np.concatenate((u, right), axis=1).T)
    out = np.zeros((b.shape[0] - p, b.shape[1]))
    identity = np.eye(p)
    for s in np.arange(np.log(low) - TAIL, np.log(high) + TAIL, STEP).tolist():
        t = float(np.exp(s))
        of_u, by_n = _solved(d, v, inverse_c, t, b, p)
        inside = identity - of_u @ b[:p].T
        out += t * (by_n[p:] + (np.linalg.solve(inside.T, b[:p] @ by_n[p:].T)).T @ of_u)
    return np.asarray((2.0 * STEP / np.pi) * out.T)


def _solved(
    d: Floats, v: Floats, inverse_c: Floats, t: float, b: Floats, p: int
) -> tuple[Floats, Floats]:
    """Return MN^-1 of the first p rows of b and N^-1 of all: (M - it)^-1 b = MN^-1 b + it N^-1 b.

    Complex numbers are held as (x, y) for x + ity, so that y keeps its digits where t is small.
    """
    square = t * t
    ei = 1.0 / (d * d + square)
    er = d * ei
    bi, br = b * ei, b * er
    if v.shape[0] == 0:
        return br[:p], bi
    ver, vei = v * er, v * ei
    pr, pi = inverse_c + ver @ v.T, vei @ v.T
    turned = np.linalg.solve(pr, pi)
    kr = np.linalg.inv(pr + square * (pi @ turned))
    ki = -turned @ kr
    fr, fi = br @ v.T, bi @ v.T
    gr, gi = fr @ kr - square * (fi @ ki), fi @ kr + fr @ ki
    real = br[:p] - gr[:p] @ ver + square * (gi[:p] @ vei)
    return real, bi - gi @ ver - gr @ vei
