"""The profile likelihood of a variance component, as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from whatworks.errors import NotFound, UserError
from whatworks.statistics.distributions import chi2_quantile
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.summarised import Summarised

__all__ = ["GivesProfile", "LikelihoodProfile", "profile_likelihood"]

Floats = npt.NDArray[np.float64]

LOG_2PI = float(np.log(2.0 * np.pi))
POINTS = 81


@runtime_checkable
class GivesProfile(Protocol):
    """A model that profiles its own likelihood."""

    def profile(self, name: str, values: npt.ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Return values of a component and the profile log-likelihood at each."""
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LikelihoodProfile(Summarised):
    """Profile log-likelihood of one component at n values.

    Attributes
    ----------
    component
        Its name.
    values, log_likelihood
        Values and the log-likelihood maximised over everything else, (n,).
    estimate, maximum
        The estimate and the log-likelihood there.
    level, threshold
        Values whose log-likelihood is above the threshold lie in the interval of this level.
    """

    component: str
    values: Floats
    log_likelihood: Floats
    estimate: float
    maximum: float
    level: float
    threshold: float

    def table(self) -> dict[str, object]:
        """Return the curve as columns."""
        return {
            "value": self.values,
            "log_likelihood": self.log_likelihood,
            "is_in_interval": self.log_likelihood >= self.threshold,
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the maximum and what the curve looked at, as plain text."""
        higher = float(self.log_likelihood.max() - self.maximum)
        lines = [
            f"Profile of {self.component}: estimate {self.estimate:.4g}, log-likelihood "
            f"{self.maximum:.6g}, {self.values.size:,} values from {self.values.min():.4g} to "
            f"{self.values.max():.4g}"
        ]
        if higher > 1e-6:
            lines.append(f"The curve is higher by {higher:.3g} elsewhere: the fit is not the top.")
        return "\n".join(lines)


def profile_likelihood(
    fit: FittedModel, component: str | None = None, *, values: npt.ArrayLike | None = None
) -> LikelihoodProfile:
    """Return the profile log-likelihood of a variance or correlation.

    Parameters
    ----------
    fit : FittedModel
        A model fitted by ML or REML.
    component : str, optional
        Name of the component; may be left out where there is one only.
    values : array-like, optional
        Where to look, each >= 0 for a variance; from 0 past the interval if not given.

    Raises
    ------
    NotFound
        There is no component of that name.
    UserError
        No likelihood was maximised, the component was given and not estimated, or a value is
        outside what the component can be.
    """
    fitted_model(fit, "profile_likelihood")
    chosen = _component(fit, component)
    if fit.method not in ("ML", "REML"):
        raise UserError(
            f"A profile of the likelihood needs method ML or REML; this fit used {fit.method}."
        )
    drop = 0.5 * float(chi2_quantile(fit.level, 1))
    if isinstance(fit, GivesProfile):
        at, heights = fit.profile(chosen.name, values)
    else:
        at = _grid(fit, chosen.estimate, drop) if values is None else _checked(values)
        heights = np.array([_log_likelihood(fit, float(t)) for t in at])
    return LikelihoodProfile(
        component=chosen.name,
        values=at,
        log_likelihood=heights,
        estimate=chosen.estimate,
        maximum=fit.log_likelihood,
        level=fit.level,
        threshold=fit.log_likelihood - drop,
    )


def _component(fit: FittedModel, name: str | None) -> VarianceComponent:
    estimated = [c for c in fit.components if not c.is_fixed]
    listed = ", ".join(c.name for c in estimated) or "none"
    if name is None:
        if len(estimated) == 1:
            return estimated[0]
        raise UserError(f"Name the component to profile. Components of this model: {listed}.")
    for found in estimated:
        if found.name == name:
            return found
    raise NotFound(f'There is no estimated component "{name}". Components: {listed}.')


def _checked(values: npt.ArrayLike) -> Floats:
    at = np.atleast_1d(np.asarray(values, dtype=np.float64))
    bad = np.flatnonzero(~(at >= 0.0) | ~np.isfinite(at))
    if bad.size:
        raise UserError(
            f"values, position {bad[0] + 1}: found {at[bad[0]]}. A variance is 0 or more."
        )
    return at


def _grid(fit: FittedModel, estimate: float, drop: float) -> Floats:
    """Return values from 0 to where the curve has fallen well below the interval's threshold."""
    end = max(2.0 * estimate, float(np.median(fit.vi)))
    while _log_likelihood(fit, end) > fit.log_likelihood - 1.5 * drop:
        end *= 1.5
    # Equal steps of the standard deviation: finer near 0, where the curve bends.
    inner = np.linspace(0.0, np.sqrt(end), POINTS) ** 2
    return np.unique(np.append(inner, estimate))


def _log_likelihood(fit: FittedModel, tau2: float) -> float:
    """Return the log-likelihood of a model of one variance, as `FittedModel` counts it."""
    x, y, total = fit.design.matrix, fit.yi, fit.vi + tau2
    wx = x / total[:, None]
    information = x.T @ wx
    r = y - x @ np.linalg.solve(information, wx.T @ y)
    value = -0.5 * (y.size * LOG_2PI + np.log(total).sum() + (r**2 / total).sum())
    if fit.method == "REML":
        value += 0.5 * (
            x.shape[1] * LOG_2PI + np.linalg.slogdet(x.T @ x)[1] - np.linalg.slogdet(information)[1]
        )
    return float(value)
