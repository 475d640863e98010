"""Which units are far from the rest, and which of them move the result (Baujat plot)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import block_stacks
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.projection import projection
from whatworks.synthesis.diagnostics.quadratic import quadratic_forms
from whatworks.synthesis.diagnostics.refits import refits_without_each
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["Baujat", "baujat"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Baujat(Summarised):
    """Coordinates of m units; NaN: no value.

    Attributes
    ----------
    labels, by
        Name of each unit, and what a unit is.
    distance
        Squared distance of the unit from the fitted values, r'M^-1r with r its residuals and M
        their marginal covariance, (m,): under equal effects its contribution to Cochran's Q.
    influence
        Squared change of the unit's expected effect when it is left out, over its variance, (m,).
    reasons
        Why a unit has no influence; None where it has.
    """

    labels: tuple[str, ...]
    by: str
    distance: Floats
    influence: Floats
    reasons: tuple[str | None, ...]

    def table(self) -> dict[str, object]:
        """Return the units as columns."""
        return {
            self.by: list(self.labels),
            "distance": self.distance,
            "influence": self.influence,
            "reason": list(self.reasons),
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the three units with the most influence as plain text."""
        order = np.argsort(-np.nan_to_num(self.influence, nan=-1.0), kind="stable")[:3]
        lines = [f"Baujat coordinates of {len(self.labels):,} units ({self.by})"]
        lines += [
            f"  {self.labels[i]}: distance {self.distance[i]:.3g}, influence "
            f"{self.influence[i]:.3g}"
            for i in order.tolist()
        ]
        return "\n".join(lines)


def baujat(fit: FittedModel, *, by: str = "effect") -> Baujat:
    """Return the coordinates of a Baujat plot.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    by : {"effect", "cluster"}
        What a point is. A cluster's distance is that of all its effects together; its influence
        (X_S d)'(X_S Cov X_S')^+(X_S d), d the change of the coefficients and Cov their covariance
        without the cluster: for a model without moderators d^2/Var.

    References
    ----------
    Baujat B, Mahe C, Pignon JP, Hill C (2002). Statistics in Medicine 21:2641-2652.
    """
    fitted_model(fit, "baujat")
    units = units_of(fit, by)
    pieces, x = projection(fit), fit.design.matrix
    found = refits_without_each(fit, units)
    change = fit.coefficients - found.coefficients
    moved = np.full(units.m, np.nan)
    marginal = fit.marginal_covariance()
    if by == "effect":
        distance = pieces.residual**2 / marginal.diagonal()
    else:
        weighed = pieces.residual * marginal.solve(pieces.residual)
        distance = np.bincount(units.codes, weighed).astype(np.float64)
    has_value = np.isfinite(found.vcov[:, 0, 0])
    for rows in block_stacks(units.codes):
        rows = rows[has_value[units.codes[rows[:, 0]]]]
        at = units.codes[rows[:, 0]]
        through = x[rows]
        shift = np.einsum("bnp,bp->bn", through, change[at])
        spread = through @ found.vcov[at] @ np.swapaxes(through, 1, 2)
        scale = np.maximum(np.diagonal(spread, axis1=1, axis2=2), np.finfo(float).tiny)
        moved[at] = quadratic_forms(shift, spread, scale)[0]
    return Baujat(units.labels, by, distance, moved, tuple(found.reasons))
