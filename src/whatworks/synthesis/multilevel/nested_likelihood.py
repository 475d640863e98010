"""Likelihood of effects within studies, in time and memory proportional to their number.

M_j = diag(d_i + omega2) + tau2 11' + rho s s' within study j. With W = M^-1 and
P = W - WX(X'WX)^-1 X'W the restricted score of a variance with derivative D is
(y'PDPy - tr PD)/2, the expected information tr(PDPD')/2 and the average information y'PDPD'Py/2;
the observed information is twice the average less the expected one (Johnson and Thompson 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.multilevel.problem import Problem

__all__ = ["NestedLikelihood", "nested_likelihood"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(eq=False)
class _Solved:
    """What a value of the variances gives; rows are in block order."""

    blocks: LowRankBlocks
    wq: Floats
    root: Floats
    g: Floats
    value: float

    @cached_property
    def u(self) -> Floats:
        """W Q times the inverse root of Q'WQ: UU' is what the coefficients take from W, (p, k)."""
        return np.asarray(np.linalg.inv(self.root) @ self.wq)

    @cached_property
    def one_w_one(self) -> Floats:
        """1'W1 of each study."""
        blocks = self.blocks
        e = 1.0 / blocks.d
        sums = [blocks.sum(e * u) for u in blocks.directions]
        out = sums[0].copy()
        for q, left in enumerate(sums):
            for r, right in enumerate(sums):
                out -= left * blocks.kernel[q, r] * right
        return out


