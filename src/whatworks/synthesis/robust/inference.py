"""Tests of single coefficients: degrees of freedom by Satterthwaite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.robust.sandwich import Sandwich

__all__ = ["covariance_of_variances", "known_share", "satterthwaite_df", "standard_errors"]

Floats = npt.NDArray[np.float64]

# Expected robust variance below this share of the model's is rounding: there is none.
NONE_EXPECTED = 1e-12


def satterthwaite_df(parts: Sandwich, contrasts: Floats) -> Floats:
    """Return 2 E(V)^2 / Var(V) of each contrast's robust variance under the working model.

    Parameters
    ----------
    parts : Sandwich
        Parts of p coefficients.
    contrasts : array, shape (m, p)
        One contrast a row.

    Returns
    -------
    array, shape (m,)
        NaN for a contrast that rests on one cluster alone.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018), section 3.1.
    """
    df = np.full(contrasts.shape[0], np.nan)
    for i, c in enumerate(contrasts):
        if known_share(parts, c[None, :]) > 0.0:
            expected, covariance = covariance_of_variances(parts, c[None, :])
            df[i] = 2.0 * expected[0, 0] ** 2 / covariance[0, 0, 0, 0]
    return df


def standard_errors(parts: Sandwich) -> Floats:
    """Return robust standard errors, (p,); NaN for a coefficient that one cluster alone tells."""
    p = parts.bread.shape[0]
    is_known = np.array([known_share(parts, c[None, :]) > 0.0 for c in np.eye(p)])
    return np.sqrt(np.where(is_known, np.diagonal(parts.vcov), np.nan))


def known_share(parts: Sandwich, contrasts: Floats) -> float:
    """Return how much of the contrasts' variance residuals tell of: 0 where they tell nothing.

    The smallest ratio of the expectation of C V C' under the working model to C B C', over all
    directions; about 1 with many clusters. A contrast that one cluster alone determines fits that
    cluster perfectly, and no residual is left to tell its error.

    Parameters
    ----------
    contrasts : array, shape (m, p)
        C, of full row rank.
    """
    g = parts.cross @ contrasts.T
    expected = contrasts @ parts.own.sum(axis=0) @ contrasts.T - np.tensordot(
        g, g, axes=((0, 1), (0, 1))
    )
    half = np.linalg.inv(np.linalg.cholesky(contrasts @ parts.bread @ contrasts.T))
    smallest = float(np.linalg.eigvalsh(half @ expected @ half.T)[0])
    return smallest if smallest > NONE_EXPECTED else 0.0


def covariance_of_variances(parts: Sandwich, contrasts: Floats) -> tuple[Floats, Floats]:
    """Return expectation and covariance of the robust covariance of contrasts, C V C'.

    With P_ij^st = q_i^s'(M - XBX')_ij q_j^t = [i = j] d_i^st - f_i^s'B f_j^t the covariance of
    entries (s, t) and (u, v) is the sum over clusters i, j of P_ij^su P_ij^tv + P_ij^sv P_ij^tu.

    Parameters
    ----------
    contrasts : array, shape (m, p)
        C.

    Returns
    -------
    expected : array, shape (m, m)
    covariance : array, shape (m, m, m, m)
    """
    m = contrasts.shape[0]
    own = contrasts @ parts.own @ contrasts.T
    # g_j^s = R'f_j^s, so that f_i'B f_j = g_i'g_j; shape (J, p, m).
    g = parts.cross @ contrasts.T
    between = np.swapaxes(g, 1, 2) @ g
    expected = (own - between).sum(axis=0)
    # Sum over clusters of g^s g^t', (m, m, p, p).
    products = np.einsum("jas,jbt->stab", g, g, optimize=True)
    pairs = np.empty((m, m, m, m))
    for s in range(m):
        for t in range(m):
            for u in range(m):
                for v in range(m):
                    # Sum over i, j of P_ij^su P_ij^tv.
                    a, b = own[:, s, u], own[:, t, v]
                    pairs[s, t, u, v] = (
                        a @ b
                        - a @ between[:, t, v]
                        - b @ between[:, s, u]
                        + float((products[s, t] * products[u, v]).sum())
                    )
    return expected, pairs + np.swapaxes(pairs, 2, 3)
