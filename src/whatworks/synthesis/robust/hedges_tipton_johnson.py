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
from whatworks.synthesis.robust.inference import satterthwaite_df, standard_errors
from whatworks.synthesis.robust.moment_variances import (
    correlated_tau2,
    hierarchical_variances,
    regress,
)
from whatworks.synthesis.robust.notes import notes_on
from whatworks.synthesis.robust.sandwich import sandwich

__all__ = ["RobustMetaRegression", "robust_meta_regression"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
    notes
        Sentences a reader must know.
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
    notes: tuple[str, ...]

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

    def to_dict(self) -> dict[str, object]:
        """Return the result as values that JSON can hold."""
        columns = {
            name: values for name, values in self.table().items() if isinstance(values, np.ndarray)
        }
        return {
            "coefficients": [
                {"term": term} | {name: _finite(values[i]) for name, values in columns.items()}
                for i, term in enumerate(self.names)
            ],
            "vcov": self.vcov.tolist(),
            "tau2": self.tau2,
            "omega2": self.omega2,
            "i2": self.i2,
            "kind": self.kind,
            "rho": self.rho,
            "small": self.small,
            "level": self.level,
            "n_studies": self.n_studies,
            "n_effects": self.n_effects,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        words = {
            "CORR": f"Correlated effects, rho = {self.rho:g}" if self.rho is not None else "",
            "HIER": "Hierarchical effects",
        }[self.kind]
        lines = [
            f"{words}: {self.n_effects:,} effects in {self.n_studies:,} studies, "
            f"{'CR2 and Satterthwaite' if self.small else 't on studies less coefficients'}"
        ]
        for i, name in enumerate(self.names):
            lines.append(
                f"{name}: {self.coefficients[i]:.4g} (SE {self.se[i]:.4g}), "
                f"{100 * self.level:g}% CI {self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, "
                f"p = {self.p_value[i]:.4g} on {self.df[i]:.1f} df"
            )
        spread = f"tau2 = {self.tau2:.4g}"
        if self.omega2 is not None:
            spread += f" between studies, omega2 = {self.omega2:.4g} within"
        if self.i2 is not None:
            spread += f", I2 = {self.i2:.1f}%"
        return "\n".join([*lines, spread, *(f"Note: {note}" for note in self.notes)])


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
        tau2, i2 = correlated_tau2(y, design, codes, first[codes], rho)
        weights = (1.0 / (sizes * (mean_v + tau2)))[codes]
    else:
        rho = None
        tau2, omega2 = hierarchical_variances(y, v, design, codes)
        weights = 1.0 / (v + tau2 + omega2)
    return _fitted(y, design, codes, weights, (tau2, omega2, i2), (kind, rho, small, level))


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
    b, _, left = regress(y, x, weights)
    kind_of_cr = "CR2" if small else "CR1p"
    parts = sandwich(x, left, DiagonalCovariance(1.0 / weights), codes, kind_of_cr)
    se = standard_errors(parts)
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
        vcov=parts.vcov,
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
        notes=notes_on(design.names, df, se, parts, is_estimated=small),
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
