"""Generalised least squares of a fitted model: what every diagnostic needs of X and M."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.model import FittedModel

__all__ = ["Projection", "knapp_hartung_factor", "projection"]

Floats = npt.NDArray[np.float64]

# A covariance of the estimates that is a multiple of the model's own, to this precision, is
# the model's own with a Knapp-Hartung factor.
SAME_SHAPE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Pieces of b = (X'M^-1X)^-1 X'M^-1y with M the marginal covariance.

    Attributes
    ----------
    x
        Design, (k, p).
    wx
        M^-1X, (k, p).
    bread
        (X'M^-1X)^-1, (p, p): the covariance of b under the model.
    dispersion
        Factor by which the covariance used for tests differs from `bread`: that of Knapp and
        Hartung, 1 without it.
    residual
        y - Xb, (k,).
    """

    x: Floats
    wx: Floats
    bread: Floats
    dispersion: float
    residual: Floats

    @property
    def hat(self) -> Floats:
        """Diagonal of X (X'M^-1X)^-1 X'M^-1, (k,)."""
        return np.asarray(np.einsum("ij,ij->i", self.x @ self.bread, self.wx))


def projection(fit: FittedModel) -> Projection:
    """Return the pieces for a fitted model.

    Raises
    ------
    UserError
        The coefficients are not those of generalised least squares with M.
    """
    x = fit.design.matrix
    wx = fit.marginal_covariance().solve(x)
    information = x.T @ wx
    gls = np.linalg.solve(information, wx.T @ fit.yi)
    size = np.sqrt(1.0 / np.diagonal(information))
    if (np.abs(gls - fit.coefficients) > SAME_SHAPE * (size + np.abs(gls))).any():
        raise UserError(
            "This model weighs its effects by weights of its own, not by its variances. Residuals, "
            "influence and predicted effects are not defined here for it; leave_one_out, "
            "cumulative and permutation_test are."
        )
    return Projection(
        x=x,
        wx=wx,
        bread=np.asarray(np.linalg.inv(information), dtype=np.float64),
        dispersion=knapp_hartung_factor(information, fit.vcov),
        residual=fit.yi - x @ fit.coefficients,
    )


def knapp_hartung_factor(information: Floats, vcov: Floats) -> float:
    """Return s2 with vcov = s2 (X'M^-1X)^-1; 1 where the two differ by more than a factor."""
    ratio = information @ vcov
    factor = float(np.trace(ratio)) / ratio.shape[0]
    off = np.abs(ratio - factor * np.eye(ratio.shape[0])).max()
    return factor if off <= SAME_SHAPE * abs(factor) else 1.0
