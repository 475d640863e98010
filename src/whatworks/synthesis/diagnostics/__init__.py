"""Diagnostics of any fitted model, by effect and by cluster: one shape in, one table out."""

from whatworks.synthesis.diagnostics.baujat import Baujat, baujat
from whatworks.synthesis.diagnostics.cumulative import cumulative
from whatworks.synthesis.diagnostics.gosh import Gosh, gosh
from whatworks.synthesis.diagnostics.influence import Influence, InfluenceRule, influence
from whatworks.synthesis.diagnostics.leave_one_out import leave_one_out
from whatworks.synthesis.diagnostics.likelihood_profile import (
    LikelihoodProfile,
    profile_likelihood,
)
from whatworks.synthesis.diagnostics.outliers import Outliers, outliers
from whatworks.synthesis.diagnostics.permutation import PermutationTest, permutation_test
from whatworks.synthesis.diagnostics.residuals import ClusterResiduals, Residuals, residuals
from whatworks.synthesis.diagnostics.series import RefitSeries
from whatworks.synthesis.diagnostics.true_effects import TrueEffects, blup

__all__ = [
    "Baujat",
    "ClusterResiduals",
    "Gosh",
    "Influence",
    "InfluenceRule",
    "LikelihoodProfile",
    "Outliers",
    "PermutationTest",
    "RefitSeries",
    "Residuals",
    "TrueEffects",
    "baujat",
    "blup",
    "cumulative",
    "gosh",
    "influence",
    "leave_one_out",
    "outliers",
    "permutation_test",
    "profile_likelihood",
    "residuals",
]
