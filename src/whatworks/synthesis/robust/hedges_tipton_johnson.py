"""Robust meta-regression with moment estimates of the variances (the RVE models of robumeta).

No likelihood: weights from a rough variance, everything in closed form. The correlated-effects model
gives the effects of a study the same weight; the hierarchical one has a variance between and one
within studies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self, cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import BlockCovariance, first_appearance_codes
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.design import Columns, Design, Moderators, design_of
from whatworks.synthesis.inputs import correlation_within, effect_arrays, one_of
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.robust.inference import satterthwaite_df, standard_errors
from whatworks.synthesis.robust.moment_variances import (
    correlated_tau2,
    hierarchical_variances,
    regress,
)
from whatworks.synthesis.robust.notes import notes_on
from whatworks.synthesis.robust.sandwich import sandwich
from whatworks.synthesis.sampling_covariance.labels import coded
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["RobustMetaRegression", "robust_meta_regression"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RobustMetaRegression(Summarised):
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
    yi, vi, design, clusters, cluster_labels
        Effects, sampling variances, fixed part, and the study of each effect: its code, (k,), and
        the name of each code.
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
    yi: Floats = field(repr=False)
    vi: Floats = field(repr=False)
    design: Design = field(repr=False)
    clusters: Ints = field(repr=False)
    cluster_labels: tuple[str, ...] = field(repr=False)

    @property
    def coefficient_df(self) -> Floats:
        """Degrees of freedom of the coefficients, (p,)."""
        return self.df

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """Variance between studies, and within them for hierarchical effects."""
        found = [VarianceComponent("tau2", "study", "variance", self.tau2, None, self.n_studies)]
        if self.omega2 is not None:
            found.append(
                VarianceComponent("omega2", "effect", "variance", self.omega2, None, self.n_effects)
            )
        return tuple(found)

    @property
    def method(self) -> str:
        """Estimator of the variances: moments."""
        return "moments"

    @property
    def test(self) -> str:
        """Test of the coefficients."""
        return "CR2, Satterthwaite" if self.small else "CR1p, naive-tp"

    @property
    def log_likelihood(self) -> float:
        """NaN: nothing was maximised."""
        return float("nan")

    def marginal_covariance(self) -> LowRankBlocks:
        """Return the covariance of the effects under the working model, (k, k).

        Its inverse is not what the effects are weighed by: see `weights`.
        """
        rho, omega2 = self.rho or 0.0, self.omega2 or 0.0
        shared = np.stack((np.sqrt(self.vi), np.ones(self.vi.size)))
        variances = np.array([rho, self.tau2])
        return LowRankBlocks((1.0 - rho) * self.vi + omega2, shared, variances, self.clusters)

    def sampling_covariance(self) -> BlockCovariance:
        """Return the sampling covariance assumed, (k, k): rho within studies, or independent."""
        if self.rho is None:
            return DiagonalCovariance(self.vi)
        sd = np.sqrt(self.vi)[None, :]
        return LowRankBlocks((1.0 - self.rho) * self.vi, sd, np.array([self.rho]), self.clusters)

    def prediction_variance(self) -> float | None:
        """Return the variance of a new effect's true value about its mean."""
        return self.tau2 + (self.omega2 or 0.0)

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects, or to other effects; see `FittedModel`.

        Raises
        ------
        TooFewStudies
            There are no more studies than coefficients.
        """
        y = self.yi if yi is None else np.asarray(yi, dtype=np.float64)
        v, design, codes, labels = self.vi, self.design, self.clusters, self.cluster_labels
        if rows is not None:
            y, v, design = y[rows], v[rows], design.rows(rows)
            codes = first_appearance_codes(self.clusters[rows])
            kept = dict.fromkeys(self.clusters[rows].tolist())
            labels = tuple(self.cluster_labels[code] for code in kept)
        options = (self.kind, self.rho, self.small, self.level)
        return cast("Self", _fit(y, v, design, codes, labels, options))

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
                f"{p_value_figure(self.p_value[i])} on {self.df[i]:.1f} df"
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
    codes, names = coded(study, "study", y.size)
    if kind == "HIER":
        rho = None
    elif rho is None:
        raise UserError("CORR needs rho, the correlation of sampling errors within a study.")
    else:
        rho = correlation_within(rho, below_1=False)
    design = design_of(mods, data, y.size)
    return _fit(y, v, design, codes, names, (kind, rho, small, level))


def _fit(
    y: Floats,
    v: Floats,
    design: Design,
    codes: Ints,
    labels: tuple[str, ...],
    options: tuple[str, float | None, bool, float],
) -> RobustMetaRegression:
    """Estimate variances, then coefficients with robust tests; arguments are checked."""
    kind, rho, small, level = options
    x, m = design.matrix, int(codes.max()) + 1
    if m <= design.p:
        raise TooFewStudies(
            f"There are {m:,} studies for {design.p:,} coefficients. Robust inference needs more "
            "studies than coefficients."
        )
    sizes = np.bincount(codes)
    omega2: float | None = None
    i2: float | None = None
    if rho is not None:
        mean_v = np.bincount(codes, v) / sizes
        rough = 1.0 / (sizes * mean_v)
        tau2, i2 = correlated_tau2(y, design, codes, rough[codes], rho)
        weights = (1.0 / (sizes * (mean_v + tau2)))[codes]
    else:
        tau2, omega2 = hierarchical_variances(y, v, design, codes)
        weights = 1.0 / (v + tau2 + omega2)
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
        tau2=tau2,
        omega2=omega2,
        i2=i2,
        weights=weights,
        kind=kind,
        rho=rho,
        small=small,
        level=level,
        n_studies=m,
        n_effects=int(y.size),
        notes=notes_on(design.names, df, se, parts, is_estimated=small),
        yi=y,
        vi=v,
        design=design,
        clusters=codes,
        cluster_labels=labels,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
