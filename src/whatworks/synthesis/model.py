"""What every fitted model can be asked: the one shape that diagnostics, plots and reports know.

Two-level models, meta-regressions and models for dependent effects all answer to it. A diagnostic
that is written against `FittedModel` works on each of them, by effect and by cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.synthesis.design import Design

__all__ = ["FittedModel", "VarianceComponent"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VarianceComponent:
    """One parameter of the random part.

    Attributes
    ----------
    name
        Unique within the model: "tau2", "sigma2 study", "rho 1,2".
    level
        What varies: "effect", "study", "study/effect", "outcome | trial".
    kind
        "variance" or "correlation".
    estimate, se
        Value and standard error from the expected information; None where it stands on its
        boundary or was fixed.
    n_levels
        Number of units that have their own draw.
    is_fixed
        Whether the value was given, not estimated.
    """

    name: str
    level: str
    kind: str
    estimate: float
    se: float | None
    n_levels: int
    is_fixed: bool = False


class FittedModel(Protocol):
    """A fitted model for k effects with p coefficients.

    Attributes
    ----------
    yi, vi
        Effects and their sampling variances, shape (k,).
    design
        Fixed part, (k, p).
    coefficients, vcov
        Estimates (p,) and their covariance (p, p), as used for tests (Knapp-Hartung factor in).
    coefficient_df
        Degrees of freedom of each coefficient's t, (p,); infinite: normal.
    components
        Parameters of the random part; empty for equal effects.
    clusters
        Independent units: code of each effect, (k,), from 0 in order of first appearance. For
        two-level models each effect is its own.
    cluster_labels
        Name of each unit, one for each code.
    method, test, level
        As used.
    log_likelihood
        Of the kind that was maximised (restricted for REML).
    notes
        Sentences a reader must know.
    """

    @property
    def yi(self) -> Floats:
        """Effects, (k,)."""
        ...

    @property
    def vi(self) -> Floats:
        """Sampling variances, (k,)."""
        ...

    @property
    def design(self) -> Design:
        """Fixed part."""
        ...

    @property
    def coefficients(self) -> Floats:
        """Estimates, (p,)."""
        ...

    @property
    def vcov(self) -> Floats:
        """Covariance of the estimates, (p, p)."""
        ...

    @property
    def coefficient_df(self) -> Floats:
        """Degrees of freedom, (p,); infinite: normal."""
        ...

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """Parameters of the random part."""
        ...

    @property
    def clusters(self) -> Ints:
        """Code of the independent unit of each effect, (k,)."""
        ...

    @property
    def cluster_labels(self) -> tuple[str, ...]:
        """Name of each independent unit."""
        ...

    @property
    def method(self) -> str:
        """Estimator."""
        ...

    @property
    def test(self) -> str:
        """Test of the coefficients."""
        ...

    @property
    def level(self) -> float:
        """Level of intervals."""
        ...

    @property
    def log_likelihood(self) -> float:
        """Of the kind that was maximised."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences a reader must know."""
        ...

    def marginal_covariance(self) -> BlockCovariance:
        """Return the fitted covariance of the effects: sampling plus random part, (k, k)."""
        ...

    def sampling_covariance(self) -> BlockCovariance:
        """Return the known covariance of the sampling errors, (k, k)."""
        ...

    def prediction_variance(self) -> float | None:
        """Return the variance of a new effect's true value about its mean; None: not estimated."""
        ...

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit the same model to some of the effects (in the order given), or to other effects.

        Parameters
        ----------
        rows : array of int, optional
            Which effects; each at most once. All of them if not given.
        yi : array, shape (k,), optional
            Effects to put in place of the model's own, before rows are taken.
        """
        ...
