"""The numbers a likelihood works on: in a unit near 1, with orthonormal columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.columns import orthonormal
from whatworks.synthesis.multilevel.terms import TermData

__all__ = ["Problem", "make_problem"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Effects, columns and covariances after scaling.

    Attributes
    ----------
    y
        Effects less their least-squares fit, divided by `scale`; (k,).
    q, r
        X = QR with orthonormal Q, (k, p) and (p, p): units of moderators play no part.
    fitted
        Least-squares coefficients of the original problem, (p,).
    scale
        A power of two near the typical standard error: taking it off changes no digit.
    sampling
        Covariance of the scaled sampling errors.
    terms
        Random terms.
    restricted
        Whether the restricted likelihood is maximised.
    spread
        Standard deviation of `y`: random effects are hardly larger.
    """

    y: Floats
    q: Floats
    r: Floats
    fitted: Floats
    scale: float
    sampling: BlockCovariance
    terms: tuple[TermData, ...]
    restricted: bool
    spread: float

    @property
    def k(self) -> int:
        """Number of effects."""
        return int(self.y.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.q.shape[1])

    @property
    def n_parameters(self) -> int:
        """Number of parameters of all terms."""
        return sum(data.structure.n_parameters for data in self.terms)

    @property
    def n_sds(self) -> int:
        """Number of standard deviations among them."""
        return sum(data.structure.n_sd for data in self.terms)

    @property
    def is_sd(self) -> npt.NDArray[np.bool_]:
        """Which parameters are standard deviations; the others tell of correlations."""
        found = np.zeros(self.n_parameters, dtype=np.bool_)
        for data, place in zip(self.terms, self.slices(), strict=True):
            found[place.start : place.start + data.structure.n_sd] = True
        return found

    @property
    def bounds(self) -> Floats:
        """Rows b of b phi >= 0 that parameters have to keep, (n, n_parameters)."""
        rows = [
            np.eye(self.n_parameters)[place.start : place.start + data.structure.n_sd]
            for data, place in zip(self.terms, self.slices(), strict=True)
            if data.structure.needs_bounds
        ]
        return np.concatenate(rows) if rows else np.zeros((0, self.n_parameters))

    def slices(self) -> list[slice]:
        """Return where each term's parameters stand."""
        found, start = [], 0
        for data in self.terms:
            found.append(slice(start, start + data.structure.n_parameters))
            start += data.structure.n_parameters
        return found


def make_problem(
    y: Floats,
    x: Floats,
    sampling: BlockCovariance,
    terms: tuple[TermData, ...],
    *,
    restricted: bool,
) -> Problem:
    """Scale and orthogonalise."""
    variances = sampling.diagonal()
    scale = float(np.exp2(np.round(0.5 * np.log2(np.exp(np.mean(np.log(variances)))))))
    q, r = orthonormal(x)
    by_q = q.T @ y
    left = y - q @ by_q
    scaled = left / scale
    df = max(1, y.size - x.shape[1])
    return Problem(
        y=scaled,
        q=q,
        r=r,
        fitted=np.asarray(np.linalg.solve(r, by_q), dtype=np.float64),
        scale=scale,
        sampling=sampling.scaled(1.0 / scale**2),
        terms=terms,
        restricted=restricted,
        spread=max(float(np.sqrt(scaled @ scaled / df)), 1e-3),
    )
