"""Each unit against the model fitted without it: residuals and leverage of the unit left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.diagnostics.nested_deletions import NestedDeletions
from whatworks.synthesis.diagnostics.projection import knapp_hartung_factor
from whatworks.synthesis.diagnostics.quadratic import NO_SPREAD, quadratic_forms
from whatworks.synthesis.diagnostics.refits import Refits, refits_without_each
from whatworks.synthesis.diagnostics.units import Units
from whatworks.synthesis.diagnostics.within_blocks import dense
from whatworks.synthesis.model import FittedModel

__all__ = ["LeftOut", "left_out"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """What m refits say of the unit each leaves out; NaN: no value.

    Attributes
    ----------
    units, refits
        The units and the refits.
    dispersion
        Knapp-Hartung factor of each refit, (m,); 1 without it.
    residual, residual_se
        Deleted residual of each effect and its standard error, (k,).
    chi2
        Squared distance of each unit from what is expected of it, (m,).
    bread_of_all
        (X'M^-1X)^-1 over all effects with M under the components of each refit, (m, p, p).
    mean_variance
        Mean marginal variance of the unit's effects under the same M, (m,).
    """

    units: Units
    refits: Refits
    dispersion: Floats
    residual: Floats
    residual_se: Floats
    chi2: Floats
    bread_of_all: Floats
    mean_variance: Floats

    @property
    def studentised(self) -> Floats:
        """Deleted residuals over their standard errors, (k,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.residual / self.residual_se)


def left_out(fit: FittedModel, units: Units) -> LeftOut:
    """Fit a model without each of its units, and set the unit against what is then expected."""
    x, y, m, p = fit.design.matrix, fit.yi, units.m, fit.design.p
    rows, kept = units.rows(), units.all_but_each()
    residual, residual_se = np.full(y.size, np.nan), np.full(y.size, np.nan)
    dispersion, chi2, mean_variance = (np.full(m, np.nan) for _ in range(3))
    bread_of_all = np.full((m, p, p), np.nan)

    def look(i: int, covariance: BlockCovariance, so_far: Refits) -> None:
        inside, outside = rows[i], kept[i]
        bread_of_all[i] = np.linalg.inv(x.T @ covariance.solve(x))
        wx = covariance.take(outside).solve(x[outside])
        information = x[outside].T @ wx
        factor = dispersion[i] = knapp_hartung_factor(information, so_far.vcov[i])
        # X_R'M_RR^-1 M_RS: zero unless effects that stay share a block with S.
        spread_out = np.zeros(x.shape)
        spread_out[outside] = wx
        weight_on = covariance.times(spread_out)[inside].T
        own = dense(covariance.take(inside))
        shared = x[inside] @ np.linalg.solve(information, weight_on)
        spread = own + x[inside] @ np.linalg.solve(information, x[inside].T) - shared - shared.T
        r = residual[inside] = y[inside] - x[inside] @ so_far.coefficients[i]
        residual_se[inside] = np.sqrt(factor * np.diagonal(spread))
        variances = np.diagonal(own)
        mean_variance[i] = variances.mean()
        chi2[i] = quadratic_forms(r[None], factor * spread[None], factor * variances[None])[0][0]

    def look_at_all(done: NestedDeletions, so_far: Refits) -> None:
        # A model for dependent effects has no Knapp-Hartung factor.
        dispersion[done.at] = 1.0
        bread_of_all[done.at] = done.bread_of_all
        place = np.full(m, -1)
        place[done.at] = np.arange(done.at.size)
        of = place[units.codes]
        at = np.flatnonzero(of >= 0)
        of = of[at]
        variance = fit.sampling_covariance().diagonal()[at] + done.variance[of]
        drawn = np.einsum("np,npq,nq->n", x[at], done.vcov[of], x[at], optimize=True)
        spread = variance + drawn - 2.0 * done.shared[of]
        residual[at] = y[at] - (x[at] * done.coefficients[of]).sum(axis=1)
        residual_se[at] = np.sqrt(spread)
        mean_variance[done.at] = (
            np.bincount(of, variance, minlength=done.at.size) / units.sizes[done.at]
        )
        if units.by == "cluster":
            chi2[done.at] = done.distance
        else:
            has_spread = spread > NO_SPREAD * variance
            squares = residual[at] ** 2 / np.where(has_spread, spread, 1.0)
            chi2[done.at[of]] = np.where(has_spread, squares, 0.0)

    done = refits_without_each(fit, units, look=look, look_at_all=look_at_all)
    return LeftOut(
        units=units,
        refits=done,
        dispersion=dispersion,
        residual=residual,
        residual_se=residual_se,
        chi2=chi2,
        bread_of_all=bread_of_all,
        mean_variance=mean_variance,
    )
