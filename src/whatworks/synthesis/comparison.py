"""Is a larger model worth its parameters? The likelihood-ratio test of two fits to the same data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis.design import Design
from whatworks.synthesis.fit import FitStatistics, RandomEffects
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.multilevel import MultilevelModel
from whatworks.synthesis.regression import MetaRegression
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["Comparable", "ModelComparison", "compare"]

Floats = npt.NDArray[np.float64]
Comparable = RandomEffects | MetaRegression | MultilevelModel

# Columns and covariances that differ by a smaller share are those of one model.
SAME = 1e-8
# A larger model whose likelihood is lower by more than rounding does not contain the smaller.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, repr=False)
class ModelComparison(Summarised):
    """The likelihood-ratio test of a reduced model against a full one.

    Attributes
    ----------
    statistic, df, p_value
        Twice the difference of the log-likelihoods, number of parameters by which the models
        differ, chi-squared p value.
    boundary_p_value
        For one variance against 0, at most one coefficient apart from it: from the mixture of
        chi-squared on df - 1 and df, half each (Self and Liang 1987); the other is too large there.
        None elsewhere.
    restricted
        Whether restricted likelihoods were compared.
    full, reduced
        Log-likelihood, deviance, AIC, BIC, corrected AIC of both, of the kind compared.
    n_parameters
        Of the full and of the reduced model.
    notes
        Sentences a reader must know.
    """

    statistic: float
    df: int
    p_value: float
    boundary_p_value: float | None
    restricted: bool
    full: FitStatistics
    reduced: FitStatistics
    n_parameters: tuple[int, int]
    notes: tuple[str, ...]

    def table(self) -> dict[str, list[object]]:
        """Return both models as rows of columns, the full one first."""
        both = (self.full, self.reduced)
        return {
            "model": ["full", "reduced"],
            "n_parameters": list(self.n_parameters),
            **{name: [getattr(fit, name) for fit in both] for name in FitStatistics._fields},
        }

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold."""
        return {
            "statistic": self.statistic,
            "df": self.df,
            "p_value": self.p_value,
            "boundary_p_value": self.boundary_p_value,
            "restricted": self.restricted,
            "models": self.table(),
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        kind = "Restricted likelihood" if self.restricted else "Likelihood"
        lines = [
            f"{kind} ratio {self.statistic:.4g} on {self.df} df, {p_value_figure(self.p_value)}",
            f"AIC {self.full.aic:.4g} (full), {self.reduced.aic:.4g} (reduced)",
        ]
        if self.boundary_p_value is not None:
            lines.append(
                f"{p_value_figure(self.boundary_p_value)} allowing for a variance at its boundary"
            )
        return "\n".join(lines + [f"Note: {note}" for note in self.notes])


def compare(full: Comparable, reduced: Comparable) -> ModelComparison:
    """Test a reduced model against a full one that contains it.

    Parameters
    ----------
    full, reduced : RandomEffects, MetaRegression or MultilevelModel
        Fits to the same effects, by ML, or by REML with the same fixed part; the reduced one may
        be of equal effects (EE). That the random part of the reduced model is a special case of the
        full one's is for the caller to see to.

    Raises
    ------
    UserError
        Other effects, variances or sampling covariances; methods without a likelihood, or two of
        them; fixed parts that are not nested, or that differ under REML; a full model without more
        parameters, or with a lower likelihood.

    References
    ----------
    Self SG, Liang KY (1987). Journal of the American Statistical Association 82:605-610.

    Examples
    --------
    >>> from whatworks.synthesis import meta_regression
    >>> y, v = [0.30, 0.12, 0.55, 0.21, 0.40, 0.05], [0.02, 0.01, 0.04, 0.015, 0.03, 0.02]
    >>> weeks = {"weeks": [10, 4, 20, 8, 12, 3]}
    >>> full = meta_regression(y, v, "~ weeks", data=weeks, method="ML")
    >>> found = compare(full, meta_regression(y, v, method="ML"))
    >>> found.df, round(found.statistic, 2)
    (1, 6.36)
    """
    for name, fit in (("full", full), ("reduced", reduced)):
        fitted_model(fit, "compare", name=name)
        if not hasattr(fit, "fit_statistics"):
            raise UserError(
                f"compare, {name}: found {type(fit).__name__}, which has no likelihood. Give fits of "
                "random_effects, meta_regression, multilevel_model or working_model."
            )
    _refuse_other_data(full, reduced)
    method = _shared_method(full, reduced)
    is_restricted = method == "REML"
    _refuse_other_columns(full.design, reduced.design, is_restricted=is_restricted)
    sizes = _parameters(full), _parameters(reduced)
    df = sizes[0] - sizes[1]
    if df <= 0:
        raise UserError(
            f"The full model has {sizes[0]} parameters and the reduced one {sizes[1]}. Give the "
            "larger model first."
        )
    fits = (
        full.fit_statistics(restricted=is_restricted),
        reduced.fit_statistics(restricted=is_restricted),
    )
    statistic = 2.0 * (fits[0].log_likelihood - fits[1].log_likelihood)
    if statistic < -ROUNDING * (1.0 + abs(fits[0].log_likelihood)):
        raise UserError(
            f"The full model's log-likelihood, {fits[0].log_likelihood:.6g}, is below the reduced "
            f"one's, {fits[1].log_likelihood:.6g}: it does not contain it. Compare them by AIC."
        )
    statistic = max(0.0, float(statistic))
    p_value = float(chi2_upper_tail(statistic, df))
    variances = _estimated(full, "variance") - _estimated(reduced, "variance")
    correlations = _estimated(full, "correlation") - _estimated(reduced, "correlation")
    notes, at_boundary = [], None
    if variances == 1 and correlations == 0:
        at_boundary = 0.5 * (p_value + float(chi2_upper_tail(statistic, df - 1)))
        if df == 1:
            at_boundary = 0.5 * p_value if statistic > 0.0 else 1.0
    elif variances > 0 or correlations > 0:
        notes.append(
            "The models differ in several components of the random part, which stand on their "
            "boundary in the reduced one: the p value is too large."
        )
    return ModelComparison(
        statistic, df, p_value, at_boundary, is_restricted, *fits, sizes, tuple(notes)
    )


def _refuse_other_data(full: Comparable, reduced: Comparable) -> None:
    """Raise unless both models are of the same effects with the same sampling errors."""
    if full.yi.shape != reduced.yi.shape or not np.array_equal(full.yi, reduced.yi):
        raise UserError(
            f"The fits are of other effects ({full.yi.size:,} and {reduced.yi.size:,} of them). Fit "
            "both models to the same effects in the same order."
        )
    probe = np.cos(np.arange(full.yi.size))
    here, there = (fit.sampling_covariance().times(probe) for fit in (full, reduced))
    if not np.allclose(here, there, rtol=SAME, atol=SAME * float(np.abs(full.vi).max())):
        raise UserError(
            "The fits have other sampling variances or covariances. Give both models the same."
        )


def _shared_method(full: Comparable, reduced: Comparable) -> str:
    """Return ML or REML, whichever both maximised; equal effects go with either."""
    methods = {fit.method for fit in (full, reduced)}
    asked = sorted(methods - {"EE"})
    if len(asked) != 1 or asked[0] not in ("ML", "REML"):
        raise UserError(
            f"The fits are by {full.method} and {reduced.method}. A likelihood-ratio test needs ML "
            "for both, or REML for both when the fixed parts are the same."
        )
    return asked[0]


def _refuse_other_columns(full: Design, reduced: Design, *, is_restricted: bool) -> None:
    """Raise unless the reduced fixed part lies in the full one; under REML, unless they agree."""
    if is_restricted and full.p != reduced.p:
        raise UserError(
            "Restricted likelihoods of models with different fixed parts cannot be compared. Fit "
            'both with method "ML".'
        )
    length = np.sqrt((reduced.matrix**2).sum(axis=0))
    q = np.linalg.qr(full.matrix / np.sqrt((full.matrix**2).sum(axis=0)))[0]
    columns = reduced.matrix / length
    outside = np.abs(columns - q @ (q.T @ columns)).max(axis=0)
    foreign = [name for name, size in zip(reduced.names, outside, strict=True) if size > SAME]
    if foreign:
        advice = (
            'Fit both with method "ML", the larger containing the smaller.'
            if is_restricted
            else "Add it to the full model, or compare by AIC."
        )
        raise UserError(
            f"The full model does not contain {', '.join(foreign)} of the reduced one. {advice}"
        )


def _parameters(fit: Comparable) -> int:
    return fit.design.p + sum(not part.is_fixed for part in fit.components)


def _estimated(fit: Comparable, kind: str) -> int:
    return sum(part.kind == kind and not part.is_fixed for part in fit.components)
