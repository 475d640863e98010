"""Which units lie further from the rest than chance would put them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.left_out import left_out
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.inputs import number
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["Outliers", "outliers"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outliers(Summarised):
    """Outlier tests of m units; NaN: no value.

    Attributes
    ----------
    labels, by, n
        Name of each unit, what a unit is, and number of its effects, (m,).
    chi2, p_value
        Squared distance from what the model without the unit expects, and the upper tail of
        chi-squared on n degrees of freedom, (m,); for one effect the squared studentised residual.
    adjusted_p_value
        By Holm's method over the units that were tested, (m,).
    is_outlier
        Whether the adjusted p value is below `alpha`, (m,).
    alpha
        Chance of naming any unit when all follow the model.
    expected_below_alpha
        How many unadjusted p values below `alpha` chance alone would give.
    reasons
        Why a unit has no value; None where it has.
    """

    labels: tuple[str, ...]
    by: str
    n: Ints
    chi2: Floats
    p_value: Floats
    adjusted_p_value: Floats
    is_outlier: Bools
    alpha: float
    expected_below_alpha: float
    reasons: tuple[str | None, ...]

    def table(self) -> dict[str, object]:
        """Return the units as columns."""
        return {
            self.by: list(self.labels),
            "n": self.n,
            "chi2": self.chi2,
            "p_value": self.p_value,
            "adjusted_p_value": self.adjusted_p_value,
            "is_outlier": self.is_outlier,
            "reason": list(self.reasons),
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the outliers as plain text."""
        with np.errstate(invalid="ignore"):
            below = int((self.p_value < self.alpha).sum())
        lines = [
            f"{int(self.is_outlier.sum()):,} of {len(self.labels):,} units ({self.by}) are outliers "
            f"at {self.alpha:g} (Holm); {below:,} p values are below it unadjusted, where chance "
            f"alone would give {self.expected_below_alpha:.1f}"
        ]
        lines += [
            f"  {self.labels[i]}: chi2 {self.chi2[i]:.4g} on {self.n[i]:,} df, adjusted p "
            f"{self.adjusted_p_value[i]:.3g}"
            for i in np.flatnonzero(self.is_outlier).tolist()
        ]
        return "\n".join(lines)


def outliers(fit: FittedModel, *, by: str = "effect", alpha: float = 0.05) -> Outliers:
    """Test each unit against the model fitted without it.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    by : {"effect", "cluster"}
        What is tested.
    alpha : float
        Level of the adjusted test, between 0 and 1.

    Notes
    -----
    An outlier is a reason to look again at the source and at what the study did, not a reason to
    take it out.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112-125.
    Holm S (1979). Scandinavian Journal of Statistics 6:65-70.
    """
    fitted_model(fit, "outliers")
    number(alpha, "alpha", "between 0 and 1, such as 0.05", low=1e-300, high=1.0 - 1e-15)
    units = units_of(fit, by)
    without = left_out(fit, units)
    n, chi2 = units.sizes, without.chi2
    p_value = np.where(np.isnan(chi2), np.nan, chi2_upper_tail(chi2, n))
    adjusted = _holm(p_value)
    with np.errstate(invalid="ignore"):
        is_outlier = adjusted < alpha
    return Outliers(
        labels=units.labels,
        by=by,
        n=n,
        chi2=chi2,
        p_value=p_value,
        adjusted_p_value=adjusted,
        is_outlier=is_outlier,
        alpha=alpha,
        expected_below_alpha=alpha * int(np.isfinite(p_value).sum()),
        reasons=tuple(without.refits.reasons),
    )


def _holm(p: Floats) -> Floats:
    """Return p values adjusted so that the chance of any false one is kept."""
    out = np.full(p.size, np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    factors = np.arange(order.size, 0, -1)
    out[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return out
