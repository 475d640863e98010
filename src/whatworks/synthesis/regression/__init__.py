"""Two-level models with moderators."""

from whatworks.synthesis.regression.batch import MetaRegressionBatch, meta_regression_batch
from whatworks.synthesis.regression.location_scale import location_scale
from whatworks.synthesis.regression.location_scale_result import LocationScale
from whatworks.synthesis.regression.meta_regression import meta_regression
from whatworks.synthesis.regression.predict import RegressionPrediction
from whatworks.synthesis.regression.result import MetaRegression
from whatworks.synthesis.regression.tau2 import REGRESSION_METHODS
from whatworks.synthesis.regression.wald import Contrasts, WaldTest

__all__ = [
    "REGRESSION_METHODS",
    "Contrasts",
    "LocationScale",
    "MetaRegression",
    "MetaRegressionBatch",
    "RegressionPrediction",
    "WaldTest",
    "location_scale",
    "meta_regression",
    "meta_regression_batch",
]
