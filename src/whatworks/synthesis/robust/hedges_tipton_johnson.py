"""Robust meta-regression with moment estimates of the variances (the RVE models of robumeta).

No likelihood: weights from a rough variance, everything in closed form. The correlated-effects model
gives the effects of a study the same weight; the hierarchical one has a variance between and one
within studies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.synthesis.design import Columns, Design, Moderators, design_of
from whatworks.synthesis.inputs import effect_arrays, one_of
from whatworks.synthesis.robust.inference import satterthwaite_df
from whatworks.synthesis.robust.sandwich import sandwich

__all__ = ["RobustMetaRegression", "robust_meta_regression"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Rounding, as a share of what the variance would be by weights alone.
NO_VARIANCE = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class RobustMetaRegression:
    """A fitted robust meta-regression.

    Attributes
    ----------
    names, coefficients, se, statistic, df, p_value, ci
        Coefficients with robust tests, (p,) and (p, 2).
    vcov
        Robust covariance, (p, p).
    tau2
        Variance between studies.
    omega2
        Variance within studies; None for correlated effects.
    i2
        Share of variance between studies in percent; None for hierarchical effects.
    weights
        Weight of each effect, (k,).
    kind, rho, small, level
        As used.
    n_studies, n_effects
        What it rests on.
    """

    names: tuple[str, ...]
    coefficients: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    ci: Floats
    vcov: Floats
    tau2: float
    omega2: float | None
    i2: float | None
    weights: Floats = field(repr=False)
    kind: str
    rho: float | None
    small: bool
    level: float
    n_studies: int
    n_effects: int

    def table(self) -> dict[str, object]:
        """Return the coefficients as columns."""
        return {
            "term": list(self.names),
            "estimate": self.coefficients,
            "se": self.se,
            "statistic": self.statistic,
            "df": self.df,
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
        }


def robust_meta_regression(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    study: npt.ArrayLike,
    *,
    kind: str = "CORR",
    rho: float | None = None,
    mods: Moderators = None,
    data: Columns | None = None,
    small: bool = True,
    level: float = 0.95,
) -> RobustMetaRegression:
    """Fit a robust meta-regression with moment estimates of the variances.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances.
    study : array-like, shape (k,)
        Study of each effect.
    kind : {"CORR", "HIER"}
        Correlated effects: weight 1/(n_j (mean v_j + tau2)). Hierarchical: 1/(v + tau2 + omega2).
    rho : float, optional
        Correlation of sampling errors within a study, for CORR, from 0 to 1; required there.
    mods, data : optional
        Moderators; see `design_of`.
    small : bool
        Small-sample adjustment: residuals by CR2 with the weights' inverse as working covariance,
        degrees of freedom by Satterthwaite. Otherwise m/(m - p) and t on m - p.
    level : float
        Level of the intervals.

    Raises
    ------
    TooFewStudies
        There are no more studies than coefficients.
    UserError
        Values or options that do not fit.

    References
    ----------
    Hedges LV, Tipton E, Johnson MC (2010). Research Synthesis Methods 1:39-65 (equations 13-15 and
    19-21).
    Tipton E (2015). Psychological Methods 20:375-393.
    """
    one_of(kind, ("CORR", "HIER"), "kind")
    level = level_between_0_and_1(level)
    y, v = effect_arrays(yi, vi)
    labels = np.asarray(study)
    if labels.shape != (y.size,):
        raise UserError(
            f"study has shape {labels.shape}. Give one for each of the {y.size:,} effects."
        )
    codes = first_appearance_codes(labels.astype(str) if labels.dtype.kind == "O" else labels)
    design = design_of(mods, data, y.size)
    m = int(codes.max()) + 1
    if m <= design.p:
        raise TooFewStudies(
            f"There are {m:,} studies for {design.p:,} coefficients. Robust inference needs more "
            "studies than coefficients."
        )
    sizes = np.bincount(codes)
    omega2: float | None = None
    i2: float | None = None
    if kind == "CORR":
        if rho is None or not 0.0 <= rho <= 1.0:
            raise UserError(f"rho must be from 0 to 1 for correlated effects. It was {rho!r}.")
        mean_v = np.bincount(codes, v) / sizes
        first = 1.0 / (sizes * mean_v)
        tau2, i2 = _correlated_tau2(y, design, codes, first[codes], rho)
        weights = (1.0 / (sizes * (mean_v + tau2)))[codes]
    else:
        rho = None
        tau2, omega2 = _hierarchical(y, v, design, codes)
        weights = 1.0 / (v + tau2 + omega2)
    return _fitted(y, design, codes, weights, (tau2, omega2, i2), (kind, rho, small, level))


def _regress(y: Floats, x: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Return coefficients, (X'WX)^-1 and residuals."""
    bread = np.asarray(np.linalg.inv(x.T @ (w[:, None] * x)), dtype=np.float64)
    b = bread @ (x.T @ (w * y))
    return b, bread, y - x @ b


