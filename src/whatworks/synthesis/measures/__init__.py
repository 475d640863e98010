"""Effect sizes with sampling variances, from what studies report."""

from whatworks.synthesis.measures.association import phi_coefficient, yule_q, yule_y
from whatworks.synthesis.measures.biserial import biserial_correlation, point_biserial_correlation
from whatworks.synthesis.measures.changes import (
    difference_between_groups,
    matched_log_response_ratio,
    mean_change,
    sd_of_change,
)
from whatworks.synthesis.measures.correlations import (
    correlation_effect,
    d_from_r,
    r_from_d,
    r_from_p,
    r_from_t,
)
from whatworks.synthesis.measures.dichotomised import (
    d_from_counts,
    d_from_log_odds_ratio,
    log_odds_ratio_from_d,
    probit_risk_difference,
)
from whatworks.synthesis.measures.effect_metrics import (
    binomial_effect_size,
    chance_of_superiority,
    cohens_u3,
    overlap,
)
from whatworks.synthesis.measures.five_numbers import EstimatedMoments, moments_from_quantiles
from whatworks.synthesis.measures.gain_scores import difference_in_gains
from whatworks.synthesis.measures.mean_contrasts import log_response_ratio, mean_difference
from whatworks.synthesis.measures.other_standardisers import average_sd_difference, glass_delta
from whatworks.synthesis.measures.paired_tables import (
    marginal_odds_ratio,
    paired_odds_ratio,
    paired_risk_difference,
    paired_risk_ratio,
)
from whatworks.synthesis.measures.partial_correlations import (
    explained_variance,
    partial_correlation,
    partial_r_from_t,
    semipartial_correlation,
    semipartial_r_from_t,
)
from whatworks.synthesis.measures.proportions import (
    proportion_effect,
    proportion_from_effect,
    proportion_from_freeman_tukey,
)
from whatworks.synthesis.measures.rates import (
    rate_difference,
    rate_effect,
    rate_ratio,
    root_rate_difference,
)
from whatworks.synthesis.measures.reliability import reliability_effect
from whatworks.synthesis.measures.reported_tests import (
    d_from_chi2,
    d_from_phi,
    g_from_beta,
    g_from_coefficient,
    g_from_f,
    g_from_point_biserial,
    sd_from_se,
)
from whatworks.synthesis.measures.single_means import mean_effect
from whatworks.synthesis.measures.standardised_changes import (
    gain_in_average_sd,
    gain_in_gain_sd,
    gain_in_one_sd,
    standardised_mean_change,
)
from whatworks.synthesis.measures.superiority import (
    probability_of_superiority,
    reported_superiority,
)
from whatworks.synthesis.measures.tetrachoric import tetrachoric_correlation
from whatworks.synthesis.measures.two_by_two import (
    arcsine_risk_difference,
    odds_ratio,
    peto_odds_ratio,
    risk_difference,
    risk_ratio,
)
from whatworks.synthesis.measures.variability import (
    cv_ratio,
    log_cv,
    log_sd,
    matched_cv_ratio,
    matched_variability_ratio,
    variability_ratio,
)
from whatworks.synthesis.measures.wald_intervals import effect_from_report

__all__ = [
    "EstimatedMoments",
    "arcsine_risk_difference",
    "average_sd_difference",
    "binomial_effect_size",
    "biserial_correlation",
    "chance_of_superiority",
    "cohens_u3",
    "correlation_effect",
    "cv_ratio",
    "d_from_chi2",
    "d_from_counts",
    "d_from_log_odds_ratio",
    "d_from_phi",
    "d_from_r",
    "difference_between_groups",
    "difference_in_gains",
    "effect_from_report",
    "explained_variance",
    "g_from_beta",
    "g_from_coefficient",
    "g_from_f",
    "g_from_point_biserial",
    "gain_in_average_sd",
    "gain_in_gain_sd",
    "gain_in_one_sd",
    "glass_delta",
    "log_cv",
    "log_odds_ratio_from_d",
    "log_response_ratio",
    "log_sd",
    "marginal_odds_ratio",
    "matched_cv_ratio",
    "matched_log_response_ratio",
    "matched_variability_ratio",
    "mean_change",
    "mean_difference",
    "mean_effect",
    "moments_from_quantiles",
    "odds_ratio",
    "overlap",
    "paired_odds_ratio",
    "paired_risk_difference",
    "paired_risk_ratio",
    "partial_correlation",
    "partial_r_from_t",
    "peto_odds_ratio",
    "phi_coefficient",
    "point_biserial_correlation",
    "probability_of_superiority",
    "probit_risk_difference",
    "proportion_effect",
    "proportion_from_effect",
    "proportion_from_freeman_tukey",
    "r_from_d",
    "r_from_p",
    "r_from_t",
    "rate_difference",
    "rate_effect",
    "rate_ratio",
    "reliability_effect",
    "reported_superiority",
    "risk_difference",
    "risk_ratio",
    "root_rate_difference",
    "sd_from_se",
    "sd_of_change",
    "semipartial_correlation",
    "semipartial_r_from_t",
    "standardised_mean_change",
    "tetrachoric_correlation",
    "variability_ratio",
    "yule_q",
    "yule_y",
]
