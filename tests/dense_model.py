"""A slow and obvious model of the shape `FittedModel`: whole matrices, a general optimiser.

It judges what the fast models and the diagnostics say. M = V + sum over levels of
sigma2 ZZ', fitted by (restricted) maximum likelihood, or at given variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.design import Design, design_of
from whatworks.synthesis.model import FittedModel, VarianceComponent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DenseModel:
    """See the module; `groups` holds the codes of each level, `sigma2` its variance."""

    yi: Floats
    v: Floats
    design: Design
    groups: tuple[Ints, ...]
    sigma2: Floats
    coefficients: Floats
    vcov: Floats
    log_likelihood: float
    method: str
    test: str
    is_given: bool
    level: float = 0.95
    notes: tuple[str, ...] = field(default=())

    @property
    def vi(self) -> Floats:
        return np.diagonal(self.v)

    @property
    def coefficient_df(self) -> Floats:
        df = np.inf if self.test == "z" else float(self.design.k - self.design.p)
        return np.full(self.design.p, df)

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        return tuple(
            VarianceComponent(f"sigma2 {i}", str(i), "variance", float(s), None, int(g.max()) + 1)
            for i, (g, s) in enumerate(zip(self.groups, self.sigma2, strict=True))
        )

    @property
    def clusters(self) -> Ints:
        shared = sum((_same(g) for g in self.groups), np.zeros(self.v.shape))
        linked = (self.v != 0.0) | (shared > 0.0)
        return first_appearance_codes(connected_components(linked, directed=False)[1])

    @property
    def cluster_labels(self) -> tuple[str, ...]:
        return tuple(f"c{i}" for i in range(int(self.clusters.max()) + 1))

    def matrix(self) -> Floats:
        return _marginal(self.v, self.groups, self.sigma2)

    def marginal_covariance(self) -> DenseBlocks:
        return DenseBlocks.from_matrix(self.matrix(), self.clusters)

    def sampling_covariance(self) -> DenseBlocks:
        return DenseBlocks.from_matrix(self.v, self.clusters)

    def prediction_variance(self) -> float | None:
        return float(self.sigma2.sum())

    def marginal_covariance_under(self, other: FittedModel) -> DenseBlocks:
        values = np.array([c.estimate for c in other.components])
        return DenseBlocks.from_matrix(_marginal(self.v, self.groups, values), self.clusters)

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        rows = np.arange(self.yi.size) if rows is None else rows
        y = self.yi if yi is None else yi
        return self._again(
            y[rows],
            self.v[np.ix_(rows, rows)],
            self.design.rows(rows),
            tuple(first_appearance_codes(g[rows]) for g in self.groups),
        )

    def with_columns(self, matrix: Floats) -> Self:
        design = Design(matrix, self.design.names, self.design.terms)
        return self._again(self.yi, self.v, design, self.groups)

    def _again(self, y: Floats, v: Floats, design: Design, groups: tuple[Ints, ...]) -> Self:
        given = self.sigma2 if self.is_given else None
        return dense_model(  # type: ignore[return-value]
            y, v, design.matrix, groups, method=self.method, test=self.test, given=given
        )


def dense_model(
    y: npt.ArrayLike,
    v: npt.ArrayLike,
    mods: npt.ArrayLike | None = None,
    groups: Sequence[npt.ArrayLike] = (),
    *,
    method: str = "REML",
    test: str = "z",
    given: npt.ArrayLike | None = None,
) -> DenseModel:
    """Fit; `v` is a matrix or variances, `given` the variances where they are not estimated."""
    yi = np.asarray(y, dtype=np.float64)
    matrix = np.diag(np.asarray(v)) if np.ndim(v) == 1 else np.asarray(v, dtype=np.float64)
    design = design_of(mods, None, yi.size)
    if design.k < design.p + (1 if groups and given is None else 0):
        raise UserError("Too few effects for this model.")
    codes = tuple(first_appearance_codes(g) for g in groups)

    def negative(log_sigma: Floats) -> float:
        return -_solve(yi, _marginal(matrix, codes, np.exp(2 * log_sigma)), design, method)[2]

    if given is not None or not codes:
        sigma2 = np.asarray(given if given is not None else [], dtype=np.float64)
    else:
        spread = np.log(np.std(yi) + 1e-3)
        starts = [spread + np.full(len(codes), shift) for shift in (0.0, -1.5, -4.0)]
        best = min(
            (
                minimize(
                    negative,
                    s,
                    method="Nelder-Mead",
                    options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000},
                )
                for s in starts
            ),
            key=lambda found: float(found.fun),
        )
        sigma2 = np.exp(2 * np.asarray(best.x))
        for i in range(sigma2.size):
            without = sigma2.copy()
            without[i] = 0.0
            height = _solve(yi, _marginal(matrix, codes, without), design, method)[2]
            if height >= -best.fun - 1e-9:
                sigma2 = without
    b, vcov, height = _solve(yi, _marginal(matrix, codes, sigma2), design, method)
    if test == "knha":
        inverse = np.linalg.inv(_marginal(matrix, codes, sigma2))
        r = yi - design.matrix @ b
        vcov = vcov * (r @ inverse @ r) / (design.k - design.p)
    return DenseModel(
        yi, matrix, design, codes, sigma2, b, vcov, height, method, test, given is not None
    )


def _same(codes: Ints) -> Floats:
    return (codes[:, None] == codes[None, :]).astype(np.float64)


def _marginal(v: Floats, groups: tuple[Ints, ...], sigma2: Floats) -> Floats:
    return v + sum((s * _same(g) for g, s in zip(groups, sigma2, strict=True)), np.zeros(v.shape))


def _solve(y: Floats, m: Floats, design: Design, method: str) -> tuple[Floats, Floats, float]:
    x = design.matrix
    inverse = np.linalg.inv(m)
    information = x.T @ inverse @ x
    b = np.linalg.solve(information, x.T @ inverse @ y)
    r = y - x @ b
    value = -0.5 * (y.size * np.log(2 * np.pi) + np.linalg.slogdet(m)[1] + r @ inverse @ r)
    if method == "REML":
        value += 0.5 * (
            x.shape[1] * np.log(2 * np.pi)
            + np.linalg.slogdet(x.T @ x)[1]
            - np.linalg.slogdet(information)[1]
        )
    return b, np.linalg.inv(information), float(value)
