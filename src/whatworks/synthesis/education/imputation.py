"""Numbers that studies leave out, carried through effects and model to the pooled result.

A study that leaves out one number is not left out. The number is drawn (`draw_missing`,
`draw_stated`), effects and model are computed for each draw, and the fits are pooled; or both ends of
its range are tried, which needs no randomness and shows less.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import t_critical
from whatworks.synthesis.education.draws import Imputed
from whatworks.synthesis.education.icc_range import Spread
from whatworks.synthesis.education.rubin import ImputedFit, pool_fits
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.inference_view import Inference, as_fitted
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.reported_values import reported
from whatworks.synthesis.robust import RobustInference
from whatworks.synthesis.summarised import Summarised

__all__ = ["TwoPoint", "impute_and_pool", "two_point_sensitivity"]

Floats = npt.NDArray[np.float64]


def impute_and_pool(
    imputed: Imputed | Sequence[Imputed],
    fit: Callable[..., FittedModel | RobustInference],
    *,
    level: float = 0.95,
    component_limits: bool = True,
) -> ImputedFit:
    """Fit a model to each draw of one or more columns, and pool.

    Parameters
    ----------
    imputed : Imputed, or a sequence of them
        What `draw_missing` or `draw_stated` gave; several columns have as many draws each and are
        drawn independently.
    fit : callable
        Takes the completed columns, (k,) each, in the order given; computes effects by their route
        and returns any fitted model, or robust inference on one.
    level, component_limits
        As `pool_fits`.

    Returns
    -------
    ImputedFit
        By Rubin's rules (`pool_fits`); its notes say what was drawn, from what, and how much.

    Raises
    ------
    UserError
        Columns of different length or number of draws; or a draw could not be fitted (the message
        says which).

    Notes
    -----
    Drawing from the other rows assumes that numbers are not left out because of their size.
    """
    columns = [imputed] if isinstance(imputed, Imputed) else list(imputed)
    if len({column.draws.shape for column in columns}) != 1:
        raise UserError(
            "Give columns with one number of rows and of draws. They have (draws, rows) "
            f"{', '.join(str(column.draws.shape) for column in columns)}."
        )
    fits = []
    for i, given in enumerate(zip(*(column.draws for column in columns), strict=True), start=1):
        try:
            with warnings.catch_warnings():
                # What a model remarks of single drawn values is in its notes.
                warnings.simplefilter("ignore", PossibleMisuse)
                result = fit(*given)
        except UserError as error:
            raise UserError(f"Draw {i} could not be fitted: {error}") from None
        fits.append(_fitted(result, f"fit, draw {i}"))
    pooled = pool_fits(fits, level=level, component_limits=component_limits)
    notes = pooled.notes
    for column in columns:
        n, k = int(column.is_missing.sum()), column.is_missing.size
        if n:
            notes += (
                f"{n:,} of {k:,} values ({100 * n / k:.0f} percent) were drawn "
                f"{pooled.n_imputations:,} times; {column.model}.",
            )
    return replace(pooled, notes=notes)


def _fitted(found: object, where: str) -> FittedModel | RobustInference:
    """Return what a user's function gave, if that is a fit.

    Raises
    ------
    UserError
        It is not.
    """
    if isinstance(found, Inference):
        return cast("RobustInference", found)
    if found is None:
        raise UserError(
            f"{where}: it returned nothing. End the function with return and the model."
        )
    return fitted_model(cast(FittedModel, found), where, name="result")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoPoint(Summarised):
    """A result with all gaps filled low, and with all filled high.

    Attributes
    ----------
    low, high
        What was filled in.
    fits
        The model at both, the low one first.
    n_missing
        Gaps.
    """

    low: float
    high: float
    fits: tuple[FittedModel, FittedModel]
    n_missing: int

    def table(self) -> dict[str, list[object]]:
        """Return one row for each value and coefficient, with the fit's own interval."""
        names = ("filled_with", "coefficient", "estimate", "se", "ci_lower", "ci_upper")
        rows: dict[str, list[object]] = {name: [] for name in names}
        for value, fit in zip((self.low, self.high), self.fits, strict=True):
            se = np.sqrt(np.diagonal(fit.vcov))
            reach = t_critical(fit.level, fit.coefficient_df) * se
            for i, name in enumerate(fit.design.names):
                b = float(fit.coefficients[i])
                cells = (value, name, b, float(se[i]), b - float(reach[i]), b + float(reach[i]))
                for column, cell in zip(names, cells, strict=True):
                    rows[column].append(cell)
        return rows

    @property
    def span(self) -> Floats:
        """How far each coefficient moves from low to high, (p,)."""
        return np.asarray(self.fits[1].coefficients - self.fits[0].coefficients)

    def summary(self) -> str:
        """Return the result as plain text."""
        first, second = self.fits
        lines = [f"{self.n_missing:,} gaps filled with {self.low:.4g}, then with {self.high:.4g}"]
        rows = self.table()
        p = len(first.design.names)
        shown = [
            f"{estimate:.4g} ({low:.4g} to {high:.4g})"
            for estimate, low, high in zip(
                rows["estimate"], rows["ci_lower"], rows["ci_upper"], strict=True
            )
        ]
        for i, name in enumerate(first.design.names):
            lines.append(f"{name}: {shown[i]}, then {shown[p + i]}")
        for a, b in zip(first.components, second.components, strict=True):
            lines.append(f"{a.name}: {a.estimate:.4g}, then {b.estimate:.4g}")
        return "\n".join(lines)


def two_point_sensitivity(
    values: npt.ArrayLike,
    fit: Callable[[Floats], FittedModel | RobustInference],
    *,
    low: float | None = None,
    high: float | None = None,
    distribution: Spread | None = None,
    tail: float = 0.1,
) -> TwoPoint:
    """Fit a model with all gaps filled low, and with all filled high: no randomness.

    Parameters
    ----------
    values : array-like, shape (k,)
        The column, None or NaN where missing.
    fit : callable
        Takes a completed column and returns any fitted model, or robust inference on one.
    low, high : float, optional
        Both, low below high.
    distribution : StatedNormal, IccRange or IccInterval, optional
        Instead of low and high: its quantiles at `tail` and 1 - `tail`.
    tail : float
        Between 0 and 0.5.

    Raises
    ------
    UserError
        Neither two values nor a distribution, or both.
    """
    x = reported(values, "values")
    has_values = low is not None and high is not None
    if has_values == (distribution is not None):
        raise UserError("Give low and high, or a distribution.")
    if distribution is not None:
        if not 0.0 < tail < 0.5:
            raise UserError(f"tail must be between 0 and 0.5. Supplied value was {tail!r}.")
        ends = distribution.quantile((tail, 1.0 - tail))
        low, high = float(ends[0]), float(ends[1])
    assert low is not None
    assert high is not None
    if not low < high:
        raise UserError(f"low must be below high. They were {low!r} and {high!r}.")
    missing = np.isnan(x)
    first, second = (
        as_fitted(_fitted(fit(np.where(missing, end, x)), f"fit, gaps filled with {end:.4g}"))
        for end in (low, high)
    )
    return TwoPoint(low, high, (first, second), int(missing.sum()))
