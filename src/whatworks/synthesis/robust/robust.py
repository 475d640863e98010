"""Inference that holds whatever the correlations within clusters are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import t_critical, t_two_sided
from whatworks.synthesis.columns import Columns
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.robust.inference import satterthwaite_df, standard_errors
from whatworks.synthesis.robust.notes import notes_on
from whatworks.synthesis.robust.predictions import RobustPrediction, robust_prediction
from whatworks.synthesis.robust.sandwich import TYPES, Sandwich, sandwich
from whatworks.synthesis.robust.wald import WALD_TESTS, RobustWald, robust_wald
from whatworks.synthesis.sampling_covariance.labels import coded
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["ROBUST_TESTS", "RobustInference", "robust"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROBUST_TESTS = ("Satterthwaite", "naive-t", "naive-tp", "z")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RobustInference(Summarised):
    """Coefficients of a model with cluster-robust inference.

    Attributes
    ----------
    names
        Coefficients, p of them.
    coefficients, se, statistic, df, p_value, ci
        Estimates and robust tests, (p,), limits (p, 2). Infinite degrees of freedom: normal.
    vcov
        Robust covariance, (p, p).
    n_clusters, n_effects
        What the inference rests on.
    type, test, level
        As used.
    notes
        Sentences a reader must know.
    model
        The working model.
    """

    names: tuple[str, ...]
    coefficients: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    ci: Floats
    vcov: Floats
    n_clusters: int
    n_effects: int
    type: str
    test: str
    level: float
    notes: tuple[str, ...]
    model: FittedModel = field(repr=False)
    clusters: Ints = field(repr=False)
    parts: Sandwich = field(repr=False)

    @property
    def estimate(self) -> float:
        """The only coefficient.

        Raises
        ------
        UserError
            There are several.
        """
        if self.coefficients.size != 1:
            raise UserError(
                f"The model has {self.coefficients.size} coefficients ({', '.join(self.names)}). "
                "Ask for coefficients."
            )
        return float(self.coefficients[0])

    @property
    def prediction_interval(self) -> tuple[float, float] | None:
        """Where the true effect of a new effect in a new study is expected, for one mean.

        estimate +- t sqrt(se^2 + variance of true effects), with the robust standard error and its
        degrees of freedom. None with moderators, or where the model has no one such variance.
        """
        variance = self.model.prediction_variance()
        if self.coefficients.size != 1 or variance is None or not self.df[0] > 0.0:
            return None
        reach = float(t_critical(self.level, self.df)[0] * np.sqrt(self.vcov[0, 0] + variance))
        return self.estimate - reach, self.estimate + reach

    def wald(
        self, tested: str | Sequence[int] | npt.ArrayLike | None = None, *, test: str = "HTZ"
    ) -> RobustWald:
        """Test several coefficients at once.

        Parameters
        ----------
        tested : str, sequence of int, array (q, p) or None
            A term of the formula, the name of a coefficient, positions of coefficients (the first is
            0), contrasts one a row, or all moderators (all coefficients of a model without).
        test : {"HTZ", "HTA", "HTB", "EDF", "EDT", "chi-sq", "Naive-F", "Naive-Fp"}
            HTZ is the one to report (Tipton and Pustejovsky 2015); the others are for comparison.

        Raises
        ------
        UserError
            What is tested does not exist, or its rows depend on each other.
        """
        one_of(test, WALD_TESTS, "test")
        rows = self.model.design.contrasts(tested)
        return robust_wald(self.coefficients, self.parts, self.vcov, rows, test)

    def predict(
        self, data: Columns | npt.ArrayLike | None = None, *, level: float | None = None
    ) -> RobustPrediction:
        """Return expected effects for values of the moderators, with robust intervals.

        Parameters
        ----------
        data : mapping or array (m, p), optional
            Values of the formula's variables, or rows of columns; the effects' own if not given
            (one row for a model without moderators).
        level : float, optional
            Level of all intervals; that of the inference if not given.

        Returns
        -------
        RobustPrediction
            x'b with the robust variance x'Vx, and degrees of freedom of that contrast by the test
            of this inference (Satterthwaite's are those of x itself, not of a coefficient).

        Raises
        ------
        UserError
            Values that do not fit the model.
        """
        level = self.level if level is None else level_between_0_and_1(level)
        x = self.model.design.new_rows(data)
        df = _df(self.test, self.parts, self.n_clusters, x)
        variance = self.model.prediction_variance()
        return robust_prediction(x, self.coefficients, self.parts, df, variance, level)

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
        return {
            "coefficients": [
                {
                    "term": name,
                    "estimate": float(self.coefficients[i]),
                    "se": _finite(self.se[i]),
                    "statistic": _finite(self.statistic[i]),
                    "df": _finite(self.df[i]),
                    "p_value": _finite(self.p_value[i]),
                    "ci": [_finite(limit) for limit in self.ci[i]],
                }
                for i, name in enumerate(self.names)
            ],
            "vcov": self.vcov.tolist(),
            "n_clusters": self.n_clusters,
            "n_effects": self.n_effects,
            "type": self.type,
            "test": self.test,
            "level": self.level,
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Return the result as plain text."""
        percent = f"{100 * self.level:g}%"
        lines = [
            f"Cluster-robust inference, {self.type}, {self.test}: {self.n_effects:,} effects in "
            f"{self.n_clusters:,} clusters"
        ]
        for i, name in enumerate(self.names):
            df = "" if np.isinf(self.df[i]) else f" on {self.df[i]:.1f} df"
            lines.append(
                f"{name}: {self.coefficients[i]:.4g} (SE {self.se[i]:.4g}), {percent} CI "
                f"{self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, {p_value_figure(self.p_value[i])}{df}"
            )
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)


