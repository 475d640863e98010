"""Slow and obvious cluster-robust inference from whole matrices: the judge of the fast one.

Every definition is written as in Pustejovsky and Tipton (2018), with k x k matrices.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class DenseRobust(NamedTuple):
    """Robust covariance (p, p), Satterthwaite df (p,), weights K of each coefficient's part."""

    vcov: Floats
    df: Floats
    k_matrices: list[Floats]
    noise: Floats


def dense_robust(x: Floats, y: Floats, m: Floats, clusters: Ints, kind: str) -> DenseRobust:
    """Return robust inference of generalised least squares with covariance m."""
    w = np.linalg.inv(m)
    bread = np.linalg.inv(x.T @ w @ x)
    e = y - x @ bread @ x.T @ w @ y
    parts = []
    for j in range(int(clusters.max()) + 1):
        at = np.flatnonzero(clusters == j)
        inside = np.ix_(at, at)
        a = adjustment_matrix(x, w, m, bread, at, kind, int(clusters.max()) + 1)
        whole = np.zeros((y.size, x.shape[1]))
        whole[at] = (
            a.T @ w[inside] @ x[at] @ bread if kind == "CR3" else a @ w[inside] @ x[at] @ bread
        )
        parts.append(whole)
    vcov = sum((np.outer(k.T @ e, k.T @ e) for k in parts), np.zeros(bread.shape))
    noise = m - x @ bread @ x.T
    df = np.empty(x.shape[1])
    for c in range(x.shape[1]):
        columns = np.stack([k[:, c] for k in parts], axis=1)
        p = columns.T @ noise @ columns
        df[c] = np.trace(p) ** 2 / (p**2).sum()
    return DenseRobust(vcov, df, parts, noise)


def adjustment_matrix(
    x: Floats, w: Floats, m: Floats, bread: Floats, at: Ints, kind: str, n_clusters: int
) -> Floats:
    """Return A_j of a cluster, (n, n)."""
    k, p = x.shape
    inside = np.ix_(at, at)
    identity = np.eye(at.size)
    if kind == "CR2":
        d = np.linalg.cholesky(m[inside]).T
        values, vectors = np.linalg.eigh(
            d @ (m[inside] - x[at] @ bread @ x[at].T) @ d.T,
        )
        return np.asarray(d.T @ (vectors / np.sqrt(values)) @ vectors.T @ d)
    if kind == "CR3":
        return np.asarray(np.linalg.inv(identity - x[at] @ bread @ x[at].T @ w[inside]))
    factor = {
        "CR0": 1.0,
        "CR1": n_clusters / (n_clusters - 1),
        "CR1p": n_clusters / (n_clusters - p),
        "CR1S": n_clusters * (k - 1) / ((n_clusters - 1) * (k - p)),
    }[kind]
    return np.sqrt(factor) * identity


def dense_htz(found: DenseRobust, contrasts: Floats) -> float:
    """Return eta of Hotelling's test: q (q + 1) over the total variance of the standardised V."""
    q = contrasts.shape[0]
    weights = [k @ contrasts.T for k in found.k_matrices]
    expected = sum((a.T @ found.noise @ a for a in weights), np.zeros((q, q)))
    values, vectors = np.linalg.eigh(expected)
    root = vectors / np.sqrt(values) @ vectors.T
    weights = [a @ root for a in weights]
    total = 0.0
    for s, t in product(range(q), repeat=2):
        for a, b in product(weights, repeat=2):
            total += float(a[:, s] @ found.noise @ b[:, s] * (a[:, t] @ found.noise @ b[:, t]))
            total += float(a[:, s] @ found.noise @ b[:, t] * (a[:, t] @ found.noise @ b[:, s]))
    return q * (q + 1) / total
