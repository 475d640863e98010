"""Profile of many meta-regressions, each of its own studies: y_i ~ N(x_i b_g, v_i + t_g)."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.profiles import Moments, ScoreDerivatives
from whatworks.statistics.whitening import bordered_factor, inverse_of_factor, whitened

__all__ = ["GroupSolutions", "QuadraticForms", "RegressionGroups"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))


class GroupSolutions(NamedTuple):
    """Coefficients (p, G), the inverse of the factor of X'WX (p, p, G), and y'Py (G,)."""

    beta: Floats
    root: Floats
    q: Floats


class QuadraticForms(NamedTuple):
    """y'Py with P = A - AX(X'AX)^-1X'A for a diagonal A, and what is expected of it, all (G,).

    `vv`, `v1` and `one` are the traces of PVPV, PVP and PP.
    """

    value: Floats
    trace_p: Floats
    trace_pv: Floats
    vv: Floats
    v1: Floats
    one: Floats

    def spread(self, tau2: Floats) -> Floats:
        """Return the standard deviation of y'Py under tau2."""
        return np.sqrt(2.0 * self.vv + 4.0 * tau2 * self.v1 + 2.0 * tau2**2 * self.one)


class RegressionGroups:
    """G models with p coefficients each, laid end to end; see `Profile` and `ClimbableProfile`.

    Parameters
    ----------
    z : array, shape (p + 1, n)
        Columns, orthonormal within each model, then the effects less their least-squares fit, so
        that sums of squares do not cancel.
    v : array, shape (n,)
        Sampling variances.
    starts : array of int, shape (G,)
        Position of each model's first study; each has more than p.
    """

    def __init__(self, z: Floats, v: Floats, starts: Ints) -> None:
        self.z, self.v, self.starts = z, v, starts
        self.k: Ints = np.diff(np.append(starts, v.size)).astype(np.int64)
        self._group = np.repeat(np.arange(starts.size), self.k)
        first, second = np.triu_indices(z.shape[0])
        # Sums of w times each of these are all that a value of t asks for.
        self._products = np.empty((first.size + 1, v.size))
        np.multiply(z[first], z[second], out=self._products[:-1])
        self._products[-1] = 1.0
        self._place = np.empty((z.shape[0], z.shape[0]), dtype=np.int64)
        self._place[first, second] = self._place[second, first] = np.arange(first.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.z.shape[0]) - 1

    @property
    def residual_df(self) -> Ints:
        """Number of studies less number of coefficients, (G,)."""
        return self.k - self.p

    @property
    def scan_range(self) -> tuple[Floats, Floats]:
        """From 1e-7 of the smallest variance to where no effect can be explained by more."""
        largest = np.maximum.reduceat(self.z[-1] ** 2, self.starts)
        high = 4.0 * largest + np.maximum.reduceat(self.v, self.starts)
        return 1e-7 * np.minimum.reduceat(self.v, self.starts), high

    def sums(self, w: Floats) -> tuple[Floats, Floats]:
        """Return products of columns and effects with weights w, (p + 1, p + 1, G), and their sum.

        Parameters
        ----------
        w : array, shape (n,)
            Weights.
        """
        found = np.add.reduceat(self._products * w, self.starts, axis=1)
        return found[self._place], found[-1]

    def spread(self, t: Floats) -> Floats:
        """Repeat each model's value for its studies: (G,) to (n,)."""
        return t[self._group]

    def _weights(self, t: Floats) -> Floats:
        return np.asarray(1.0 / (self.v + t[self._group]))

    def moments(self, t: Floats) -> Moments:
        """Return the sums at trial values `t`, shape (trials, G)."""
        rows = [self._moments(row) for row in t]
        return Moments(*(np.stack(column) for column in zip(*rows, strict=True)))

    def _moments(self, t: Floats) -> Moments:
        w = self._weights(t)
        first, trace_w = self.sums(w)
        factor = bordered_factor(first)
        second = whitened(factor, self.sums(w * w)[0])
        return Moments(trace_w, trace_w - _trace(second), _q(factor, first), second[-1, -1])

    def score_derivatives(self, t: Floats, *, restricted: bool) -> ScoreDerivatives:
        """Return what a step uphill needs at one value a model, each of shape (G,)."""
        w = self._weights(t)
        first, trace_w = self.sums(w)
        products, trace_ww = self.sums(w * w)
        factor = bordered_factor(first)
        second = whitened(factor, products)
        third = whitened(factor, self.sums(w * w * w)[0])
        r3 = third[-1, -1] - (second[:-1, -1] ** 2).sum(axis=0)
        if not restricted:
            return ScoreDerivatives(second[-1, -1] - trace_w, trace_ww - 2.0 * r3, trace_ww)
        trace_pp = _trace_pp(trace_ww, second, third)
        score = second[-1, -1] - (trace_w - _trace(second))
        return ScoreDerivatives(score, trace_pp - 2.0 * r3, trace_pp)

    def information(self, t: Floats) -> tuple[Floats, Floats]:
        """Return the traces of WW and of PP at one value a model, (G,)."""
        w = self._weights(t)
        products, trace_ww = self.sums(w * w)
        factor = bordered_factor(self.sums(w)[0])
        third = whitened(factor, self.sums(w * w * w)[0])
        return trace_ww, _trace_pp(trace_ww, whitened(factor, products), third)

    def solutions(self, t: Floats) -> GroupSolutions:
        """Return generalised least squares at one value a model, (G,)."""
        first, _ = self.sums(self._weights(t))
        factor = bordered_factor(first)
        root = inverse_of_factor(factor)
        beta = np.einsum("jig,jg->ig", root, factor[-1, :-1])
        return GroupSolutions(beta, root, _q(factor, first))

    def log_likelihood(self, t: Floats, *, restricted: bool) -> Floats:
        """Return the profile log-likelihood at one value a model, (G,)."""
        total = self.v + t[self._group]
        first, _ = self.sums(1.0 / total)
        factor = bordered_factor(first)
        log_det = np.add.reduceat(np.log(total), self.starts)
        value = -0.5 * (self.k * LOG_2PI + log_det + _q(factor, first))
        if restricted:
            # The columns are orthonormal: log det(X'X) is 0.
            diagonal = factor[np.arange(self.p), np.arange(self.p)]
            value += 0.5 * self.p * LOG_2PI - np.log(diagonal).sum(axis=0)
        return np.asarray(value)

    def quadratic_forms(self, a: Floats) -> QuadraticForms:
        """Return the quadratic form of residuals with weights a, (n,)."""
        v, ones = self.v, np.ones(self.v.size)
        first, total = self.sums(a)
        factor = bordered_factor(first)

        def inner(w: Floats) -> tuple[Floats, Floats]:
            products, trace = self.sums(w)
            return whitened(factor, products)[:-1, :-1], trace

        by_one, _ = inner(a * a)
        by_v, _ = inner(a * a * v)
        _, trace_v = self.sums(a * v)

        def product(left: Floats, right: Floats, b_left: Floats, b_right: Floats) -> Floats:
            cross, _ = inner(a**3 * left * right)
            _, own = self.sums(a * a * left * right)
            both = np.einsum("ijg,ijg->g", b_left, b_right)
            return np.asarray(own - 2.0 * np.einsum("iig->g", cross) + both)

        return QuadraticForms(
            value=_q(factor, first),
            trace_p=total - np.einsum("iig->g", by_one),
            trace_pv=trace_v - np.einsum("iig->g", by_v),
            vv=product(v, v, by_v, by_v),
            v1=product(v, ones, by_v, by_one),
            one=product(ones, ones, by_one, by_one),
        )

    def take(self, models: Ints) -> Self:
        """Return a profile of the named models, one of which may stand more than once."""
        k = self.k[models]
        starts = np.concatenate(([0], np.cumsum(k)[:-1])).astype(np.int64)
        index = np.arange(int(k.sum())) + np.repeat(self.starts[models] - starts, k)
        return type(self)(self.z[:, index], self.v[index], starts)


def _q(factor: Floats, first: Floats) -> Floats:
    """Return y'Py."""
    return np.asarray(first[-1, -1] - (factor[-1, :-1] ** 2).sum(axis=0))


def _trace(whole: Floats) -> Floats:
    """Return the trace over the columns."""
    return np.asarray(np.einsum("iig->g", whole[:-1, :-1]))


def _trace_pp(trace_ww: Floats, second: Floats, third: Floats) -> Floats:
    inner = second[:-1, :-1]
    return np.asarray(trace_ww - 2.0 * _trace(third) + np.einsum("ijg,ijg->g", inner, inner))