def robust(
    model: FittedModel,
    cluster: npt.ArrayLike | None = None,
    *,
    type: str = "CR2",
    test: str = "Satterthwaite",
    level: float | None = None,
) -> RobustInference:
    """Return cluster-robust inference for a fitted model.

    Standard errors that do not trust the model's variances and correlations; degrees of freedom
    that own up to few or uneven clusters. The model is the working model: where it is right, CR2
    is unbiased whatever the number of clusters.

    Parameters
    ----------
    model : FittedModel
        Any fitted model.
    cluster : array-like, shape (k,), optional
        Cluster of each effect; the model's own independent clusters if not given. A cluster holds
        all effects that are correlated in the model.
    type : {"CR2", "CR0", "CR1", "CR1p", "CR1S", "CR3"}
        Adjustment of residuals: CR2 bias-reduced; CR3 close to the jackknife; CR0 none; CR1 by
        J/(J - 1), CR1p by J/(J - p), CR1S by J(k - 1)/((J - 1)(k - p)).
    test : {"Satterthwaite", "naive-t", "naive-tp", "z"}
        Degrees of freedom: Satterthwaite; J - 1; J - p; normal.
    level : float, optional
        Level of the intervals; that of the model if not given.

    Raises
    ------
    TooFewStudies
        There is one cluster.
    UserError
        Lengths, an unknown type or test, or effects of two clusters that are correlated.

    References
    ----------
    Hedges LV, Tipton E, Johnson MC (2010). Research Synthesis Methods 1:39-65.
    Tipton E (2015). Psychological Methods 20:375-393 (degrees of freedom below 4).
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672-683.

    Examples
    --------
    >>> from whatworks.synthesis.working_models import working_model
    >>> fit = working_model(
    ...     [0.3, 0.5, 0.1, 0.2, 0.6, 0.4],
    ...     [0.02, 0.03, 0.01, 0.02, 0.04, 0.03],
    ...     ["a", "a", "b", "b", "c", "c"],
    ...     kind="CHE",
    ...     rho=0.6,
    ... )
    >>> found = robust(fit)
    >>> round(found.estimate, 3), round(float(found.se[0]), 3), round(float(found.df[0]), 2)
    (0.292, 0.109, 1.92)
    """
    one_of(type, TYPES, "type")
    one_of(test, ROBUST_TESTS, "test")
    fitted_model(model, "robust", name="model")
    level = model.level if level is None else level_between_0_and_1(level)
    k = model.yi.size
    clusters = model.clusters if cluster is None else coded(cluster, "cluster", k).codes
    n_clusters = int(clusters.max()) + 1
    if n_clusters < 2:
        raise TooFewStudies(
            "All effects are in one cluster. Robust inference compares clusters; it needs two."
        )
    x = model.design.matrix
    residuals = model.yi - x @ model.coefficients
    parts = sandwich(x, residuals, model.marginal_covariance(), clusters, type)
    vcov = parts.vcov
    p = x.shape[1]
    df = _df(test, parts, n_clusters, np.eye(p))
    se = standard_errors(parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = model.coefficients / se
        reach = t_critical(level, df) * se
    return RobustInference(
        names=model.design.names,
        coefficients=model.coefficients,
        se=se,
        statistic=statistic,
        df=df,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((model.coefficients - reach, model.coefficients + reach), axis=-1),
        vcov=vcov,
        n_clusters=n_clusters,
        n_effects=int(model.yi.size),
        type=type,
        test=test,
        level=level,
        notes=notes_on(model.design.names, df, se, parts, is_estimated=test == "Satterthwaite"),
        model=model,
        clusters=clusters,
        parts=parts,
    )


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _df(test: str, parts: Sandwich, n_clusters: int, contrasts: Floats) -> Floats:
    """Return the degrees of freedom of contrasts, (m, p) to (m,)."""
    m, p = contrasts.shape
    if test == "z":
        return np.full(m, np.inf)
    if test == "Satterthwaite":
        return satterthwaite_df(parts, contrasts)
    return np.full(m, float(n_clusters - 1 if test == "naive-t" else n_clusters - p))
