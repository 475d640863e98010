"""The covariance of all effects under the components that a part of them gave."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.diagonal_covariance import DiagonalCovariance
from whatworks.synthesis.model import FittedModel

__all__ = ["GivesCovarianceUnder", "covariance_under"]

Floats = npt.NDArray[np.float64]


@runtime_checkable
class GivesCovarianceUnder(Protocol):
    """A model that can lay another's components over its own effects."""

    def marginal_covariance_under(self, other: FittedModel) -> BlockCovariance | None:
        """Return the covariance of the own effects under the components of a refit.

        None where a component that they need is not in the refit: the variance of an outcome
        that only the effects left out have.
        """
        ...


def covariance_under(fit: FittedModel, other: FittedModel) -> BlockCovariance | None:
    """Return the covariance of a model's effects under the components of one of its refits.

    Models of one variance and independent effects need no method of their own.

    Parameters
    ----------
    fit, other : FittedModel
        A model and a refit of it to some of its effects.
    """
    if isinstance(fit, GivesCovarianceUnder):
        return fit.marginal_covariance_under(other)
    if len(fit.components) <= 1 and isinstance(fit.sampling_covariance(), DiagonalCovariance):
        return DiagonalCovariance(fit.vi + (other.prediction_variance() or 0.0))
    return None
