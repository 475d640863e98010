"""A model whose tests are cluster-robust, in the shape that plots and reports know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance, first_appearance_codes
from whatworks.synthesis.design import Design
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.robust import RobustInference, robust

__all__ = ["RobustView", "as_fitted"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RobustView:
    """The working model, with covariance, degrees of freedom and clusters of robust inference.

    Attributes
    ----------
    model
        The working model.
    inference
        What was robustly inferred from it.
    """

    model: FittedModel
    inference: RobustInference

    @property
    def yi(self) -> Floats:
        """Effects, (k,)."""
        return self.model.yi

    @property
    def vi(self) -> Floats:
        """Sampling variances, (k,)."""
        return self.model.vi

    @property
    def design(self) -> Design:
        """Fixed part."""
        return self.model.design

    @property
    def coefficients(self) -> Floats:
        """Estimates, (p,)."""
        return self.model.coefficients

    @property
    def vcov(self) -> Floats:
        """Robust covariance of the estimates, (p, p)."""
        return self.inference.vcov

    @property
    def coefficient_df(self) -> Floats:
        """Robust degrees of freedom, (p,)."""
        return self.inference.df

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """Parameters of the working model's random part."""
        return self.model.components

    @property
    def clusters(self) -> Ints:
        """Code of the cluster of each effect, (k,)."""
        return first_appearance_codes(self.inference.clusters)

    @property
    def cluster_labels(self) -> tuple[str, ...]:
        """Name of each cluster; numbers where they are not those of the model."""
        if np.array_equal(self.clusters, self.model.clusters):
            return self.model.cluster_labels
        return tuple(str(i + 1) for i in range(int(self.clusters.max()) + 1))

    @property
    def method(self) -> str:
        """Estimator."""
        return self.model.method

    @property
    def test(self) -> str:
        """Test of the coefficients: "CR2, Satterthwaite"."""
        return f"{self.inference.type}, {self.inference.test}"

    @property
    def level(self) -> float:
        """Level of intervals."""
        return self.inference.level

    @property
    def log_likelihood(self) -> float:
        """Of the working model."""
        return self.model.log_likelihood

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences a reader must know, of both."""
        return (*self.model.notes, *self.inference.notes)

    def marginal_covariance(self) -> BlockCovariance:
        """Return the fitted covariance of the effects."""
        return self.model.marginal_covariance()

    def sampling_covariance(self) -> BlockCovariance:
        """Return the known covariance of the sampling errors."""
        return self.model.sampling_covariance()

    def prediction_variance(self) -> float | None:
        """Return the variance of a new effect's true value about its mean."""
        return self.model.prediction_variance()

    def refit(self, rows: Ints | None = None, *, yi: Floats | None = None) -> Self:
        """Fit and infer again.

        Raises
        ------
        TooFewStudies
            One cluster is left.
        """
        model = self.model.refit(rows, yi=yi)
        clusters = self.inference.clusters if rows is None else self.inference.clusters[rows]
        found = robust(
            model,
            clusters,
            type=self.inference.type,
            test=self.inference.test,
            level=self.inference.level,
        )
        return type(self)(model, found)


def as_fitted(fit: FittedModel | RobustInference) -> FittedModel:
    """Return a fitted model as it is, and robust inference as a view of its model."""
    return RobustView(fit.model, fit) if isinstance(fit, RobustInference) else fit
