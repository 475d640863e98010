"""Likelihoods of all models without one unit at once, at common values of the variances.

With W = M^-1 of all effects and w its column of effect i, the inverse without that effect is
W - ww'/w_i, so that at one value of the variances the sums of every such model cost one pass. A
whole cluster takes its own sums with it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.multilevel.nested_likelihood import NestedLikelihood

__all__ = ["NestedSums", "WithoutEach"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))


class WithoutEach(NamedTuple):
    """What a value of the variances gives of each model without a unit, in the scaled problem.

    Attributes
    ----------
    score
        Derivatives of the log-likelihood by the variances, (u, c).
    log_likelihood, q, trace_p
        (u,): the restricted log-likelihood has metafor's constant.
    beta, bread
        Coefficients of the orthonormal columns, (u, p), and their covariance, (u, p, p).
    share
        What the unit tells of the coefficients, at most, from 0 to 1, (u,).
    said, distance
        q_i'A X_R'M_RR^-1 M_Ri of a single effect, and the squared distance r'C^-1r of the unit from
        what is expected of it, (u,).
    bread_of_all
        (Q'WQ)^-1 over all effects, (p, p).
    """

    score: Floats
    log_likelihood: Floats
    q: Floats
    trace_p: Floats
    beta: Floats
    bread: Floats
    share: Floats
    said: Floats
    distance: Floats
    bread_of_all: Floats


class NestedSums:
    """Sums of a model with effects within studies, without each effect or each study.

    Parameters
    ----------
    likelihood : NestedLikelihood
        The model.
    by : {"effect", "cluster"}
        What a unit is; clusters are the blocks of the model.
    """

    def __init__(self, likelihood: NestedLikelihood, by: str) -> None:
        problem = likelihood.problem
        self._likelihood, self._by, self._restricted = likelihood, by, problem.restricted
        self.order: Ints = np.argsort(likelihood.labels, kind="stable")
        self._labels = likelihood.labels[self.order]
        y, q = problem.y[self.order], problem.q[self.order]
        self._z = np.ascontiguousarray(np.column_stack((q, y)).T)
        self.p = problem.p
        is_effect = by == "effect"
        #: Unit of each row of the results: the effect's position, or the cluster.
        self.units: Ints = self.order if is_effect else np.arange(int(self._labels.max()) + 1)
        sizes = np.bincount(self._labels)
        self.k: Ints = problem.k - (np.ones(problem.k, dtype=np.int64) if is_effect else sizes)
        inner = q[:, :, None] * q[:, None, :]
        if not is_effect:
            inner = np.add.reduceat(inner, np.cumsum(sizes) - sizes, axis=0)
        self._log_det_qq = np.linalg.slogdet(np.eye(self.p) - inner)[1]

    def at(self, theta: Floats) -> WithoutEach:
        """Return the sums at variances in the order of the parameters, (c,)."""
        blocks = self._likelihood.blocks(np.sqrt(theta))
        z, p = self._z, self.p
        wz = blocks.solve_rows(z)
        total = z @ wz.T
        parts = (
            self._of_effects(blocks, wz) if self._by == "effect" else self._of_blocks(blocks, wz)
        )
        own, own_o, own_t, log_det, trace_o, trace_t, said = parts
        left = total - own
        tqq, tqy = left[:, :p, :p], left[:, :p, p:]
        beta = np.linalg.solve(tqq, tqy)
        bread = np.linalg.inv(tqq)
        q = np.maximum(0.0, left[:, p, p] - (tqy * beta).sum(axis=(1, 2)))
        v = np.concatenate((-beta, np.ones((beta.shape[0], 1, 1))), axis=1)
        score = np.zeros((beta.shape[0], theta.size))
        sums = blocks.sum(wz)
        moved = {0: (sums @ sums.T - own_t, trace_t), 1: (wz @ wz.T - own_o, trace_o)}
        trace_p = trace_o - (bread * moved[1][0][:, :p, :p]).sum(axis=(1, 2))
        for which, place in enumerate(self._likelihood.places):
            if place is None:
                continue
            s, trace = moved[which]
            found = (np.swapaxes(v, 1, 2) @ s @ v)[:, 0, 0] - trace
            if self._restricted:
                found += (bread * s[:, :p, :p]).sum(axis=(1, 2))
            score[:, place] = 0.5 * found
        height = -0.5 * (self.k * LOG_2PI + log_det + q)
        if self._restricted:
            height += 0.5 * (p * LOG_2PI - np.linalg.slogdet(tqq)[1] + self._log_det_qq)
        of_all = np.linalg.inv(total[:p, :p])
        toward = (own @ v)[:, :, 0]
        distance = (v[:, :, 0] * toward).sum(axis=1) - np.einsum(
            "ui,ij,uj->u", toward[:, :p], of_all, toward[:, :p], optimize=True
        )
        return WithoutEach(
            score=score,
            log_likelihood=height,
            q=q,
            trace_p=trace_p,
            beta=np.asarray(beta[:, :, 0], np.float64),
            bread=np.asarray(bread, np.float64),
            share=np.einsum("ij,uji->u", of_all, own[:, :p, :p]),
            said=(said[:, None, :] @ bread @ z[:p].T[:, :, None])[:, 0, 0]
            if self._by == "effect"
            else np.zeros(beta.shape[0]),
            distance=distance,
            bread_of_all=np.asarray(of_all, np.float64),
        )

    def _of_effects(self, blocks: LowRankBlocks, wz: Floats) -> tuple[Floats, ...]:
        """Return what goes with each effect: of Z'WZ, Z'WWZ, Z'W11'WZ; and what stays of traces."""
        w, ww = inverse_diagonals(blocks)
        labels, c, e = self._labels, wz.T, blocks.solve_rows(wz).T
        by_w = c / w[:, None]
        own = by_w[:, :, None] * c[:, None, :]
        cross = by_w[:, :, None] * e[:, None, :]
        own_o = cross + np.swapaxes(cross, 1, 2) - (ww / w)[:, None, None] * own
        a = blocks.solve_rows(np.ones(w.size))
        s = np.take(blocks.sum(wz), labels, axis=1).T
        change = by_w * a[:, None]
        mixed = s[:, :, None] * change[:, None, :]
        own_t = mixed + np.swapaxes(mixed, 1, 2) - change[:, :, None] * change[:, None, :]
        log_det = blocks.log_determinant() + np.log(w)
        trace_o = blocks.trace_of_inverse() - ww / w
        trace_t = float(blocks.sum(a).sum()) - a * a / w
        said = (self._z.T - by_w)[:, : self.p]
        return own, own_o, own_t, log_det, trace_o, trace_t, said

    def _of_blocks(self, blocks: LowRankBlocks, wz: Floats) -> tuple[Floats, ...]:
        """Return the same of whole blocks."""

        def summed(left: Floats, right: Floats) -> Floats:
            return np.moveaxis(blocks.sum(left[:, None, :] * right[None, :, :]), 2, 0)

        own = summed(self._z, wz)
        s = blocks.sum(wz).T
        own_t = s[:, :, None] * s[:, None, :]
        one_w_one = blocks.sum(blocks.solve_rows(np.ones(wz.shape[1])))
        traces = blocks.sum(inverse_diagonals(blocks)[0])
        own_det = blocks.sum(np.log(blocks.d)) + blocks.log_kernel_determinant()
        return (
            0.5 * (own + np.swapaxes(own, 1, 2)),
            summed(wz, wz),
            own_t,
            own_det.sum() - own_det,
            traces.sum() - traces,
            one_w_one.sum() - one_w_one,
            s[:, : self.p],
        )


def inverse_diagonals(blocks: LowRankBlocks) -> tuple[Floats, Floats]:
    """Return the diagonals of W = M^-1 and of WW, each (k,)."""
    e, labels, kernel = 1.0 / blocks.d, blocks.labels, blocks.kernel
    f = blocks.directions * e
    n = range(len(f))
    inner = np.array([[blocks.sum(f[q] * f[r]) for r in n] for q in n])
    twice = np.einsum("qrb,rsb,stb->qtb", kernel, inner, kernel)
    w, ww = e.copy(), e * e
    for q in n:
        for r in n:
            product = f[q] * f[r]
            at = kernel[q, r][labels]
            w -= at * product
            ww += (twice[q, r][labels] - 2.0 * e * at) * product
    return w, ww
