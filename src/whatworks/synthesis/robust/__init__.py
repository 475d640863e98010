"""Cluster-robust inference: standard errors and tests that hold whatever the dependence."""

from whatworks.synthesis.robust.bootstrap_weights import BOOTSTRAP_WEIGHTS
from whatworks.synthesis.robust.hedges_tipton_johnson import (
    RobustMetaRegression,
    robust_meta_regression,
)
from whatworks.synthesis.robust.predictions import RobustPrediction
from whatworks.synthesis.robust.rho_sensitivity import RhoSensitivity, rho_sensitivity
from whatworks.synthesis.robust.robust import ROBUST_TESTS, RobustInference, robust
from whatworks.synthesis.robust.wald import WALD_TESTS, RobustWald
from whatworks.synthesis.robust.wild_bootstrap import WildBootstrapTest, wild_bootstrap_test

__all__ = [
    "BOOTSTRAP_WEIGHTS",
    "ROBUST_TESTS",
    "WALD_TESTS",
    "RhoSensitivity",
    "RobustInference",
    "RobustMetaRegression",
    "RobustPrediction",
    "RobustWald",
    "WildBootstrapTest",
    "rho_sensitivity",
    "robust",
    "robust_meta_regression",
    "wild_bootstrap_test",
]
