"""Do groups of studies differ? Each group's pooled effect, and the test between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import chi2_upper_tail, f_upper_tail
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.heterogeneity import METHODS
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.regression import MetaRegression, WaldTest, meta_regression
from whatworks.synthesis.sampling_covariance.labels import coded
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.two_level import random_effects
from whatworks.synthesis.two_level_batch import RandomEffectsBatch, random_effects_batch
from whatworks.synthesis.wording import p_value_figure

__all__ = ["SubgroupAnalysis", "subgroup_analysis"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Share of the largest standard error below which a Knapp-Hartung one says nothing.
ALL_BUT_EQUAL = 1e-3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SubgroupAnalysis(Summarised):
    """Pooled effects of G groups and the test between them.

    Attributes
    ----------
    labels, k
        Groups in order of first appearance, and their numbers of studies, (G,).
    estimate, se, ci, df, p_value
        Each group's pooled effect, (G,), limits (G, 2), degrees of freedom (infinite: normal), test
        of no effect.
    tau2, i2, prediction_interval
        Variance of true effects within each group, its share in percent, limits for a new study of
        the group (G, 2); NaN where it is not estimated.
    q, q_p_value
        Cochran's test of equal true effects within each group, (G,).
    q_between, q_between_df
        Spread of the groups' effects about their mean, weighted by 1/se^2.
    between
        Test that the groups have one mean: chi-squared for z; Welch's F for groups with a tau2 of
        their own, F on k - G degrees of freedom for a common one.
    r2
        Share of the variance of true effects that the groups explain, in percent; None unless tau2
        is common, or where there is nothing to explain.
    overall
        All studies pooled without regard to groups.
    common_tau2, method, test, level, notes
        As used, and what a reader must know.
    """

    labels: tuple[str, ...]
    k: Ints
    estimate: Floats
    se: Floats
    ci: Floats
    df: Floats
    p_value: Floats
    tau2: Floats
    i2: Floats
    prediction_interval: Floats
    q: Floats
    q_p_value: Floats
    q_between: float
    q_between_df: int
    between: WaldTest
    r2: float | None
    overall: RandomEffects
    common_tau2: bool
    method: str
    test: str
    level: float
    notes: tuple[str, ...]

    def table(self) -> dict[str, object]:
        """Return the groups as columns."""
        return {
            "group": list(self.labels),
            "k": self.k,
            "estimate": self.estimate,
            "se": self.se,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
            "df": self.df,
            "p_value": self.p_value,
            "tau2": self.tau2,
            "i2": self.i2,
            "prediction_lower": self.prediction_interval[:, 0],
            "prediction_upper": self.prediction_interval[:, 1],
            "q": self.q,
            "q_p_value": self.q_p_value,
        }

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold: None where a number is not finite."""
        columns = {
            name: [
                None if isinstance(value, float) and not isfinite(value) else value
                for value in np.asarray(column).tolist()
            ]
            for name, column in self.table().items()
        }
        return {
            "groups": columns,
            "q_between": self.q_between,
            "q_between_df": self.q_between_df,
            "between": list(self.between),
            "r2": self.r2,
            "overall": self.overall.to_dict(),
            "common_tau2": self.common_tau2,
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.level:g}%"
        shared = "a common tau2" if self.common_tau2 else "a tau2 of its own for each"
        lines = [f"{len(self.labels)} groups with {shared}, {self.method}, test {self.test}"]
        for i, label in enumerate(self.labels):
            tau2 = "" if np.isnan(self.tau2[i]) else f", tau2 {self.tau2[i]:.4g}"
            lines.append(
                f"{label}: {self.estimate[i]:.4g} (SE {self.se[i]:.4g}), {percent} CI "
                f"{self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, {self.k[i]:,} "
                f"{'study' if self.k[i] == 1 else 'studies'}{tau2}"
            )
        value, df1, df2, p = self.between
        name = (
            f"F = {value:.4g} on {df1} and {df2:.4g} df" if df2 else f"Q = {value:.4g} on {df1} df"
        )
        lines.append(f"Between groups: {name}, {p_value_figure(p)}")
        if self.r2 is not None:
            lines.append(f"The groups explain {self.r2:.1f}% of the variance of true effects")
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)


