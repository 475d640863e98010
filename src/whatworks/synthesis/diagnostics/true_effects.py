"""Predicted true effects: each effect drawn towards what the model and its cluster say of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.diagnostics.inference import critical_values
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.projection import Projection, projection
from whatworks.synthesis.diagnostics.quadratic import NO_SPREAD
from whatworks.synthesis.diagnostics.within_blocks import laid_over
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["TrueEffects", "blup", "conditional_residuals"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrueEffects(Summarised):
    """Predicted true effects (empirical BLUPs) of k effects.

    Attributes
    ----------
    labels, cluster
        Position of each effect, the first being 1, and the name of its cluster.
    yi
        The effects as observed, (k,).
    estimate, se, interval
        Predicted true effect, its standard error, and limits (k, 2).
    deviation, deviation_se, deviation_interval
        The same of its distance from the fixed part: the draws of all levels together.
    level
        Level of the limits.
    """

    labels: tuple[str, ...]
    cluster: tuple[str, ...]
    yi: Floats
    estimate: Floats
    se: Floats
    interval: Floats
    deviation: Floats
    deviation_se: Floats
    deviation_interval: Floats
    level: float

    def table(self) -> dict[str, object]:
        """Return the effects as columns."""
        return {
            "effect": list(self.labels),
            "cluster": list(self.cluster),
            "yi": self.yi,
            "estimate": self.estimate,
            "se": self.se,
            "lower": self.interval[:, 0],
            "upper": self.interval[:, 1],
            "deviation": self.deviation,
            "deviation_se": self.deviation_se,
            "deviation_lower": self.deviation_interval[:, 0],
            "deviation_upper": self.deviation_interval[:, 1],
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the spread of observed and predicted effects as plain text."""
        return (
            f"{self.yi.size:,} effects observed from {self.yi.min():.4g} to {self.yi.max():.4g}; "
            f"true effects predicted from {self.estimate.min():.4g} to {self.estimate.max():.4g}"
        )


def blup(fit: FittedModel, *, level: float | None = None) -> TrueEffects:
    """Predict the true effect behind each observed one.

    Parameters
    ----------
    fit : FittedModel
        A fitted model. With dependent effects the prediction uses all levels: an effect is drawn
        towards its cluster, and that towards the fixed part.
    level : float, optional
        Level of the limits; that of the fit if not given.

    Notes
    -----
    With V the sampling covariance, M the marginal one and G = M - V, the prediction is
    Xb + GM^-1(y - Xb) with covariance G - GM^-1G + (X - GM^-1X) Cov(b) (X - GM^-1X)'. For a
    two-level model this is metafor's `blup`, the deviation its `ranef`. The uncertainty of the
    variances is not in it. Degrees of freedom are the fewest of the coefficients.

    References
    ----------
    Morris CN (1983). Journal of the American Statistical Association 78:47-55.
    Robinson GK (1991). Statistical Science 6:15-32.
    """
    fitted_model(fit, "blup")
    level = fit.level if level is None else level_between_0_and_1(level)
    pieces = projection(fit)
    x, raw = pieces.x, pieces.residual
    stacks = fit.marginal_covariance().stacks()
    sampling = laid_over(fit.sampling_covariance(), [stack.rows for stack in stacks])
    deviation, variance = np.empty(raw.size), np.empty(raw.size)
    drawn = np.empty(x.shape)
    for stack, v in zip(stacks, sampling, strict=True):
        rows, g = stack.rows, stack.matrices - v
        # M^-1G; symmetric matrices, so that its transpose is GM^-1.
        shrink = np.swapaxes(np.linalg.solve(stack.matrices, g), 1, 2)
        deviation[rows] = (shrink @ raw[rows][..., None])[..., 0]
        drawn[rows] = shrink @ x[rows]
        # G - GM^-1G = GM^-1V: no cancellation where G is small.
        variance[rows] = np.diagonal(shrink @ v, axis1=1, axis2=2)
    variance = np.maximum(0.0, variance)
    se = np.sqrt(variance + _in_direction(x - drawn, fit.vcov))
    deviation_se = np.sqrt(variance + _in_direction(drawn, fit.vcov))
    estimate = x @ fit.coefficients + deviation
    critical = float(critical_values(np.array([fit.coefficient_df.min()]), level)[0])
    return TrueEffects(
        labels=tuple(str(i + 1) for i in range(raw.size)),
        cluster=tuple(fit.cluster_labels[i] for i in fit.clusters.tolist()),
        yi=fit.yi,
        estimate=estimate,
        se=se,
        interval=_limits(estimate, critical * se),
        deviation=deviation,
        deviation_se=deviation_se,
        deviation_interval=_limits(deviation, critical * deviation_se),
        level=level,
    )


def conditional_residuals(fit: FittedModel, pieces: Projection) -> tuple[Floats, Floats]:
    """Return y less the predicted true effect, and its standard error VPV under the model."""
    raw = pieces.residual
    marginal = fit.marginal_covariance()
    known = _of_the_same_blocks(marginal, fit.sampling_covariance())
    if isinstance(marginal, LowRankBlocks) and known is not None:
        own = marginal.between_diagonal(known, known)
        drawn = known.times(pieces.wx)
        spent = np.einsum("ni,ij,nj->n", drawn, pieces.bread, drawn, optimize=True)
        left_over = np.where(own - spent > NO_SPREAD * own, own - spent, np.nan)
        return known.times(marginal.solve(raw)), np.sqrt(left_over)
    stacks = marginal.stacks()
    sampling = laid_over(fit.sampling_covariance(), [stack.rows for stack in stacks])
    value, variance = np.empty(raw.size), np.empty(raw.size)
    for stack, v in zip(stacks, sampling, strict=True):
        rows = stack.rows
        left = np.linalg.solve(stack.matrices, v)
        value[rows] = (np.swapaxes(left, 1, 2) @ raw[rows][..., None])[..., 0]
        own = np.diagonal(np.swapaxes(left, 1, 2) @ v, axis1=1, axis2=2)
        through_b = np.swapaxes(left, 1, 2) @ pieces.x[rows]
        spent = np.einsum("bni,ij,bnj->bn", through_b, pieces.bread, through_b)
        variance[rows] = np.where(own - spent > NO_SPREAD * own, own - spent, np.nan)
    return value, np.sqrt(variance)


def _of_the_same_blocks(
    marginal: BlockCovariance, sampling: BlockCovariance
) -> LowRankBlocks | None:
    """Return the sampling covariance in the form and blocks of the marginal one, if it has them."""
    if not isinstance(marginal, LowRankBlocks):
        return None
    if isinstance(sampling, DiagonalCovariance):
        nothing = np.zeros((1, marginal.size))
        return LowRankBlocks(sampling.diagonal(), nothing, np.zeros(1), marginal.labels)
    if isinstance(sampling, LowRankBlocks) and np.array_equal(sampling.labels, marginal.labels):
        return sampling
    return None


def _in_direction(a: Floats, vcov: Floats) -> Floats:
    """Return the diagonal of A vcov A'."""
    return np.asarray(np.einsum("ij,ij->i", a @ vcov, a))


def _limits(middle: Floats, reach: Floats) -> Floats:
    return np.stack((middle - reach, middle + reach), axis=-1)
