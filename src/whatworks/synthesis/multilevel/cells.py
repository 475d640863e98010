"""Likelihoods of many small sets of dependent effects at once: one mean each, effects in studies.

M_j = diag((1 - rho) v + omega2) + tau2 11' + rho s s' within study j, s = sqrt(v), as in
`nested_likelihood`; every sum is over studies, and then over the studies of a cell.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

__all__ = ["Cells", "CellsAt", "CellsSolved"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))


class CellsSolved(NamedTuple):
    """What standard deviations give, (G,) unless stated.

    Attributes
    ----------
    mean, precision
        Estimate and 1'W1 of each cell.
    log_likelihood
        Restricted.
    one_w_one, one_w_y
        1'W1 and 1'Wy of each study, (J,).
    """

    mean: Floats
    precision: Floats
    log_likelihood: Floats
    one_w_one: Floats
    one_w_y: Floats


class Cells:
    """G sets of effects, sorted by cell and study.

    Parameters
    ----------
    y, v : array, shape (n,)
        Effects about a centre and variances, both in a unit near 1.
    study_starts : array of int, shape (J,)
        Position of each study's first effect.
    cell_starts : array of int, shape (G,)
        Position of each cell's first study.
    rho : float
        Correlation of sampling errors within a study.
    """

    def __init__(
        self, y: Floats, v: Floats, study_starts: Ints, cell_starts: Ints, rho: float
    ) -> None:
        self.y, self.v, self.rho = y, v, rho
        self.study_starts, self.cell_starts = study_starts, cell_starts
        self.study_sizes = np.diff(np.append(study_starts, y.size))
        self.n_studies = np.diff(np.append(cell_starts, study_starts.size))
        self.study = np.repeat(np.arange(study_starts.size), self.study_sizes)
        self.cell_of_study = np.repeat(np.arange(cell_starts.size), self.n_studies)
        self.cell = self.cell_of_study[self.study]
        self.k = self.of_cell(self.study_sizes.astype(np.float64))
        self._s = np.sqrt(v)
        self._d = (1.0 - rho) * v

    def of_study(self, x: Floats) -> Floats:
        """Sum within studies, (n,) to (J,)."""
        return np.asarray(np.add.reduceat(x, self.study_starts))

    def of_cell(self, x: Floats) -> Floats:
        """Sum studies within cells, (J,) to (G,)."""
        return np.asarray(np.add.reduceat(x, self.cell_starts))

    def take(self, cells: Ints) -> Self:
        """Return the named cells, one of which may stand more than once."""
        studies = _ranges(self.cell_starts[cells], self.n_studies[cells])
        effects = _ranges(self.study_starts[studies], self.study_sizes[studies])
        sizes = self.study_sizes[studies]
        return type(self)(
            self.y[effects],
            self.v[effects],
            _starts(sizes),
            _starts(self.n_studies[cells]),
            self.rho,
        )

    def at(self, sds: Floats) -> CellsAt:
        """Return the covariance at standard deviations between and within studies, (G, 2)."""
        return CellsAt(self, sds)


class CellsAt:
    """Cells at given standard deviations."""

    def __init__(self, cells: Cells, sds: Floats) -> None:
        self.cells = cells
        tau2 = sds[cells.cell_of_study, 0] ** 2
        self._tau2 = tau2
        self.d = cells._d + sds[cells.cell, 1] ** 2
        self.e = 1.0 / self.d
        self.es = self.e * cells._s
        a0, a1 = cells.of_study(self.e), cells.of_study(self.es)
        a2 = cells.of_study(self.es * cells._s)
        rho = cells.rho
        self.det = (1.0 + tau2 * a0) * (1.0 + rho * a2) - tau2 * rho * a1**2
        self.k11 = tau2 * (1.0 + rho * a2) / self.det
        self.k22 = rho * (1.0 + tau2 * a0) / self.det
        self.k12 = -tau2 * rho * a1 / self.det
        self._a0, self._a1, self._a2 = a0, a1, a2

    def _shared(self, x0: Floats, x1: Floats) -> tuple[Floats, Floats]:
        return self.k11 * x0 + self.k12 * x1, self.k12 * x0 + self.k22 * x1

    def solve(self, x: Floats) -> Floats:
        """Return W x, (n,)."""
        cells = self.cells
        c1, c2 = self._shared(cells.of_study(self.e * x), cells.of_study(self.es * x))
        return np.asarray(self.e * (x - c1[cells.study]) - self.es * c2[cells.study])

    def solved(self) -> CellsSolved:
        """Return mean, precision and restricted log-likelihood of each cell."""
        cells, y = self.cells, self.cells.y
        y0, y1 = cells.of_study(self.e * y), cells.of_study(self.es * y)
        p1, p2 = self._shared(self._a0, self._a1)
        c1, c2 = self._shared(y0, y1)
        one_w_one = self._a0 - (self._a0 * p1 + self._a1 * p2)
        one_w_y = y0 - (self._a0 * c1 + self._a1 * c2)
        y_w_y = cells.of_study(self.e * y * y) - (y0 * c1 + y1 * c2)
        precision, total = cells.of_cell(one_w_one), cells.of_cell(one_w_y)
        mean = total / precision
        log_det = cells.of_cell(cells.of_study(np.log(self.d)) + np.log(self.det))
        height = -0.5 * (
            (cells.k - 1.0) * LOG_2PI
            + log_det
            + cells.of_cell(y_w_y)
            - mean * total
            + np.log(precision)
        )
        return CellsSolved(mean, precision, height, one_w_one, one_w_y)

    def slopes(self, solved: CellsSolved) -> tuple[Floats, Floats]:
        """Return first and second derivatives of the log-likelihoods by the variances.

        Shapes (G, 2) and (G, 2, 2); expected less twice average information, as in
        `nested_likelihood`.
        """
        cells = self.cells
        mean, precision = solved.mean, solved.precision
        w1 = self.solve(np.ones(cells.y.size))
        g = self.solve(cells.y - mean[cells.cell])
        g_sum = solved.one_w_y - mean[cells.cell_of_study] * solved.one_w_one
        u_sum = solved.one_w_one

        def total(x: Floats) -> Floats:
            return cells.of_cell(cells.of_study(x))

        by_tau = cells.of_cell(g_sum**2 - u_sum) + cells.of_cell(u_sum**2) / precision
        u_u = total(w1 * w1)
        trace, trace_squared = self._traces()
        by_omega = total(g * g) - trace + u_u / precision
        first = 0.5 * np.stack((by_tau, by_omega), axis=-1)
        h = (g_sum[cells.study], g)
        z = (u_sum[cells.study], w1)
        wh, wz = [self.solve(x) for x in h], [self.solve(x) for x in z]
        uh = [total(w1 * x) for x in h]
        zu = (cells.of_cell(u_sum**2), u_u)
        traces = ((cells.of_cell(u_sum**2), u_u), (u_u, trace_squared))
        second = np.empty((precision.size, 2, 2))
        for i in (0, 1):
            for j in (i, 1):
                average = 0.5 * (total(h[i] * wh[j]) - uh[i] * uh[j] / precision)
                expected = 0.5 * (
                    traces[i][j]
                    - 2.0 * total(z[i] * wz[j]) / precision
                    + zu[i] * zu[j] / precision**2
                )
                second[:, i, j] = second[:, j, i] = expected - 2.0 * average
        return first, second

    def _traces(self) -> tuple[Floats, Floats]:
        """Return tr W and tr WW of each cell."""
        cells, e, es = self.cells, self.e, self.es
        k = (self.k11, self.k12, self.k22)
        b = [cells.of_study(x) for x in (e * e, e * es, es * es)]
        c = [cells.of_study(e * x) for x in (e * e, e * es, es * es)]
        once = cells.of_study(e) - (k[0] * b[0] + 2.0 * k[1] * b[1] + k[2] * b[2])
        # tr(K B K B) for symmetric 2 x 2 matrices.
        kb = (
            k[0] * b[0] + k[1] * b[1],
            k[0] * b[1] + k[1] * b[2],
            k[1] * b[0] + k[2] * b[1],
            k[1] * b[1] + k[2] * b[2],
        )
        twice = (
            cells.of_study(e * e)
            - 2.0 * (k[0] * c[0] + 2.0 * k[1] * c[1] + k[2] * c[2])
            + kb[0] ** 2
            + 2.0 * kb[1] * kb[2]
            + kb[3] ** 2
        )
        return cells.of_cell(once), cells.of_cell(twice)

    def blocks(self, studies: Ints) -> Floats:
        """Return M of studies of one size as matrices, (B, n, n)."""
        cells = self.cells
        n = int(cells.study_sizes[studies[0]])
        rows = cells.study_starts[studies][:, None] + np.arange(n)[None, :]
        s = cells._s[rows]
        out = cells.rho * s[:, :, None] * s[:, None, :] + self._tau2[studies][:, None, None]
        out[:, np.arange(n), np.arange(n)] += self.d[rows]
        return np.asarray(out)


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    """Return the positions of several runs, one after the other."""
    return np.arange(int(sizes.sum())) + np.repeat(starts - _starts(sizes), sizes)


def _starts(sizes: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
