"""What education needs of effects: clusters, standards, and numbers that studies leave out."""

from whatworks.synthesis.education.analysis_variance import (
    AnalysedEffects,
    effect_of_coefficient,
    effect_of_gains,
    effect_of_means,
    effect_of_test,
    effect_with_pretest,
    gain_of_effects,
)
from whatworks.synthesis.education.clustering_design import INDIVIDUAL, Assignment
from whatworks.synthesis.education.icc import (
    IccDefault,
    IccRange,
    OverIcc,
    icc_default,
    over_icc,
)
from whatworks.synthesis.education.imputation import (
    Imputed,
    ImputedFit,
    draw_missing,
    impute_and_pool,
    pool_fits,
)
from whatworks.synthesis.education.wwc_standards import (
    Attrition,
    BaselineEquivalence,
    DesignRating,
    attrition,
    baseline_equivalence,
    benjamini_hochberg,
    cox_index,
    group_design_rating,
    improvement_index,
)

__all__ = [
    "INDIVIDUAL",
    "AnalysedEffects",
    "Assignment",
    "Attrition",
    "BaselineEquivalence",
    "DesignRating",
    "IccDefault",
    "IccRange",
    "Imputed",
    "ImputedFit",
    "OverIcc",
    "attrition",
    "baseline_equivalence",
    "benjamini_hochberg",
    "cox_index",
    "draw_missing",
    "effect_of_coefficient",
    "effect_of_gains",
    "effect_of_means",
    "effect_of_test",
    "effect_with_pretest",
    "gain_of_effects",
    "group_design_rating",
    "icc_default",
    "improvement_index",
    "impute_and_pool",
    "over_icc",
    "pool_fits",
]
