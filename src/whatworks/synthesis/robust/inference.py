"""Tests of single coefficients: degrees of freedom by Satterthwaite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.robust.sandwich import Sandwich

__all__ = ["covariance_of_variances", "satterthwaite_df"]

Floats = npt.NDArray[np.float64]


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
        NaN for a coefficient that rests on one cluster alone.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018), section 3.1.
    """
    df = np.empty(contrasts.shape[0])
    for i, c in enumerate(contrasts):
        expected, covariance = covariance_of_variances(parts, c[None, :])
        spread = covariance[0, 0, 0, 0]
        df[i] = 2.0 * expected[0, 0] ** 2 / spread if spread > 0.0 else np.nan
    return df


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
    root = np.linalg.cholesky(parts.bread)
    # g_j^s = R'f_j^s, so that f_i'B f_j = g_i'g_j; shape (J, p, m).
    g = root.T @ (parts.cross @ contrasts.T)
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
