"""One model fitted again and again to some of its effects.

Whatever stops a refit (too few studies, a moderator that no longer varies) is said in its row; the
others go on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.synthesis.cochran import cochran
from whatworks.synthesis.diagnostics.inference import critical_values, two_sided_p
from whatworks.synthesis.diagnostics.nested_deletions import (
    NestedDeletions,
    nested_deletions,
)
from whatworks.synthesis.diagnostics.regression_refits import (
    BATCH,
    fit_subsets,
    is_regression,
)
from whatworks.synthesis.diagnostics.transplant import covariance_under
from whatworks.synthesis.diagnostics.two_level_refits import (
    PooledSets,
    is_plain_two_level,
    pooled_sets,
    pooled_without_each,
    shares_sums,
)
from whatworks.synthesis.diagnostics.units import Units
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.regression.result import MetaRegression

__all__ = ["Look", "Refits", "refits", "refits_without_each"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Look = Callable[[int, BlockCovariance, "Refits"], None]
"""Is shown the number of a refit, the covariance of ALL effects under its components, and the rows
filled so far."""

NO_EFFECT = "No effect is left."
NOT_IN_THE_REST = "How much these effects vary cannot be told from the rest."
ONE_EFFECT = "One effect is left: how much true effects differ cannot be estimated."


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Results of m refits of a model with p coefficients and c components; NaN: no value.

    Attributes
    ----------
    k
        Number of effects, (m,).
    coefficients, vcov, coefficient_df
        (m, p), (m, p, p) and (m, p); infinite degrees of freedom: normal.
    components, component_names
        (m, c); NaN where a refit has no such component.
    q, q_df
        Cochran's Q about the fixed part and its degrees of freedom, (m,).
    i2, h2
        Share of the total variance that is of true effects, in percent, and total over sampling
        variance, (m,): from the components and the typical sampling variance, for a model
        without components from Q.
    log_likelihood
        Of the kind that is maximised, (m,).
    reasons
        Why there is no value, or not every one, or what the refit says of itself that the whole
        model does not; None where nothing.
    level
        Level of intervals.
    """

    k: Ints
    coefficients: Floats
    vcov: Floats
    coefficient_df: Floats
    components: Floats
    component_names: tuple[str, ...]
    q: Floats
    q_df: Ints
    i2: Floats
    h2: Floats
    log_likelihood: Floats
    reasons: list[str | None]
    level: float

    @property
    def se(self) -> Floats:
        """Standard errors, (m, p)."""
        return np.sqrt(np.diagonal(self.vcov, axis1=1, axis2=2))

    @property
    def statistic(self) -> Floats:
        """Estimates over standard errors, (m, p)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.coefficients / self.se)

    @property
    def p_value(self) -> Floats:
        """Two-sided p values, (m, p)."""
        return two_sided_p(self.statistic, self.coefficient_df)

    @property
    def ci(self) -> Floats:
        """Confidence limits, (m, p, 2)."""
        reach = critical_values(self.coefficient_df, self.level) * self.se
        return np.stack((self.coefficients - reach, self.coefficients + reach), axis=-1)


def refits(fit: FittedModel, kept: Sequence[Ints], *, look: Look | None = None) -> Refits:
    """Fit a model to each of many sets of its effects.

    Parameters
    ----------
    fit : FittedModel
        The model.
    kept : sequence of array of int
        Which effects each refit takes, m sets.
    look : callable, optional
        Called after each refit whose components can be laid over all effects.
    """
    names = tuple(c.name for c in fit.components)
    found = _blank(fit, [rows.size for rows in kept], names)
    if is_plain_two_level(fit):
        _in_batches(fit, pooled_sets(fit, kept), found, look)
        return found
    which: Sequence[int] = range(len(kept))
    if is_regression(fit):
        which = _regressions(fit, kept, found, look)
    _one_by_one(fit, kept, found, look, which)
    return found


def refits_without_each(
    fit: FittedModel,
    units: Units,
    *,
    look: Look | None = None,
    look_at_all: Callable[[NestedDeletions, Refits], None] | None = None,
) -> Refits:
    """Fit a model without each of its units, m refits.

    Parameters
    ----------
    fit, units
        The model and its units.
    look : callable, optional
        See `refits`.
    look_at_all : callable, optional
        Is shown in its place the refits that were made at once, if there are any.
    """
    at_once = nested_deletions(fit, units)
    if at_once is not None:
        kept = units.all_but_each()
        found = _blank(fit, (fit.yi.size - units.sizes).tolist(), _names(fit))
        _write(at_once, found)
        if look_at_all is not None:
            look_at_all(at_once, found)
        which = np.setdiff1d(np.arange(units.m), at_once.at)
        _one_by_one(fit, kept, found, look, which.tolist())
        return found
    if units.by == "cluster" or not is_plain_two_level(fit) or not shares_sums(fit):
        return refits(fit, units.all_but_each(), look=look)
    k = fit.yi.size
    found = _blank(fit, [k - 1] * k, tuple(c.name for c in fit.components))
    _in_batches(fit, [(np.arange(k), pooled_without_each(fit))], found, look)
    return found


def _names(fit: FittedModel) -> tuple[str, ...]:
    return tuple(c.name for c in fit.components)


def _write(done: NestedDeletions, found: Refits) -> None:
    """Write refits that were made at once."""
    at = done.at
    found.coefficients[at] = done.coefficients
    found.vcov[at] = done.vcov
    found.coefficient_df[at] = done.df
    for name, values in zip(done.names, done.components.T, strict=True):
        found.components[at, found.component_names.index(name)] = values
    found.log_likelihood[at] = done.log_likelihood
    found.q[at] = done.q
    _share(found, at, done.variance, done.typical_variance)


def _blank(fit: FittedModel, sizes: list[int], names: tuple[str, ...]) -> Refits:
    m, p = len(sizes), fit.design.p

    def missing(*shape: int) -> Floats:
        return np.full((m, *shape), np.nan)

    k = np.array(sizes, dtype=np.int64)
    return Refits(
        k=k,
        coefficients=missing(p),
        vcov=missing(p, p),
        coefficient_df=missing(p),
        components=missing(len(names)),
        component_names=names,
        q=missing(),
        q_df=k - p,
        i2=missing(),
        h2=missing(),
        log_likelihood=missing(),
        reasons=[None] * m,
        level=fit.level,
    )


def _in_batches(
    fit: RandomEffects,
    batches: Iterable[tuple[Ints, PooledSets]],
    found: Refits,
    look: Look | None,
) -> None:
    tau2 = np.zeros(found.k.size)
    for at, sets in batches:
        found.coefficients[at, 0] = sets.estimate
        found.vcov[at, 0, 0] = sets.variance
        found.coefficient_df[at, 0] = sets.df
        found.q[at] = sets.q
        found.log_likelihood[at] = sets.log_likelihood
        tau2[at] = np.nan_to_num(sets.tau2)
        if found.component_names:
            found.components[at, 0] = sets.tau2
        _share(found, at, sets.tau2, sets.typical_variance)
    for i in np.flatnonzero(found.k == 0).tolist():
        found.reasons[i] = NO_EFFECT
    for i in np.flatnonzero(found.k == 1).tolist():
        found.reasons[i] = ONE_EFFECT
    if look is not None:
        for i in np.flatnonzero(found.k > 0).tolist():
            look(i, DiagonalCovariance(fit.vi + tau2[i]), found)


def _regressions(
    fit: MetaRegression, kept: Sequence[Ints], found: Refits, look: Look | None
) -> list[int]:
    """Fit what the batch can; return which refits are left for the slow way."""
    slow: list[int] = []
    step = max(1, BATCH // fit.k)
    for first in range(0, len(kept), step):
        some = kept[first : first + step]
        holds = np.zeros((len(some), fit.k), dtype=bool)
        for i, rows in enumerate(some):
            holds[i, rows] = True
        sets = fit_subsets(fit, holds)
        inside = np.flatnonzero(sets.is_fitted)
        at = first + inside
        found.coefficients[at] = sets.coefficients[inside]
        found.vcov[at] = sets.vcov[inside]
        found.coefficient_df[at] = sets.df[inside, None]
        found.q[at] = sets.q[inside]
        found.log_likelihood[at] = sets.log_likelihood[inside]
        if found.component_names:
            found.components[at, 0] = sets.tau2[inside]
        _share(found, at, sets.tau2[inside], sets.typical_variance[inside])
        slow += (first + np.flatnonzero(~sets.is_fitted)).tolist()
        if look is not None:
            for i, tau2 in zip(at.tolist(), sets.tau2[inside].tolist(), strict=True):
                look(i, DiagonalCovariance(fit.vi + tau2), found)
    return slow


def _one_by_one(
    fit: FittedModel,
    kept: Sequence[Ints],
    found: Refits,
    look: Look | None,
    which: Sequence[int],
) -> None:
    sampling = fit.sampling_covariance()
    with warnings.catch_warnings():
        # Said once of the whole model; a subset says nothing new.
        warnings.simplefilter("ignore", PossibleMisuse)
        for i in which:
            rows = kept[i]
            if rows.size == 0:
                found.reasons[i] = NO_EFFECT
                continue
            if rows.size <= fit.design.p and fit.design.p > 1:
                found.reasons[i] = (
                    f"{rows.size:,} effects are left for {fit.design.p:,} coefficients."
                )
                continue
            try:
                model = fit.refit(rows)
            except (UserError, np.linalg.LinAlgError) as error:
                found.reasons[i] = str(error)
                continue
            found.coefficients[i] = model.coefficients
            found.vcov[i] = model.vcov
            found.coefficient_df[i] = model.coefficient_df
            values = {c.name: c.estimate for c in model.components}
            found.components[i] = [values.get(name, np.nan) for name in found.component_names]
            found.log_likelihood[i] = model.log_likelihood
            spread = cochran(sampling.take(rows), model.design.matrix, model.yi)
            found.q[i] = spread.q
            variance = model.prediction_variance()
            _share(
                found,
                np.array([i]),
                np.array([np.nan if variance is None else variance]),
                np.array([spread.typical_variance]),
            )
            said = [note for note in model.notes if note not in fit.notes]
            if rows.size == 1 and found.component_names:
                said = [ONE_EFFECT]
            if look is not None:
                covariance = covariance_under(fit, model)
                if covariance is None:
                    said.append(NOT_IN_THE_REST)
                else:
                    look(i, covariance, found)
            found.reasons[i] = " ".join(said) or None


def _share(found: Refits, at: Ints, variance: Floats, typical: Floats) -> None:
    """Write I2 and H2."""
    if found.component_names:
        found.i2[at] = 100.0 * variance / (variance + typical)
        found.h2[at] = 1.0 + variance / typical
        return
    q, df = found.q[at], found.q_df[at]
    with np.errstate(divide="ignore", invalid="ignore"):
        found.i2[at] = np.where(q > df, 100.0 * (q - df) / q, np.where(np.isnan(q), np.nan, 0.0))
        found.h2[at] = np.where(df > 0, q / df, np.nan)
