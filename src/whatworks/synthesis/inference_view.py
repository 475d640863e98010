"""A model with inference that is not its own, in the shape that plots and reports know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.block_covariance import BlockCovariance, first_appearance_codes
from whatworks.synthesis.design import Design
from whatworks.synthesis.model import FittedModel, VarianceComponent
from whatworks.synthesis.multilevel import KenwardRoger, kenward_roger
from whatworks.synthesis.pooled_effect import GivesWeights
from whatworks.synthesis.robust import RobustInference, robust

__all__ = ["Inference", "InferenceView", "as_fitted"]

Inference = RobustInference | KenwardRoger

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class InferenceView:
    """A model, with covariance and degrees of freedom of robust or Kenward-Roger inference.

    Attributes
    ----------
    inference
        What was inferred.
    """

    inference: Inference

    @property
    def model(self) -> FittedModel:
        """The model it was inferred from."""
        return self.inference.model

    @property
    def yi(self) -> Floats:
        """Effects, (k,)."""
        return self.model.yi

    @property
    def vi(self) -> Floats:
        """Sampling variances, (k,)."""
        return self.model.vi

    @property
    def weights(self) -> Floats | None:
        """Weights of the model's own, if it has such, (k,)."""
        return self.model.weights if isinstance(self.model, GivesWeights) else None

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
        """Covariance of the estimates, (p, p)."""
        return self.inference.vcov

    @property
    def coefficient_df(self) -> Floats:
        """Degrees of freedom, (p,)."""
        return self.inference.df

    @property
    def components(self) -> tuple[VarianceComponent, ...]:
        """Parameters of the model's random part."""
        return self.model.components

    @property
    def clusters(self) -> Ints:
        """Code of the cluster of each effect, (k,)."""
        if isinstance(self.inference, KenwardRoger):
            return self.model.clusters
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
        """Test of the coefficients: "CR2, Satterthwaite", "Kenward-Roger"."""
        if isinstance(self.inference, KenwardRoger):
            return "Kenward-Roger"
        return f"{self.inference.type}, {self.inference.test}"

    @property
    def level(self) -> float:
        """Level of intervals."""
        inference = self.inference
        return self.model.level if isinstance(inference, KenwardRoger) else inference.level

    @property
    def log_likelihood(self) -> float:
        """Of the model."""
        return self.model.log_likelihood

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences a reader must know, of both."""
        inference = self.inference
        own = () if isinstance(inference, KenwardRoger) else inference.notes
        return (*self.model.notes, *own)

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
        inference = self.inference
        if isinstance(inference, KenwardRoger):
            return type(self)(kenward_roger(inference.model.refit(rows, yi=yi)))
        clusters = inference.clusters if rows is None else inference.clusters[rows]
        found = robust(
            inference.model.refit(rows, yi=yi),
            clusters,
            type=inference.type,
            test=inference.test,
            level=inference.level,
        )
        return type(self)(found)


def as_fitted(fit: FittedModel | Inference) -> FittedModel:
    """Return a fitted model as it is, and inference as a view of its model.

    Raises
    ------
    UserError
        It is neither.
    """
    if isinstance(fit, Inference):
        return InferenceView(fit)
    if not all(hasattr(fit, name) for name in ("yi", "design", "components", "refit")):
        raise UserError(
            f"Found {type(fit).__name__}, which is no fitted model. Give what random_effects, "
            "meta_regression, multilevel_model or working_model returns, or robust inference on it."
        )
    return fit
