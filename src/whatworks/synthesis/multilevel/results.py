"""What a fitted model for dependent effects holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.design import Design
from whatworks.synthesis.model import VarianceComponent
from whatworks.synthesis.multilevel.problem import Problem
from whatworks.synthesis.multilevel.search import Likelihood
from whatworks.synthesis.multilevel.terms import TermData
from whatworks.synthesis.summarised import Summarised, prediction_lines

__all__ = [
    "Certificate",
    "LikelihoodMaximum",
    "MultilevelFit",
    "MultilevelPrediction",
    "Omnibus",
    "RandomDraws",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Omnibus(NamedTuple):
    """Test of several coefficients at once: chi-squared (df2 None) or F."""

    statistic: float
    df1: int
    df2: float | None
    p_value: float
    tested: tuple[int, ...]


class LikelihoodMaximum(NamedTuple):
    """One local maximum: components in the order of `components`, and the log-likelihood."""

    components: tuple[float, ...]
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """How the maximum was found, and what speaks for it.

    Attributes
    ----------
    maxima
        All distinct local maxima found, highest first.
    n_points, n_climbs
        Points of the likelihood looked at, and hills climbed to their top.
    remaining_gain
        What one more Newton step would add to the log-likelihood.
    on_boundary
        Components that stand on their boundary (a variance of 0, a correlation of 1 or -1).
    """

    maxima: tuple[LikelihoodMaximum, ...]
    n_points: int
    n_climbs: int
    remaining_gain: float
    on_boundary: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MultilevelPrediction(Summarised):
    """Expected effects with confidence and prediction intervals, one row for each asked for.

    Attributes
    ----------
    estimate, se
        Expected effect and standard error, (m,).
    ci
        Confidence limits, (m, 2).
    prediction_interval
        Limits for the true effect behind a new effect in a new unit of every level, (m, 2).
    interval_of_level
        For each level, limits for its new unit's mean: draws of this level and those above it.
    df, level
        Degrees of freedom, (m,); infinite: normal. Level of all intervals.
    """

    estimate: Floats
    se: Floats
    ci: Floats
    prediction_interval: Floats
    interval_of_level: dict[str, Floats]
    df: Floats
    level: float

    def table(self) -> dict[str, Floats]:
        """Return the rows as columns."""
        columns = {
            "estimate": self.estimate,
            "se": self.se,
            "df": self.df,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
        }
        for name, limits in self.interval_of_level.items():
            columns[f"{name} lower"] = limits[:, 0]
            columns[f"{name} upper"] = limits[:, 1]
        return columns | {
            "prediction_lower": self.prediction_interval[:, 0],
            "prediction_upper": self.prediction_interval[:, 1],
        }

    def summary(self) -> str:
        """Return the rows as plain text."""
        return "\n".join(
            prediction_lines(self.estimate, self.se, self.ci, self.prediction_interval, self.level)
        )


@dataclass(frozen=True, slots=True, eq=False)
class RandomDraws:
    """Predicted draws (BLUPs) of one level.

    Attributes
    ----------
    labels
        Unit, or unit and inner value, of each draw.
    estimate, se
        Predicted deviation from the fixed part, and the standard error of prediction, (n,).
    prediction_interval
        Limits, (n, 2).
    """

    labels: tuple[str, ...]
    estimate: Floats
    se: Floats
    prediction_interval: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MultilevelFit:
    """Estimates, tests and certificate of a model for dependent effects.

    Attributes
    ----------
    k, p
        Number of effects and of coefficients.
    coefficients, se, vcov
        Estimates (p,), standard errors, covariance (p, p).
    statistic, coefficient_df, p_value, ci
        Tests and limits, (p,) and (p, 2); infinite degrees of freedom: normal.
    components
        Variances and correlations of the random part.
    covariances
        For each term with an inner variable, its level, the inner values and the matrix G.
    omnibus
        Test of all moderators (of all coefficients where there is no intercept).
    q, q_df, q_p_value
        Test of no heterogeneity about the fixed part; None where the sampling covariance is not
        positive definite.
    i2, i2_of_level, typical_variance
        Share of the total variance, in percent, that is of true effects: in all and by
        intercept level, against the typical sampling variance (k - p)/tr(P). None as for `q`.
    log_likelihood, ml_log_likelihood, reml_log_likelihood
        The one maximised, and both.
    certificate
        How the maximum was found.
    clusters, cluster_labels
        Independent units: effects of different clusters share nothing.
    method, test, df_method, level
        As used.
    notes
        Sentences a reader must know.
    terms, fixed_terms
        Random terms that were estimated, and those set to 0.
    sampling, marginal
        Covariance of the sampling errors, and of the effects as fitted.
    problem, likelihood, phi
        What was maximised, scaled, and where: for profiles and refits.
    """

    k: int
    p: int
    coefficients: Floats
    se: Floats
    vcov: Floats
    statistic: Floats
    coefficient_df: Floats
    p_value: Floats
    ci: Floats
    components: tuple[VarianceComponent, ...]
    covariances: tuple[tuple[str, tuple[str, ...], Floats], ...]
    omnibus: Omnibus
    q: float | None
    q_df: int
    q_p_value: float | None
    i2: float | None
    i2_of_level: dict[str, float]
    typical_variance: float | None
    log_likelihood: float
    ml_log_likelihood: float
    reml_log_likelihood: float
    certificate: Certificate
    clusters: Ints = field(repr=False)
    cluster_labels: tuple[str, ...] = field(repr=False)
    method: str
    test: str
    df_method: str
    level: float
    notes: tuple[str, ...]
    yi: Floats = field(repr=False)
    vi: Floats = field(repr=False)
    design: Design = field(repr=False)
    terms: tuple[TermData, ...] = field(repr=False)
    fixed_terms: tuple[TermData, ...] = field(repr=False)
    sampling: BlockCovariance = field(repr=False)
    marginal: BlockCovariance = field(repr=False)
    problem: Problem = field(repr=False)
    likelihood: Likelihood = field(repr=False)
    phi: Floats = field(repr=False)
