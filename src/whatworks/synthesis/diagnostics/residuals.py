"""Residuals of a fitted model: by effect and by cluster, marginal and conditional."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import block_stacks
from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.statistics.innovations import innovations
from whatworks.statistics.low_rank_blocks import LowRankBlocks
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.left_out import left_out
from whatworks.synthesis.diagnostics.projection import Projection, projection
from whatworks.synthesis.diagnostics.quadratic import (
    NO_SPREAD,
    low_rank_quadratic_form,
    quadratic_forms,
)
from whatworks.synthesis.diagnostics.true_effects import conditional_residuals
from whatworks.synthesis.diagnostics.units import units_of
from whatworks.synthesis.diagnostics.within_blocks import LARGE, batches_over
from whatworks.synthesis.fitted import fitted_model
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["ClusterResiduals", "Residuals", "residuals"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClusterResiduals:
    """How far each cluster as a whole lies from what the model expects.

    Attributes
    ----------
    labels, n
        Name of each cluster and number of its effects, (J,).
    chi2, df, p_value
        r'C^-1r with C the covariance of the cluster's residuals r, its rank, and the upper tail
        of chi-squared, (J,).
    deleted_chi2, deleted_p_value
        The same for the cluster against the model fitted without it, (J,), on n degrees of
        freedom; NaN unless residuals were asked for by cluster, and where there is no refit.
    """

    labels: tuple[str, ...]
    n: Ints
    chi2: Floats
    df: Ints
    p_value: Floats
    deleted_chi2: Floats
    deleted_p_value: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Residuals(Summarised):
    """Residuals of k effects; NaN: no value, and `reasons` says why.

    Attributes
    ----------
    labels, cluster
        Position of each effect, the first being 1, and the name of its cluster.
    by
        What was left out for the deleted residuals: "effect" or "cluster".
    raw
        y - Xb, (k,).
    se, standardised
        Standard error under the model and raw/se (internally standardised), (k,). NaN where a
        residual is 0 whatever the effect: a coefficient rests on it alone.
    deleted, deleted_se, studentised
        y less what the model without the unit expects, its standard error, and their ratio
        (externally studentised), (k,).
    cholesky
        L^-1(y - Xb) with M = LL' block by block, (k,): each effect's residual given those before
        it in its block, uncorrelated but for the estimation of b.
    conditional, conditional_se, conditional_standardised
        y less the predicted true effect, (k,): what is left to sampling error.
    clusters
        The same question of whole clusters.
    reasons
        Why the deleted residuals of an effect have no value; None where they have.
    """

    labels: tuple[str, ...]
    cluster: tuple[str, ...]
    by: str
    raw: Floats
    se: Floats
    standardised: Floats
    deleted: Floats
    deleted_se: Floats
    studentised: Floats
    cholesky: Floats
    conditional: Floats
    conditional_se: Floats
    conditional_standardised: Floats
    clusters: ClusterResiduals
    reasons: tuple[str | None, ...]

    def table(self) -> dict[str, object]:
        """Return the effects as columns."""
        return {
            "effect": list(self.labels),
            "cluster": list(self.cluster),
            "raw": self.raw,
            "se": self.se,
            "standardised": self.standardised,
            "deleted": self.deleted,
            "deleted_se": self.deleted_se,
            "studentised": self.studentised,
            "cholesky": self.cholesky,
            "conditional": self.conditional,
            "conditional_se": self.conditional_se,
            "conditional_standardised": self.conditional_standardised,
            "reason": list(self.reasons),
        }

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the largest residuals as plain text."""
        sizes = np.nan_to_num(np.abs(self.studentised), nan=-1.0)
        order = np.argsort(-sizes, kind="stable")[:5]
        lines = [
            f"Residuals of {len(self.labels):,} effects in {len(self.clusters.labels):,} clusters; "
            f"left out for the studentised ones: each {self.by}"
        ]
        lines += [
            f"  effect {self.labels[i]} ({self.cluster[i]}): studentised {self.studentised[i]:.3g}"
            for i in order.tolist()
            if sizes[i] >= 0.0
        ]
        without = sum(reason is not None for reason in self.reasons)
        if without:
            lines.append(f"{without:,} effects have no deleted residual; `reasons` says why")
        return "\n".join(lines)