def _study_products(x: Floats, codes: Ints, *weights: Floats) -> Floats:
    """Return the sum over studies of (X'a)(X'b)' for weights a and b, (p, p)."""
    m = int(codes.max()) + 1
    sums = [
        np.stack([np.bincount(codes, w * column, minlength=m) for column in x.T], axis=1)
        for w in weights
    ]
    return np.asarray(sums[0].T @ sums[-1])


def _correlated_tau2(
    y: Floats, design: Design, codes: Ints, w: Floats, rho: float
) -> tuple[float, float]:
    """Return tau2 and I2 of the correlated-effects model.

    E(Q) = tr(W S) - tr(B X'W S W X) with B = (X'WX)^-1, S = tau2 J + mean v ((1 - rho) I + rho J)
    within each study, J all ones, and W = 1/(n_j mean v_j).
    """
    x = design.matrix
    bread, left = _regress(y, x, w)[1:]
    q = float(w @ left**2)
    sizes = np.bincount(codes)
    share = w / sizes[codes]
    alone = x.T @ (share[:, None] * x)
    shared = _study_products(x, codes, share, np.ones_like(w))
    without_tau2 = sizes.size - float(np.trace(bread @ ((1.0 - rho) * alone + rho * shared)))
    slope = float(w.sum()) - float(np.trace(bread @ _study_products(x, codes, w, w)))
    excess = q - without_tau2
    return max(0.0, excess / slope), max(0.0, 100.0 * excess / q) if q > 0.0 else 0.0


def _hierarchical(y: Floats, v: Floats, design: Design, codes: Ints) -> tuple[float, float]:
    """Return tau2 and omega2 of the hierarchical model.

    Two quadratic forms of the residuals of a fit with weights 1/v are set to their expectations
    under S = V + omega2 I + tau2 J: the weighted sum of squares, and the sum over studies of the
    squared sum of residuals.
    """
    x = design.matrix
    w, ones = 1.0 / v, np.ones_like(v)
    bread, left = _regress(y, x, w)[1:]
    sizes = np.bincount(codes).astype(np.float64)
    weighted = float(w @ left**2)
    summed = float((np.bincount(codes, left) ** 2).sum())
    by_w2 = x.T @ ((w**2)[:, None] * x)
    by_wjw = _study_products(x, codes, w, w)
    by_j = _study_products(x, codes, ones, ones)
    spread = bread @ by_j @ bread
    # Expectation of each form: constant, times omega2, times tau2.
    first = (
        float(y.size - x.shape[1]),
        float(w.sum() - np.trace(bread @ by_w2)),
        float(w.sum() - np.trace(bread @ by_wjw)),
    )
    second = (
        float(v.sum() - np.trace(bread @ by_j)),
        float(
            y.size
            - 2.0 * np.trace(bread @ _study_products(x, codes, w, ones))
            + np.trace(spread @ by_w2)
        ),
        float(
            (sizes**2).sum()
            - 2.0 * np.trace(bread @ _study_products(x, codes, w * sizes[codes], ones))
            + np.trace(spread @ by_wjw)
        ),
    )
    rest_1, rest_2 = weighted - first[0], summed - second[0]
    det = second[1] * first[2] - first[1] * second[2]
    omega2 = max(0.0, (first[2] * rest_2 - second[2] * rest_1) / det) if det != 0.0 else 0.0
    return max(0.0, (rest_1 - first[1] * omega2) / first[2]), omega2


def _fitted(
    y: Floats,
    design: Design,
    codes: Ints,
    weights: Floats,
    variances: tuple[float, float | None, float | None],
    options: tuple[str, float | None, bool, float],
) -> RobustMetaRegression:
    """Return coefficients with robust tests, given the weights."""
    kind, rho, small, level = options
    x, m = design.matrix, int(codes.max()) + 1
    b, _, left = _regress(y, x, weights)
    kind_of_cr = "CR2" if small else "CR1p"
    parts = sandwich(x, left, DiagonalCovariance(1.0 / weights), codes, kind_of_cr)
    vcov = parts.vcov
    variance = np.diagonal(vcov)
    # A coefficient that rests on one study alone has no residual there, and so no standard error.
    se = np.sqrt(np.where(variance > NO_VARIANCE * np.diagonal(parts.bread), variance, np.nan))
    p = design.p
    df = satterthwaite_df(parts, np.eye(p)) if small else np.full(p, float(m - p))
    statistic = b / se
    reach = t_critical(level, df) * se
    return RobustMetaRegression(
        names=design.names,
        coefficients=b,
        se=se,
        statistic=statistic,
        df=df,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((b - reach, b + reach), axis=-1),
        vcov=vcov,
        tau2=variances[0],
        omega2=variances[1],
        i2=variances[2],
        weights=weights,
        kind=kind,
        rho=rho,
        small=small,
        level=level,
        n_studies=m,
        n_effects=int(y.size),
    )
