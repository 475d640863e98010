"""What each effect, or each cluster, does to the result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import chi2_quantile, chi2_upper_tail
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.left_out import LeftOut, left_out
from whatworks.synthesis.diagnostics.projection import Projection, projection
from whatworks.synthesis.diagnostics.reason_lines import reason_lines
from whatworks.synthesis.diagnostics.units import Units, units_of
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["Influence", "InfluenceRule", "influence"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InfluenceRule:
    """When a unit is called influential: choices, not tests; m units, p coefficients.

    Attributes
    ----------
    dffits
        Times sqrt(p/(m - p)), above which DFFITS in absolute value counts.
    cook
        Lower tail of chi-squared on p degrees of freedom above which Cook's distance counts.
    hat
        Times p/m, above which the leverage counts.
    dfbetas
        Above which any DFBETAS in absolute value counts.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112-125.
    """

    dffits: float = 3.0
    cook: float = 0.5
    hat: float = 3.0
    dfbetas: float = 1.0

    def thresholds(self, m: int, p: int) -> dict[str, float]:
        """Return the values above which a unit counts, infinite for DFFITS where m <= p."""
        return {
            "dffits": self.dffits * float(np.sqrt(p / (m - p))) if m > p else float("inf"),
            "cook": float(chi2_quantile(self.cook, p)),
            "hat": self.hat * p / m,
            "dfbetas": self.dfbetas,
        }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Influence(Summarised):
    """Influence of m units on a model with p coefficients and c components; NaN: no value.

    Attributes
    ----------
    labels, by, n
        Name of each unit, what a unit is, and number of its effects, (m,).
    studentised
        Deleted residual over its standard error, (m,); NaN for units of several effects.
    chi2, chi2_p_value
        Squared distance of the unit from what the model without it expects, (m,), and the upper
        tail of chi-squared on n degrees of freedom.
    dffits
        Change of the unit's expected effect when it is left out, in standard errors, (m,); for
        several effects of their mean.
    cook
        Cook's distance: change of all coefficients in their joint metric, (m,).
    covariance_ratio
        Determinant of the coefficients' covariance without the unit over that with it, (m,):
        below 1, the estimates are more precise without it.
    components_without, component_names
        Variances and correlations without the unit, (m, c).
    q_without
        Cochran's Q without it, (m,).
    hat
        Leverage, (m,): the sum over the unit's effects.
    weight_percent
        Weight in the mean for a model without moderators (with dependent effects it may be
        negative), else share of the summed inverse covariance's diagonal, (m,).
    dfbetas, coefficient_names
        Change of each coefficient in standard errors, (m, p).
    is_influential
        Whether any of the thresholds is passed, (m,).
    thresholds
        The thresholds of `rule`, by name.
    reasons
        Why a unit has no value, or what limits its refit; None where nothing does.
    """

    labels: tuple[str, ...]
    by: str
    n: Ints
    studentised: Floats
    chi2: Floats
    chi2_p_value: Floats
    dffits: Floats
    cook: Floats
    covariance_ratio: Floats
    components_without: Floats
    component_names: tuple[str, ...]
    q_without: Floats
    hat: Floats
    weight_percent: Floats
    dfbetas: Floats
    coefficient_names: tuple[str, ...]
    is_influential: Bools
    thresholds: dict[str, float]
    rule: InfluenceRule
    reasons: tuple[str | None, ...]

    def table(self) -> dict[str, object]:
        """Return the units as columns."""
        columns: dict[str, object] = {
            self.by: list(self.labels),
            "n": self.n,
            "studentised": self.studentised,
            "chi2": self.chi2,
            "chi2_p_value": self.chi2_p_value,
            "dffits": self.dffits,
            "cook": self.cook,
            "covariance_ratio": self.covariance_ratio,
            "q_without": self.q_without,
            "hat": self.hat,
            "weight_percent": self.weight_percent,
        }
        for j, name in enumerate(self.component_names):
            columns[f"{name} without"] = self.components_without[:, j]
        for j, name in enumerate(self.coefficient_names):
            columns[f"dfbetas {name}"] = self.dfbetas[:, j]
        columns["is_influential"] = self.is_influential
        columns["reason"] = list(self.reasons)
        return columns

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the influential units and the rule as plain text."""
        limits = self.thresholds
        lines = [
            f"{int(self.is_influential.sum()):,} of {len(self.labels):,} units ({self.by}) are "
            f"influential: |DFFITS| > {limits['dffits']:.3g}, Cook's distance > "
            f"{limits['cook']:.3g}, leverage > {limits['hat']:.3g}, or any |DFBETAS| > "
            f"{limits['dfbetas']:.3g} (a choice, not a test)"
        ]
        lines += [
            f"  {self.labels[i]}: DFFITS {self.dffits[i]:.3g}, Cook's distance {self.cook[i]:.3g}, "
            f"leverage {self.hat[i]:.3g}"
            for i in np.flatnonzero(self.is_influential).tolist()
        ]
        lines += reason_lines(self.labels, self.reasons)
        return "\n".join(lines)