def subgroup_analysis(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    common_tau2: bool = False,
) -> SubgroupAnalysis:
    """Pool each group of independent effects, and test whether the groups differ.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances, one a study.
    group : array-like, shape (k,)
        Label of each study's group; two groups at least.
    method, test, level
        As in `random_effects`.
    common_tau2 : bool
        Whether one tau2 is estimated for all groups. With fewer than about five studies a group
        their own estimates are so uncertain that a common one is usually better (Borenstein et al.
        2009, chapter 19). It is the meta-regression on the groups.

    Raises
    ------
    TooFewStudies
        There is no effect.
    UserError
        One group only, a missing label, or as `random_effects`.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to Meta-Analysis,
    chapter 19 (Q between groups).
    Welch BL (1951). Biometrika 38:330-336 (F with variances that differ).

    Examples
    --------
    >>> found = subgroup_analysis(
    ...     [0.30, 0.12, 0.25, 0.61, 0.40, 0.72],
    ...     [0.02, 0.01, 0.04, 0.02, 0.03, 0.02],
    ...     ["class", "class", "class", "small", "small", "small"],
    ... )
    >>> found.labels, found.estimate.round(2).tolist()
    (('class', 'small'), [0.19, 0.6])
    """
    one_of(method, METHODS, "method")
    overall = random_effects(yi, vi, method=method, test=test, level=level)
    y, v = overall.yi, overall.vi
    codes, labels = coded(group, "group", y.size)
    if len(labels) < 2:
        raise UserError(f'group: all effects are of "{labels[0]}". A comparison needs two groups.')
    order = np.argsort(codes, kind="stable")
    k = np.bincount(codes)
    starts = np.concatenate(([0], np.cumsum(k)[:-1])).astype(np.int64)
    each = random_effects_batch(y[order], v[order], starts, method=method, test=test, level=level)
    notes = list(overall.notes)
    if common_tau2:
        indicators = (codes[:, None] == np.arange(len(labels))).astype(np.float64)
        shared = meta_regression(y, v, indicators, method=method, test=test, level=level)
        notes += [note for note in shared.notes if note not in notes]
        found = _with_common(shared, each)
    else:
        found = _apart(each)
        alone = [label for label, size in zip(labels, k, strict=True) if size == 1]
        if alone and method != "EE":
            notes.append(
                f"One study in {', '.join(alone)}: its interval leaves the differences between "
                "studies out, so that the test between groups finds too much. Use a common tau2."
            )
    equal = [n for n, se in zip(labels, found.se, strict=True) if se < _floor(found.se)]
    if equal and test == "knha":
        notes.append(
            f"In {', '.join(equal)} the effects are all but equal, so that the Knapp-Hartung "
            'standard error is next to 0. Use test "adhoc".'
        )
    return SubgroupAnalysis(
        labels=labels,
        k=k,
        estimate=found.estimate,
        se=found.se,
        ci=found.ci,
        df=found.df,
        p_value=found.p_value,
        tau2=found.tau2,
        i2=found.i2,
        prediction_interval=found.prediction_interval,
        q=each.q,
        q_p_value=each.q_p_value,
        q_between=_between(found.estimate, found.se),
        q_between_df=len(labels) - 1,
        between=found.test,
        r2=found.r2,
        overall=overall,
        common_tau2=common_tau2,
        method=method,
        test=test,
        level=overall.level,
        notes=tuple(notes),
    )


class _Groups(NamedTuple):
    """What differs between groups fitted apart and fitted with a common tau2."""

    estimate: Floats
    se: Floats
    ci: Floats
    df: Floats
    p_value: Floats
    tau2: Floats
    i2: Floats
    prediction_interval: Floats
    test: WaldTest
    r2: float | None


def _apart(each: RandomEffectsBatch) -> _Groups:
    df = np.where(np.isnan(each.df), np.inf, each.df)
    return _Groups(
        each.estimate,
        each.se,
        each.ci,
        df,
        each.p_value,
        each.tau2,
        each.i2,
        each.prediction_interval,
        _welch(each.estimate, each.se, df),
        None,
    )


def _with_common(shared: MetaRegression, each: RandomEffectsBatch) -> _Groups:
    groups = shared.p
    # Each group but the first less the first.
    contrasts = np.hstack((-np.ones((groups - 1, 1)), np.eye(groups - 1)))
    tau2, i2 = np.full(groups, shared.tau2), each.i2
    if shared.method != "EE":
        # Against the typical sampling variance of the group's own studies.
        w = shared.design.matrix / shared.vi[:, None]
        s1 = w.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            typical = (each.k - 1) / (s1 - (w**2).sum(axis=0) / s1)
            i2 = np.where(each.k > 1, 100.0 * tau2 / (typical + tau2), np.nan)
    return _Groups(
        shared.coefficients,
        shared.se,
        shared.ci,
        shared.coefficient_df,
        shared.p_value,
        tau2,
        i2,
        shared.predict(np.eye(groups)).prediction_interval,
        shared.wald_test(contrasts),
        shared.r2,
    )


def _between(estimate: Floats, se: Floats) -> float:
    """Return the spread of the groups about their weighted mean."""
    w = _precision(se)
    return float(w @ (estimate - w @ estimate / w.sum()) ** 2)


def _floor(se: Floats) -> float:
    return ALL_BUT_EQUAL * float(se.max())


def _precision(se: Floats) -> Floats:
    """Return 1/se^2, finite for effects that are all equal within a group."""
    return np.asarray(1.0 / np.maximum(se, _floor(se)) ** 2)


def _welch(estimate: Floats, se: Floats, df: Floats) -> WaldTest:
    """Test one mean: chi-squared, or Welch's F where standard errors have degrees of freedom."""
    q, m = _between(estimate, se), estimate.size - 1
    if np.isinf(df).all():
        return WaldTest(q, m, None, float(chi2_upper_tail(q, m)))
    w = _precision(se)
    doubt = float(((1.0 - w / w.sum()) ** 2 / df).sum())
    statistic = q / m / (1.0 + 2.0 * (m - 1) / (m * (m + 2)) * doubt)
    df2 = m * (m + 2) / (3.0 * doubt)
    return WaldTest(statistic, m, df2, float(f_upper_tail(statistic, m, df2)))