def residuals(fit: FittedModel, *, by: str = "effect") -> Residuals:
    """Return the residuals of a model.

    Parameters
    ----------
    fit : FittedModel
        A fitted model of k effects.
    by : {"effect", "cluster"}
        What is left out, and the model fitted again, for the deleted residuals.

    Notes
    -----
    With M the marginal covariance and b its generalised least squares, the residuals have
    covariance M - X(X'M^-1X)^-1X' under the model. Deleted residuals have
    s2 [M_SS + X_S A X_S' - X_S C - C'X_S'] with all pieces of the refit: A = (X'M^-1X)^-1 of the
    effects kept, C = A X'M^-1 M_RS what an effect that stays says of its own cluster (zero where
    the whole cluster goes), s2 the Knapp-Hartung factor. For two-level models both are those of
    metafor (`rstandard`, `rstudent`); for dependent effects by effect metafor leaves C out.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112-125.
    Houseman EA, Ryan LM, Coull BA (2004). Journal of the American Statistical Association
    99:383-394 (Cholesky residuals).
    Nobre JS, Singer JM (2007). Biometrical Journal 49:863-875 (conditional residuals).
    """
    fitted_model(fit, "residuals")
    pieces = projection(fit)
    raw, marginal = pieces.residual, fit.marginal_covariance()
    variance = marginal.diagonal() - np.einsum("ij,ij->i", pieces.x @ pieces.bread, pieces.x)
    # Rounding leaves a little of the variance of a residual that is always 0.
    variance = np.where(variance > NO_SPREAD * marginal.diagonal(), variance, np.nan)
    se = np.sqrt(variance)
    without = left_out(fit, units_of(fit, by))
    conditional, conditional_se = conditional_residuals(fit, pieces)
    return Residuals(
        labels=tuple(str(i + 1) for i in range(raw.size)),
        cluster=tuple(fit.cluster_labels[i] for i in fit.clusters.tolist()),
        by=by,
        raw=raw,
        se=se,
        standardised=raw / se,
        deleted=without.residual,
        deleted_se=without.residual_se,
        studentised=without.studentised,
        cholesky=innovations(marginal, raw),
        conditional=conditional,
        conditional_se=conditional_se,
        conditional_standardised=conditional / conditional_se,
        clusters=_of_clusters(fit, pieces, without.chi2 if by == "cluster" else None),
        reasons=tuple(without.refits.reasons[i] for i in without.units.codes.tolist()),
    )


def _of_clusters(fit: FittedModel, pieces: Projection, deleted: Floats | None) -> ClusterResiduals:
    units = units_of(fit, "cluster")
    x, raw = pieces.x, pieces.residual
    chi2, df = np.empty(units.m), np.empty(units.m, dtype=np.int64)
    covariance = fit.marginal_covariance()
    is_large = np.zeros(units.m, dtype=np.bool_)
    if isinstance(covariance, LowRankBlocks) and np.array_equal(covariance.labels, units.codes):
        is_large = units.sizes > LARGE
        for j in np.flatnonzero(is_large).tolist():
            own_rows = np.flatnonzero(units.codes == j)
            chi2[j], df[j] = low_rank_quadratic_form(
                covariance.take(own_rows), x[own_rows], -pieces.bread, raw[own_rows]
            )
    blocks = [rows[~is_large[units.codes[rows[:, 0]]]] for rows in block_stacks(units.codes)]
    for rows, own in batches_over(covariance, blocks):
        at = units.codes[rows[:, 0]]
        spread = own - x[rows] @ pieces.bread @ np.swapaxes(x[rows], 1, 2)
        variances = np.diagonal(own, axis1=1, axis2=2)
        chi2[at], df[at] = quadratic_forms(raw[rows], spread, variances)
    sizes = units.sizes
    gone = np.full(units.m, np.nan) if deleted is None else deleted
    return ClusterResiduals(
        labels=units.labels,
        n=sizes,
        chi2=chi2,
        df=df,
        p_value=chi2_upper_tail(chi2, df),
        deleted_chi2=gone,
        deleted_p_value=np.where(np.isnan(gone), np.nan, chi2_upper_tail(gone, sizes)),
    )
