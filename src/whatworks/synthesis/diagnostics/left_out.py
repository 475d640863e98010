"""Each unit against the model fitted without it: residuals and leverage of the unit left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.diagnostics.projection import knapp_hartung_factor
from whatworks.synthesis.diagnostics.quadratic import quadratic_forms
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
        information = x[outside].T @ covariance.take(outside).solve(x[outside])
        factor = dispersion[i] = knapp_hartung_factor(information, so_far.vcov[i])
        own = dense(covariance.take(inside))
        shared = x[inside] @ np.linalg.solve(
            information, _weight_on(covariance, x, inside, outside)
        )
        spread = own + x[inside] @ np.linalg.solve(information, x[inside].T) - shared - shared.T
        r = residual[inside] = y[inside] - x[inside] @ so_far.coefficients[i]
        residual_se[inside] = np.sqrt(factor * np.diagonal(spread))
        variances = np.diagonal(own)
        mean_variance[i] = variances.mean()
        chi2[i] = quadratic_forms(r[None], factor * spread[None], factor * variances[None])[0][0]

    done = refits_without_each(fit, units, look=look)
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


def _weight_on(covariance: BlockCovariance, x: Floats, inside: Ints, outside: Ints) -> Floats:
    """Return X_R' M_RR^-1 M_RS, (p, s): zero unless effects that stay share a block with S."""
    labels = covariance.labels
    beside = outside[np.isin(labels[outside], labels[inside])]
    if beside.size == 0:
        return np.zeros((x.shape[1], inside.size))
    both = dense(covariance.take(np.concatenate((beside, inside))))
    n = beside.size
    return np.asarray(x[beside].T @ np.linalg.solve(both[:n, :n], both[:n, n:]))