def influence(
    fit: FittedModel, *, by: str = "effect", rule: InfluenceRule | None = None
) -> Influence:
    """Leave each unit out in turn and measure what changes.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    by : {"effect", "cluster"}
        What is left out.
    rule : InfluenceRule, optional
        When a unit is called influential; the thresholds of Viechtbauer and Cheung (2010) if not
        given.

    Raises
    ------
    UserError
        There is one unit only.

    Notes
    -----
    For two-level models the definitions are metafor's `influence`. b and b' are the coefficients
    with and without the unit, M and M' the marginal covariance of all effects under the
    components of each, x the mean row of the unit's moderators: DFFITS = x(b - b') /
    sqrt(s2' x(X'M^-1X)^-1x' r), r the mean variance of the unit's effects under M' over that
    under M; Cook's distance = (b - b')'Cov(b)^-1(b - b'); DFBETAS = (b - b') /
    sqrt(s2' diag (X'M'^-1X)^-1); s2' the Knapp-Hartung factor of the refit, 1 without it.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112-125.
    """
    fitted_model(fit, "influence")
    rule = rule or InfluenceRule()
    units = units_of(fit, by)
    if units.m < 2:
        raise UserError(
            f"There is one {by}: nothing is left when it is taken out. "
            + ('Use by="effect".' if by == "cluster" and fit.yi.size > 1 else "")
        )
    pieces = projection(fit)
    without = left_out(fit, units)
    change = fit.coefficients - without.refits.coefficients
    n = units.sizes
    dffits = _dffits(fit, pieces, without, change)
    with np.errstate(divide="ignore", invalid="ignore"):
        dfbetas = change / np.sqrt(
            without.dispersion[:, None] * np.diagonal(without.bread_of_all, axis1=1, axis2=2)
        )
        ratio = np.linalg.det(without.refits.vcov) / np.linalg.det(fit.vcov)
    cook = _cook(change, fit.vcov)
    hat = np.bincount(units.codes, pieces.hat).astype(np.float64)
    signed = np.full(units.m, np.nan)
    single = n[units.codes] == 1
    signed[units.codes[single]] = without.studentised[single]
    limits = rule.thresholds(units.m, fit.design.p)
    with np.errstate(invalid="ignore"):
        is_influential = (
            (np.abs(dffits) > limits["dffits"])
            | (cook > limits["cook"])
            | (hat > limits["hat"])
            | (np.abs(dfbetas) > limits["dfbetas"]).any(axis=1)
        )
    return Influence(
        labels=units.labels,
        by=by,
        n=n,
        studentised=signed,
        chi2=without.chi2,
        chi2_p_value=np.where(np.isnan(without.chi2), np.nan, chi2_upper_tail(without.chi2, n)),
        dffits=dffits,
        cook=cook,
        covariance_ratio=ratio,
        components_without=without.refits.components,
        component_names=without.refits.component_names,
        q_without=without.refits.q,
        hat=hat,
        weight_percent=_weights(fit, pieces, units),
        dfbetas=dfbetas,
        coefficient_names=fit.design.names,
        is_influential=is_influential,
        thresholds=limits,
        rule=rule,
        reasons=tuple(without.refits.reasons),
    )


def _cook(change: Floats, vcov: Floats) -> Floats:
    """Return d'Cov^-1d for each row; NaN where the standard errors are 0."""
    try:
        solved = np.linalg.solve(vcov, change.T).T
    except np.linalg.LinAlgError:
        return np.full(change.shape[0], np.nan)
    return np.asarray(np.einsum("ij,ij->i", change, solved))


def _dffits(fit: FittedModel, pieces: Projection, without: LeftOut, change: Floats) -> Floats:
    units = without.units
    n = units.sizes
    x = np.stack([np.bincount(units.codes, column) for column in pieces.x.T], axis=1) / n[:, None]
    variance = np.bincount(units.codes, fit.marginal_covariance().diagonal()) / n
    spread = np.einsum("ij,ij->i", x @ pieces.bread, x)
    scale = without.dispersion * spread * without.mean_variance / variance
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.einsum("ij,ij->i", x, change) / np.sqrt(scale))


def _weights(fit: FittedModel, pieces: Projection, units: Units) -> Floats:
    share = pieces.wx[:, 0] if fit.design.is_intercept_only else _inverse_diagonal(fit)
    return np.asarray(100.0 * np.bincount(units.codes, share) / share.sum())


def _inverse_diagonal(fit: FittedModel) -> Floats:
    out = np.empty(fit.yi.size)
    for stack in fit.marginal_covariance().stacks():
        out[stack.rows] = np.diagonal(np.linalg.inv(stack.matrices), axis1=1, axis2=2)
    return out
