"""What education needs of effects: clusters, standards, and numbers that studies leave out."""

from whatworks.synthesis.education.analysed_effects import AnalysedEffects
from whatworks.synthesis.education.analysis_variance import (
    effect_of_coefficient,
    effect_of_means,
    effect_of_standardised_coefficient,
    effect_of_test,
)
from whatworks.synthesis.education.attrition import (
    BOUNDARIES,
    Attrition,
    attrition,
    attrition_bias,
    attrition_from_counts,
)
from whatworks.synthesis.education.clustering_design import (
    CLUSTERED_ARMS,
    DF_FORMULAS,
    INDIVIDUAL,
    Assignment,
    ClusterFactors,
)
from whatworks.synthesis.education.cox_index import cox_index
from whatworks.synthesis.education.design_rating import (
    BaselineEquivalence,
    DesignRating,
    baseline_equivalence,
    group_design_rating,
)
from whatworks.synthesis.education.draws import (
    SCALES,
    Imputed,
    StatedNormal,
    draw_missing,
    draw_stated,
)
from whatworks.synthesis.education.extent_of_evidence import ExtentOfEvidence, extent_of_evidence
from whatworks.synthesis.education.false_discovery import FalseDiscovery, benjamini_hochberg
from whatworks.synthesis.education.icc import IccDefault, icc_default, icc_library
from whatworks.synthesis.education.icc_estimate import IccEstimate, icc_from_pupils
from whatworks.synthesis.education.icc_range import (
    IccInterval,
    IccRange,
    OverIcc,
    Spread,
    vi_over_icc,
)
from whatworks.synthesis.education.improvement_index import ImprovementIndex, improvement_index
from whatworks.synthesis.education.imputation import (
    TwoPoint,
    impute_and_pool,
    two_point_sensitivity,
)
from whatworks.synthesis.education.informed_draws import draw_informed
from whatworks.synthesis.education.pretest_variance import (
    PRETEST_TERMS,
    effect_of_gains,
    effect_with_pretest,
    gain_of_effects,
)
from whatworks.synthesis.education.rubin import ImputedFit, PooledComponent, pool_fits

__all__ = [
    "BOUNDARIES",
    "CLUSTERED_ARMS",
    "DF_FORMULAS",
    "INDIVIDUAL",
    "PRETEST_TERMS",
    "SCALES",
    "AnalysedEffects",
    "Assignment",
    "Attrition",
    "BaselineEquivalence",
    "ClusterFactors",
    "DesignRating",
    "ExtentOfEvidence",
    "FalseDiscovery",
    "IccDefault",
    "IccEstimate",
    "IccInterval",
    "IccRange",
    "ImprovementIndex",
    "Imputed",
    "ImputedFit",
    "OverIcc",
    "PooledComponent",
    "Spread",
    "StatedNormal",
    "TwoPoint",
    "attrition",
    "attrition_bias",
    "attrition_from_counts",
    "baseline_equivalence",
    "benjamini_hochberg",
    "cox_index",
    "draw_informed",
    "draw_missing",
    "draw_stated",
    "effect_of_coefficient",
    "effect_of_gains",
    "effect_of_means",
    "effect_of_standardised_coefficient",
    "effect_of_test",
    "effect_with_pretest",
    "extent_of_evidence",
    "gain_of_effects",
    "group_design_rating",
    "icc_default",
    "icc_from_pupils",
    "icc_library",
    "improvement_index",
    "impute_and_pool",
    "pool_fits",
    "two_point_sensitivity",
    "vi_over_icc",
]
