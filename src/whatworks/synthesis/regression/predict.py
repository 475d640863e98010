"""Expected effects of a meta-regression, and where the true effect of a new study is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import t_critical
from whatworks.statistics.regression_expansion import RegressionExpansion
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.prediction_intervals import PREDICTION_INTERVALS
from whatworks.synthesis.regression.estimate import Scaled
from whatworks.synthesis.summarised import Summarised, prediction_lines

__all__ = ["RegressionPrediction", "Spread", "limits", "named_spread"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RegressionPrediction(Summarised):
    """Expected effects, one row for each asked for.

    Attributes
    ----------
    estimate, se
        Expected effect and standard error, (m,).
    ci, prediction_interval
        Limits of the expected effect, and of the true effect of a new study, (m, 2); the latter
        NaN where tau2 is not estimated.
    df, level
        Degrees of freedom of the former (infinite: normal) and level of both.
    prediction_df
        Degrees of freedom of the latter, (m,); infinite: normal.
    interval
        Which prediction interval: a name of `PREDICTION_INTERVALS`, None for that of the fit's test.
    """

    estimate: Floats
    se: Floats
    ci: Floats
    prediction_interval: Floats
    df: float
    level: float
    prediction_df: Floats
    interval: str | None = None

    def table(self) -> dict[str, Floats]:
        """Return the rows as columns."""
        return {
            "estimate": self.estimate,
            "se": self.se,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
            "prediction_lower": self.prediction_interval[:, 0],
            "prediction_upper": self.prediction_interval[:, 1],
        }

    def summary(self) -> str:
        """Return the rows as plain text."""
        return "\n".join(
            prediction_lines(self.estimate, self.se, self.ci, self.prediction_interval, self.level)
        )


class Spread(NamedTuple):
    """Squared standard errors of expected effects, and degrees of freedom, both (m,)."""

    squared_se: Floats
    df: Floats


def named_spread(
    scaled: Scaled, tau2: float, x: Floats, name: str, method: str, *, has_weights: bool
) -> Spread:
    """Return what a named prediction interval is made of, for rows of moderators.

    Parameters
    ----------
    scaled : Scaled
        The model.
    tau2 : float
        As fitted.
    x : array, shape (m, p)
        Rows of the design.
    name : {"V", "HTS", "HK", "HK-PR", "KR", "KR-PR", "z"}
        See `MetaRegression.predict`.
    method : str
        How tau2 was estimated.
    has_weights : bool
        Whether the coefficients are by weights of one's own.

    Raises
    ------
    UserError
        An unknown name; Kenward and Roger for a method other than REML; weights of one's own.
    TooFewStudies
        No degrees of freedom are left.
    """
    one_of(name, PREDICTION_INTERVALS, "interval")
    if has_weights:
        raise UserError(
            f'interval "{name}" is for weights 1/(v + tau2). Leave it out for the interval of the '
            "fit's own weights."
        )
    if name.startswith("KR") and method != "REML":
        raise UserError(f'interval "{name}" is for method REML; this fit used {method}.')
    profile, unit = scaled.profile, scaled.unit
    df = profile.k - profile.p
    basis = np.linalg.solve(scaled.r.T, x.T).T
    sums = profile.sums(tau2 / unit**2)
    wald = np.einsum("mp,pq,mq->m", basis, sums.bread, basis)
    squared, degrees = wald, np.full(wald.size, np.inf if name == "z" else float(df))
    if name.startswith("HK"):
        squared = wald * (sums.q / df)
    if name.startswith("KR"):
        squared, degrees = _kenward_roger(scaled, tau2 / unit**2, basis @ sums.bread, wald)
    if name in ("HTS", "HK-PR", "KR-PR"):
        degrees = degrees - 1.0
    if degrees.min() <= 0.0:
        raise TooFewStudies(
            f'interval "{name}" has {degrees.min():.3g} degrees of freedom with {profile.k:,} '
            f'studies and {profile.p} coefficients. More studies are needed; "V" needs one more '
            "than coefficients."
        )
    return Spread(unit**2 * squared, degrees)


def _kenward_roger(scaled: Scaled, t: float, half: Floats, wald: Floats) -> tuple[Floats, Floats]:
    """Return squared standard errors and degrees of freedom of Kenward and Roger (1997).

    Their P is -X'W^2X and their Q is X'W^3X for one variance; degrees of freedom for one row are
    from the variance before its adjustment, as in their paper. `half` is the rows times (X'WX)^-1.
    """
    profile = scaled.profile
    information = 0.5 * profile.trace_pp(t)
    powers = RegressionExpansion(profile.z, profile.v, t, 4)
    second, third = (powers.product(j, t)[:-1, :-1] for j in (2, 3))
    bread = profile.sums(t).bread
    curvature = third - second @ bread @ second
    adjusted = wald + 2.0 / information * np.einsum("mp,pq,mq->m", half, curvature, half)
    along = np.einsum("mp,pq,mq->m", half, second, half)
    return adjusted, 2.0 * information * (wald / along) ** 2


def limits(estimate: Floats, squared: Floats, df: npt.ArrayLike, level: float) -> Floats:
    """Return estimate -+ c sqrt(squared) with c from t, (m, 2)."""
    reach = t_critical(level, df) * np.sqrt(squared)
    return np.stack((estimate - reach, estimate + reach), axis=-1)
