"""Cluster wild bootstrap: a test of coefficients for few clusters.

The residuals of the model in which the hypothesis holds keep their place, so that each cluster keeps
its effects, their variances and their dependence; all of a cluster are multiplied by one random
number of mean 0 and variance 1. The share of such data whose Wald statistic is at least that of the
real data is the p value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.synthesis.inputs import generator_of, one_of, whole_number
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.robust.bootstrap_weights import (
    BOOTSTRAP_WEIGHTS,
    all_signs,
    drawn_weights,
)
from whatworks.synthesis.robust.inference import known_share
from whatworks.synthesis.robust.robust import RobustInference
from whatworks.synthesis.robust.sandwich import bias_reduced_residuals, sandwich
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["WildBootstrapTest", "wild_bootstrap_test"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Statistics that differ by less are equal: rounding must not break a tie.
TIE = 1e-8
# Numbers of one batch of bootstrap data.
BATCH = 4_000_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WildBootstrapTest(Summarised):
    """Result of a cluster wild bootstrap test of q contrasts.

    Attributes
    ----------
    statistic
        Wald statistic of the data over q, with the robust covariance of `type`.
    p_value
        Share of data sets, the real one among them, with at least that statistic.
    p_value_se
        Standard error of the p value from the drawing; 0 where every pattern was gone through.
    q
        Number of contrasts.
    n
        Bootstrap data sets, beside the real one where they were drawn.
    is_exact
        Whether every pattern of signs was gone through (half of them: turning all signs changes
        nothing); the real data are one of the patterns.
    weights, is_adjusted, is_refitted, type
        As used.
    n_clusters
        What the test rests on.
    notes
        Sentences a reader must know.
    distribution
        Statistics of the bootstrap data, (n,).
    """

    statistic: float
    p_value: float
    p_value_se: float
    q: int
    n: int
    is_exact: bool
    weights: str
    is_adjusted: bool
    is_refitted: bool
    type: str
    n_clusters: int
    notes: tuple[str, ...]
    distribution: Floats = field(repr=False)

    def to_dict(self) -> dict[str, object]:
        """Return all fields but the distribution, as values that JSON can hold."""
        names = [name for name in self.__slots__ if name not in ("distribution", "notes")]
        return {name: getattr(self, name) for name in names} | {"notes": list(self.notes)}

    def summary(self) -> str:
        """Return the test as plain text."""
        how = f"all {self.n:,} patterns of signs" if self.is_exact else f"{self.n:,} data sets"
        first = (
            f"Cluster wild bootstrap of {self.q} {'contrast' if self.q == 1 else 'contrasts'}, "
            f"{self.weights}, {how}, {self.n_clusters:,} clusters: F = {self.statistic:.4g}, "
            f"{p_value_figure(self.p_value)}"
        )
        return "\n".join([first, *(f"Note: {note}" for note in self.notes)])


def wild_bootstrap_test(
    found: RobustInference,
    tested: str | Sequence[int] | npt.ArrayLike | None = None,
    *,
    rng: np.random.Generator | int | None = None,
    n: int = 1_999,
    weights: str = "Rademacher",
    adjust: bool = False,
    refit: bool = False,
) -> WildBootstrapTest:
    """Test coefficients by a cluster wild bootstrap.

    Parameters
    ----------
    found : RobustInference
        Robust inference for a fitted model; its type of variance and its clusters are used.
    tested : str, sequence of int, array (q, p) or None
        As in `RobustInference.wald`.
    rng : numpy.random.Generator or int, optional
        Source of the drawing, or a seed for one; needed unless all patterns of signs are gone through.
    n : int
        Data sets to draw. With Rademacher weights and 2^(J - 1) <= n + 1 every pattern of signs of
        the J clusters is gone through once instead.
    weights : {"Rademacher", "Mammen", "Webb six"}
        Distribution of the random factors. Webb's has more values, for fewer than 12 clusters.
    adjust : bool
        Multiply the residuals by the CR2 adjustment of the model under the hypothesis first.
    refit : bool
        Estimate the variances anew in each data set. Otherwise the weights stay, and thousands of
        data sets take milliseconds.

    Raises
    ------
    TooFewStudies
        A direction of what is tested rests on one cluster alone.
    UserError
        What is tested does not exist, an unknown word, or no `rng` where one is needed.

    Notes
    -----
    The model under the hypothesis is fitted with the variances of the full model:
    b - B C'(C B C')^-1 C b.

    References
    ----------
    Joshi M, Pustejovsky JE, Beretvas SN (2022). Research Synthesis Methods 13:457-477.
    Cameron AC, Gelbach JB, Miller DL (2008). Review of Economics and Statistics 90:414-427.

    Examples
    --------
    >>> from whatworks.synthesis.robust import robust
    >>> from whatworks.synthesis.working_models import working_model
    >>> y = [0.3, 0.5, 0.1, 0.2, 0.6, 0.4, 0.5, 0.2]
    >>> v = [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.02, 0.03]
    >>> fit = working_model(y, v, [1, 1, 2, 2, 3, 3, 4, 4], kind="CHE", rho=0.6)
    >>> wild_bootstrap_test(robust(fit), [0]).p_value
    0.125
    """
    one_of(weights, BOOTSTRAP_WEIGHTS, "weights")
    if not isinstance(found, RobustInference):
        raise UserError(
            f"wild_bootstrap_test, found: found {type(found).__name__}, which is no robust inference. "
            "Give robust(model)."
        )
    n = whole_number(n, "n", "a number of data sets, 1 or more, such as 1,999", low=1)
    rng = None if rng is None else generator_of(rng)
    contrasts = found.model.design.contrasts(tested)
    q = contrasts.shape[0]
    if found.n_clusters <= q or known_share(found.parts, contrasts) == 0.0:
        raise TooFewStudies(
            "What is tested rests on too few clusters, so that its robust variance is not known. "
            "Leave out of the test what one cluster alone can tell."
        )
    is_exact = weights == "Rademacher" and (n + 1).bit_length() >= found.n_clusters
    if not is_exact and rng is None:
        raise UserError(
            f"With {found.n_clusters:,} clusters and these weights data must be drawn at random. "
            "Give rng=numpy.random.default_rng(seed)."
        )
    batch = max(1, BATCH // (found.n_clusters * q))
    if is_exact or rng is None:
        factors = all_signs(found.n_clusters, batch=batch)
    else:
        factors = drawn_weights(weights, n, found.n_clusters, rng, batch=batch)
    null, residuals = _under_hypothesis(found, contrasts, adjust)
    if refit:
        distribution = _refitted(found, contrasts, factors, null, residuals)
    else:
        distribution = _weights_kept(found, contrasts, factors, residuals)
    value = contrasts @ found.coefficients
    observed = float(_wald(value, contrasts @ found.vcov @ contrasts.T)) / q
    reached = int((distribution >= observed * (1.0 - TIE)).sum())
    if is_exact:
        p_value, p_value_se = reached / distribution.size, 0.0
    else:
        p_value = (reached + 1.0) / (distribution.size + 1.0)
        p_value_se = float(np.sqrt(p_value * (1.0 - p_value) / (distribution.size + 1.0)))
    return WildBootstrapTest(
        statistic=observed,
        p_value=p_value,
        p_value_se=p_value_se,
        q=q,
        n=int(distribution.size),
        is_exact=is_exact,
        weights=weights,
        is_adjusted=adjust,
        is_refitted=refit,
        type=found.type,
        n_clusters=found.n_clusters,
        notes=_notes(weights, found.n_clusters),
        distribution=distribution,
    )


def _under_hypothesis(
    found: RobustInference, contrasts: Floats, adjust: bool
) -> tuple[Floats, Floats]:
    """Return expected effects and residuals of the model in which Cb = 0, (k,) each."""
    x, b, bread = found.model.design.matrix, found.coefficients, found.parts.bread
    towards = bread @ contrasts.T
    restricted = b - towards @ np.linalg.solve(contrasts @ towards, contrasts @ b)
    expected = x @ restricted
    residuals = found.model.yi - expected
    q, p = contrasts.shape
    if adjust and q < p:
        # Columns of the model under the hypothesis: X times what C takes to 0.
        free = np.linalg.svd(contrasts)[2][q:].T
        residuals = bias_reduced_residuals(
            x @ free, residuals, found.model.marginal_covariance(), found.clusters
        )
    return expected, residuals


def _weights_kept(
    found: RobustInference, contrasts: Floats, factors: Iterator[Floats], residuals: Floats
) -> Floats:
    """Return the statistic of each data set, weights being those of the fit.

    With factors h_j the estimate moves by R z, z = sum over j of h_j t_j, t_j = R'X_j'W_j e_j, and
    cluster j contributes h_j K_j'e_j - K_j'X_j R z.
    """
    x, covariance = found.model.design.matrix, found.model.marginal_covariance()
    parts = sandwich(x, residuals, covariance, found.clusters, found.type)
    steps = (x @ parts.root) * covariance.solve(residuals)[:, None]
    t = np.stack([np.bincount(found.clusters, column) for column in steps.T], axis=1)
    own, cross = parts.scores @ contrasts.T, parts.cross(contrasts)
    (n_clusters, q), p = own.shape, x.shape[1]
    flat = np.swapaxes(cross, 0, 1).reshape(p, n_clusters * q)
    statistics = []
    for h in factors:
        z = h @ t
        scores = h[:, :, None] * own - (z @ flat).reshape(-1, n_clusters, q)
        values = z @ (contrasts @ parts.root).T
        statistics.append(_wald(values, np.swapaxes(scores, 1, 2) @ scores) / q)
    return np.concatenate(statistics)


def _refitted(
    found: RobustInference,
    contrasts: Floats,
    factors: Iterator[Floats],
    expected: Floats,
    residuals: Floats,
) -> Floats:
    """Return the statistic of each data set, variances being estimated anew."""
    x = found.model.design.matrix
    statistics = []
    for h in (row for batch in factors for row in batch):
        model: FittedModel = found.model.refit(yi=expected + h[found.clusters] * residuals)
        left = model.yi - x @ model.coefficients
        vcov = sandwich(x, left, model.marginal_covariance(), found.clusters, found.type).vcov
        value = contrasts @ model.coefficients
        statistics.append(float(_wald(value, contrasts @ vcov @ contrasts.T)))
    return np.asarray(np.array(statistics) / contrasts.shape[0], dtype=np.float64)


def _wald(value: Floats, covariance: Floats) -> Floats:
    """Return c'V^-1c for values (..., q) and covariances (..., q, q); infinite where V has no inverse.

    A data set without any spread counts as one that reaches the statistic: the careful side.
    """
    sizes, axes = np.linalg.eigh(covariance)
    along = (np.swapaxes(axes, -1, -2) @ value[..., None])[..., 0]
    is_flat = sizes <= 1e-14 * sizes[..., -1:]
    ratios = along**2 / np.where(is_flat, 1.0, sizes)
    return np.asarray(np.where(is_flat.any(axis=-1), np.inf, ratios.sum(axis=-1)), np.float64)


def _notes(weights: str, n_clusters: int) -> tuple[str, ...]:
    if weights == "Rademacher" and n_clusters < 7:
        return (
            f"With {n_clusters:,} clusters no p value below {0.5 ** (n_clusters - 1):.3g} can arise.",
        )
    return ()
