"""Synthesis: effect sizes, random-effects models, accuracy, and what they mean."""

from whatworks.synthesis.accuracy import (
    IdentificationAccuracy,
    PerHundred,
    per_hundred,
    two_by_two_accuracy,
)
from whatworks.synthesis.clustering import (
    ClusteredEffects,
    cluster_corrected_g,
    cluster_corrected_g_by_arm,
    cluster_corrected_g_one_arm,
    cluster_df,
)
from whatworks.synthesis.composites import Composites, composite_by_study
from whatworks.synthesis.fit import FitStatistics, Maximum, Prediction, RandomEffects
from whatworks.synthesis.heterogeneity import METHODS
from whatworks.synthesis.inputs import PossibleMisuse
from whatworks.synthesis.intervals import HeterogeneityInterval
from whatworks.synthesis.months import (
    DEFAULT_MONTHS_TABLE,
    MonthsOfProgress,
    MonthsTable,
    months_of_progress,
    months_table,
)
from whatworks.synthesis.pooling import TESTS
from whatworks.synthesis.pre_post import difference_in_g, gain_in_pre_sd, standardised_gain
from whatworks.synthesis.routes import ROUTES, RawEffect, Route, compute_route
from whatworks.synthesis.standardised_difference import (
    EffectSizes,
    g_from_d,
    g_from_p,
    g_from_t,
    g_variance,
    hedges_g,
    pooled_sd,
    small_sample_factor,
)
from whatworks.synthesis.two_level import random_effects
from whatworks.synthesis.two_level_batch import RandomEffectsBatch, random_effects_batch
from whatworks.synthesis.wwc_clustering import (
    AdjustedT,
    cluster_adjusted_t,
    cluster_df_pustejovsky,
    effective_sample_size,
    wwc_cluster_g,
)

__all__ = [
    "DEFAULT_MONTHS_TABLE",
    "METHODS",
    "ROUTES",
    "TESTS",
    "AdjustedT",
    "ClusteredEffects",
    "Composites",
    "EffectSizes",
    "FitStatistics",
    "HeterogeneityInterval",
    "IdentificationAccuracy",
    "Maximum",
    "MonthsOfProgress",
    "MonthsTable",
    "PerHundred",
    "PossibleMisuse",
    "Prediction",
    "RandomEffects",
    "RandomEffectsBatch",
    "RawEffect",
    "Route",
    "cluster_adjusted_t",
    "cluster_corrected_g",
    "cluster_corrected_g_by_arm",
    "cluster_corrected_g_one_arm",
    "cluster_df",
    "cluster_df_pustejovsky",
    "composite_by_study",
    "compute_route",
    "difference_in_g",
    "effective_sample_size",
    "g_from_d",
    "g_from_p",
    "g_from_t",
    "g_variance",
    "gain_in_pre_sd",
    "hedges_g",
    "months_of_progress",
    "months_table",
    "per_hundred",
    "pooled_sd",
    "random_effects",
    "random_effects_batch",
    "small_sample_factor",
    "standardised_gain",
    "two_by_two_accuracy",
    "wwc_cluster_g",
]
