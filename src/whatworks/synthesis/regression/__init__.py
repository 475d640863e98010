"""Two-level models with moderators."""

from whatworks.synthesis.regression.location_scale import LocationScale, location_scale
from whatworks.synthesis.regression.meta_regression import meta_regression
from whatworks.synthesis.regression.result import (
    MetaRegression,
    RegressionPrediction,
    WaldTest,
)
from whatworks.synthesis.regression.tau2 import REGRESSION_METHODS

__all__ = [
    "REGRESSION_METHODS",
    "LocationScale",
    "MetaRegression",
    "RegressionPrediction",
    "WaldTest",
    "location_scale",
    "meta_regression",
]
