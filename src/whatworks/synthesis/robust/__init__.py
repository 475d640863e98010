"""Cluster-robust inference: standard errors and tests that hold whatever the dependence."""

from whatworks.synthesis.robust.hedges_tipton_johnson import (
    RobustMetaRegression,
    robust_meta_regression,
)
from whatworks.synthesis.robust.robust import ROBUST_TESTS, RobustInference, robust
from whatworks.synthesis.robust.wald import WALD_TESTS, RobustWald

__all__ = [
    "ROBUST_TESTS",
    "WALD_TESTS",
    "RobustInference",
    "RobustMetaRegression",
    "RobustWald",
    "robust",
    "robust_meta_regression",
]
