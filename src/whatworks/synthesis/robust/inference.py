"""Tests of single coefficients: degrees of freedom by Satterthwaite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import block_stacks
from whatworks.synthesis.robust.sandwich import Sandwich

__all__ = [
    "covariance_of_variances",
    "expected_shares",
    "known_share",
    "satterthwaite_df",
    "standard_errors",
]

Floats = npt.NDArray[np.float64]

# Expected robust variance below this share of the model's is rounding: there is none.
NONE_EXPECTED = 1e-12
# Numbers of one temporary.
ELEMENTS = 4_000_000
EPSILON = float(np.finfo(np.float64).eps)


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
    spread = np.einsum("ip,pq,iq->i", contrasts, parts.bread, contrasts, optimize=True)
    step = max(1, ELEMENTS // parts.weights.shape[0])
    for first in range(0, contrasts.shape[0], step):
        some = contrasts[first : first + step]
        weights = parts.weights @ some.T
        own, between = _own_and_between(parts, some)
        expected = (own - between).sum(axis=0)
        for i, share in enumerate((expected / spread[first : first + step]).tolist()):
            if share > NONE_EXPECTED:
                pairs = _squares(parts, weights[:, i], between[:, i])
                total = float(own[:, i] @ own[:, i] - 2.0 * own[:, i] @ between[:, i]) + pairs
                df[first + i] = float(expected[i]) ** 2 / total
    return df


def _own_and_between(parts: Sandwich, contrasts: Floats) -> tuple[Floats, Floats]:
    """Return d_j and f_j'B f_j of each cluster for single contrasts, each (J, m)."""
    n_clusters, p = parts.scores.shape
    weights = parts.weights @ contrasts.T
    products = weights * (parts.m_weights @ contrasts.T)
    own, between = np.empty((2, n_clusters, contrasts.shape[0]))
    for whole in block_stacks(parts.clusters):
        n = whole.shape[1]
        step = max(1, ELEMENTS // (n * max(n, contrasts.shape[0], p)))
        for i in range(0, whole.shape[0], step):
            rows = whole[i : i + step]
            at = parts.clusters[rows[:, 0]]
            u, w = parts.u[rows], weights[rows]
            own[at] = products[rows].sum(axis=1)
            # (U'w)'(U'w), through the smaller of UU' and U'w.
            if n < p:
                between[at] = (w * ((u @ np.swapaxes(u, 1, 2)) @ w)).sum(axis=1)
            else:
                between[at] = ((np.swapaxes(u, 1, 2) @ w) ** 2).sum(axis=1)
    return own, between


def _squares(parts: Sandwich, weights: Floats, between: Floats) -> float:
    """Return the sum over clusters i, j of (f_i'B f_j)^2 for the weights of one contrast, (k,).

    A cluster that the contrast does not touch (another level of a factor) is left out: no term is
    above the product of the two clusters' own.
    """
    order = np.argsort(between, kind="stable")
    is_nothing = np.cumsum(between[order]) <= 0.1 * EPSILON * between.sum() / between.size
    is_touched = np.ones(between.size, dtype=np.bool_)
    is_touched[order[is_nothing]] = False
    rows = np.flatnonzero(is_touched[parts.clusters])
    rows = rows[np.argsort(parts.clusters[rows], kind="stable")]
    if rows.size == 0:
        return 0.0
    starts = np.flatnonzero(np.diff(parts.clusters[rows], prepend=-1))
    # f_j'B f_i = g_j'g_i; the smaller of the two products of G with its transpose has the squares.
    g = np.add.reduceat(parts.u[rows] * weights[rows, None], starts, axis=0)
    products = g @ g.T if g.shape[0] < g.shape[1] else g.T @ g
    return float((products**2).sum())


def standard_errors(parts: Sandwich) -> Floats:
    """Return robust standard errors, (p,); NaN for a coefficient that one cluster alone tells."""
    is_known = expected_shares(parts, np.eye(parts.bread.shape[0])) > 0.0
    return np.sqrt(np.where(is_known, np.diagonal(parts.vcov), np.nan))


def expected_shares(parts: Sandwich, contrasts: Floats) -> Floats:
    """Return the expected robust variance of single contrasts as a share of the model's, (m,).

    The expectation is that under the working model. CR2 and CR3 reach 1 or more unless a cluster
    fits a coefficient perfectly; a contrast that such clusters decide has a share far below. 0:
    residuals tell nothing of the contrast (or it is 0).

    Parameters
    ----------
    contrasts : array, shape (m, p)
        One contrast a row.
    """
    own, between = _own_and_between(parts, contrasts)
    spread = np.einsum("ip,pq,iq->i", contrasts, parts.bread, contrasts, optimize=True)
    share = (own - between).sum(axis=0) / np.where(spread > 0.0, spread, np.inf)
    return np.where(share > NONE_EXPECTED, share, 0.0)


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
    m = contrasts.shape[0]
    left, right = parts.weights @ contrasts.T, parts.m_weights @ contrasts.T
    expected = left.T @ right
    for i in range(0, m, step := max(1, ELEMENTS // parts.u.size)):
        g = parts.cross(contrasts[i : i + step])
        for j in range(i, m, step):
            both = np.tensordot(g, parts.cross(contrasts[j : j + step]), axes=((0, 1), (0, 1)))
            expected[i : i + step, j : j + step] -= both
            if j > i:
                expected[j : j + step, i : i + step] -= both.T
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
    own = parts.own(contrasts)
    # g_j^s = R'f_j^s, so that f_i'B f_j = g_i'g_j; shape (J, p, m).
    g = parts.cross(contrasts)
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