class NestedLikelihood:
    """Log-likelihood profiled over the coefficients; a `SmoothFunction` of standard deviations.

    Parameters
    ----------
    problem : Problem
        What is fitted.
    labels : array of int, shape (k,)
        Study of each effect.
    tau, omega : int or None
        Which parameter is the standard deviation between studies, and between effects of one.
    """

    def __init__(self, problem: Problem, labels: Ints, tau: int | None, omega: int | None) -> None:
        self.problem = problem
        self.labels = labels
        self._tau, self._omega = tau, omega
        #: Which parameter is which; None: the model has no such variance.
        self.places: tuple[int | None, int | None] = (tau, omega)
        is_sorted = bool((labels[1:] >= labels[:-1]).all())
        order = slice(None) if is_sorted else np.argsort(labels, kind="stable")
        sampling = problem.sampling
        if isinstance(sampling, LowRankBlocks):
            self._d, rho = sampling.d[order], sampling.weights
            directions = [sampling.directions[0][order]]
        else:
            self._d, rho, directions = sampling.diagonal()[order], np.zeros(0), []
        ones = [] if tau is None else [np.ones(problem.k)]
        self._directions = np.array(ones + directions) if ones or directions else None
        self._rho = rho
        self._labels = labels[order]
        self._y = problem.y[order]
        self._q = np.ascontiguousarray(problem.q[order].T)
        self._cache: tuple[bytes, _Solved] | None = None

    def blocks(self, phi: Floats) -> LowRankBlocks:
        """Return the marginal covariance of the scaled effects, in block order."""
        omega2 = 0.0 if self._omega is None else float(phi[self._omega]) ** 2
        tau2 = [] if self._tau is None else [float(phi[self._tau]) ** 2]
        directions = self._directions
        weights = np.concatenate((tau2, self._rho))
        if directions is None:
            directions, weights = np.zeros((1, self._d.size)), np.zeros(1)
        return LowRankBlocks(self._d + omega2, directions, weights, self._labels)

    def _solve(self, phi: Floats) -> _Solved:
        key = phi.tobytes()
        if self._cache is not None and self._cache[0] == key:
            return self._cache[1]
        problem, blocks = self.problem, self.blocks(phi)
        wq = blocks.solve_rows(self._q)
        wy = blocks.solve_rows(self._y)
        xwx = self._q @ wq.T
        xwy = wq @ self._y
        root = np.asarray(np.linalg.cholesky(xwx), dtype=np.float64)
        beta = np.linalg.solve(xwx, xwy)
        value = -0.5 * (
            problem.k * LOG_2PI + blocks.log_determinant() + float(self._y @ wy) - float(xwy @ beta)
        )
        if problem.restricted:
            value += 0.5 * problem.p * LOG_2PI - float(np.log(np.diagonal(root)).sum())
        solved = _Solved(blocks, wq, root, wy - beta @ wq, value)
        self._cache = (key, solved)
        return solved

    def value(self, phi: Floats) -> float:
        """Return the log-likelihood, -inf where it is not defined."""
        with np.errstate(all="ignore"):
            try:
                value = self._solve(phi).value
            except np.linalg.LinAlgError:
                return -np.inf
        return value if np.isfinite(value) else -np.inf

    def gradient(self, phi: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its derivatives by the standard deviations."""
        solved = self._solve(phi)
        return solved.value, 2.0 * phi * self._score(solved)

    def _score(self, solved: _Solved) -> Floats:
        """Return derivatives by the variances, in the order of the parameters."""
        out = np.zeros(self.problem.n_parameters)
        blocks = solved.blocks
        u = solved.u
        if self._tau is not None:
            found = (blocks.sum(solved.g) ** 2).sum() - solved.one_w_one.sum()
            if self.problem.restricted:
                found += (blocks.sum(u) ** 2).sum()
            out[self._tau] = 0.5 * found
        if self._omega is not None:
            found = solved.g @ solved.g - blocks.trace_of_inverse()
            if self.problem.restricted:
                found += (u**2).sum()
            out[self._omega] = 0.5 * found
        return out

    def _trace_squared(self, blocks: LowRankBlocks) -> float:
        """Return tr WW."""
        e = 1.0 / blocks.d
        kernel, u = blocks.kernel, blocks.directions
        second = [[blocks.sum(e * e * a * b) for b in u] for a in u]
        third = [[blocks.sum(e**3 * a * b) for b in u] for a in u]
        total = float((e * e).sum())
        n = range(len(u))
        for q in n:
            for r in n:
                total -= 2.0 * float(kernel[q, r] @ third[r][q])
                for s in n:
                    for t in n:
                        term = kernel[q, r] * second[r][s] * kernel[s, t] * second[t][q]
                        total += float(term.sum())
        return total

    def hessian(self, phi: Floats) -> Floats:
        """Return second derivatives by the standard deviations, exact."""
        solved = self._solve(phi)
        by_variance = self._variance_hessian(solved)
        out = 4.0 * np.outer(phi, phi) * by_variance
        out[np.diag_indices_from(out)] += 2.0 * self._score(solved)
        return out

    def variance_hessian(self, phi: Floats) -> Floats:
        """Return second derivatives by the variances, (n, n)."""
        return self._variance_hessian(self._solve(phi))

    def _variance_hessian(self, solved: _Solved) -> Floats:
        """Return second derivatives by the variances: expected less twice average information."""
        blocks, u, g = solved.blocks, solved.u, solved.g
        labels = self._labels
        n = self.problem.n_parameters
        places = [
            (i, which) for i, which in ((self._tau, "t"), (self._omega, "o")) if i is not None
        ]

        def moved(which: str, x: Floats) -> Floats:
            return x if which == "o" else np.take(blocks.sum(x), labels, axis=-1)

        h = {which: moved(which, g) for _, which in places}
        du = {which: moved(which, u) for _, which in places}
        wh = {which: blocks.solve_rows(h[which]) for which in h}
        uh = {which: u @ h[which] for which in h}
        wdu = {which: blocks.solve_rows(du[which]) for which in du if self.problem.restricted}
        udu = {which: u @ du[which].T for which in wdu}
        average = np.zeros((n, n))
        expected = np.zeros((n, n))
        traces = self._information_traces(solved, {which for _, which in places})
        for i, a in places:
            for j, b in places:
                if j < i:
                    continue
                average[i, j] = average[j, i] = 0.5 * (h[a] @ wh[b] - uh[a] @ uh[b])
                value = traces[a + b if a + b in traces else b + a]
                if self.problem.restricted:
                    value -= 2.0 * float((du[a] * wdu[b]).sum())
                    value += float((udu[a] * udu[b]).sum())
                expected[i, j] = expected[j, i] = 0.5 * value
        return expected - 2.0 * average

    def _information_traces(self, solved: _Solved, present: set[str]) -> dict[str, float]:
        """Return tr(W D W D') for each pair of variances."""
        found: dict[str, float] = {}
        blocks = solved.blocks
        if "t" in present:
            found["tt"] = float((solved.one_w_one**2).sum())
        if "o" in present:
            found["oo"] = self._trace_squared(blocks)
        if len(present) == 2:
            w1 = blocks.solve_rows(np.ones(self._d.size))
            found["to"] = float(w1 @ w1)
        return found


def nested_likelihood(problem: Problem) -> NestedLikelihood | None:
    """Return the fast likelihood where the model has its form, else None.

    The form: at most one intercept per study and one per effect, sampling errors independent or
    with one shared direction within the same studies.
    """
    labels: Ints | None = None
    tau = omega = None
    for i, data in enumerate(problem.terms):
        if data.term.inner is not None:
            return None
        if data.n_units == problem.k:
            if omega is not None:
                return None
            omega = i
        elif labels is None:
            labels, tau = data.units, i
        else:
            return None
    sampling = problem.sampling
    if isinstance(sampling, LowRankBlocks):
        if len(sampling.weights) > 1 or (
            labels is not None and not np.array_equal(labels, sampling.labels)
        ):
            return None
        labels = sampling.labels
    elif not isinstance(sampling, DiagonalCovariance):
        return None
    if labels is None:
        labels = np.arange(problem.k, dtype=np.int64)
    return NestedLikelihood(problem, labels, tau, omega)
