"""What a report cites, by the name of the method."""

from __future__ import annotations

__all__ = ["ESTIMATORS", "REFERENCES", "TESTS"]

#: Estimator of the variance of true effects: how it is called, and what is cited.
ESTIMATORS: dict[str, tuple[str, str]] = {
    "REML": ("restricted maximum likelihood", "viechtbauer2005"),
    "ML": ("maximum likelihood", "viechtbauer2005"),
    "DL": ("the DerSimonian-Laird estimator", "dersimonian1986"),
    "HE": ("the Hedges estimator", "hedges1985"),
    "HS": ("the Hunter-Schmidt estimator", "viechtbauer2005"),
    "HSk": ("the Hunter-Schmidt estimator with a small-sample factor", "viechtbauer2005"),
    "SJ": ("the Sidik-Jonkman estimator", "sidik2005"),
    "PM": ("the Paule-Mandel estimator", "paule1982"),
    "PMM": ("the median-unbiased Paule-Mandel estimator", "paule1982"),
    "EB": ("the empirical Bayes estimator", "morris1983"),
}

#: Test of coefficients of models without robust inference.
TESTS: dict[str, tuple[str, str | None]] = {
    "z": ("on the normal distribution", None),
    "t": ("on a t distribution", None),
    "knha": ("by the method of Knapp and Hartung", "knapp2003"),
    "Kenward-Roger": ("by the method of Kenward and Roger", "kenward1997"),
    "adhoc": ("by the method of Knapp and Hartung, its factor never below 1", "knapp2003"),
}

REFERENCES: dict[str, str] = {
    "borenstein2009": "Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to "
    "Meta-Analysis. Chichester: Wiley.",
    "dersimonian1986": "DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. Controlled "
    "Clinical Trials 7:177-188.",
    "hedges1985": "Hedges LV, Olkin I (1985). Statistical Methods for Meta-Analysis. Orlando: "
    "Academic Press.",
    "higgins2002": "Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis. "
    "Statistics in Medicine 21:1539-1558.",
    "higgins2009": "Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of "
    "random-effects meta-analysis. Journal of the Royal Statistical Society A 172:137-159.",
    "hedges2010": "Hedges LV, Tipton E, Johnson MC (2010). Robust variance estimation in "
    "meta-regression with dependent effect size estimates. Research Synthesis Methods 1:39-65.",
    "kenward1997": "Kenward MG, Roger JH (1997). Small sample inference for fixed effects from "
    "restricted maximum likelihood. Biometrics 53:983-997.",
    "knapp2003": "Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression "
    "with a single covariate. Statistics in Medicine 22:2693-2710.",
    "morris1983": "Morris CN (1983). Parametric empirical Bayes inference: theory and applications. "
    "Journal of the American Statistical Association 78:47-55.",
    "paule1982": "Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of "
    "Research of the National Bureau of Standards 87:377-385.",
    "pustejovsky2018": "Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust "
    "variance estimation and hypothesis testing in fixed effects models. Journal of Business & "
    "Economic Statistics 36:672-683.",
    "pustejovsky2022": "Pustejovsky JE, Tipton E (2022). Meta-analysis with robust variance "
    "estimation: expanding the range of working models. Prevention Science 23:425-438.",
    "sidik2005": "Sidik K, Jonkman JN (2005). Simple heterogeneity variance estimation for "
    "meta-analysis. Journal of the Royal Statistical Society C 54:367-384.",
    "tipton2015": "Tipton E (2015). Small sample adjustments for robust variance estimation with "
    "meta-regression. Psychological Methods 20:375-393.",
    "tipton2015b": "Tipton E, Pustejovsky JE (2015). Small-sample adjustments for tests of "
    "moderators and model fit using robust variance estimation in meta-regression. Journal of "
    "Educational and Behavioral Statistics 40:604-634.",
    "vandennoortgate2013": "Van den Noortgate W, Lopez-Lopez JA, Marin-Martinez F, Sanchez-Meca J "
    "(2013). Three-level meta-analysis of dependent effect sizes. Behavior Research Methods "
    "45:576-594.",
    "viechtbauer2005": "Viechtbauer W (2005). Bias and efficiency of meta-analytic variance "
    "estimators in the random-effects model. Journal of Educational and Behavioral Statistics "
    "30:261-293.",
    "viechtbauer2022": "Viechtbauer W, Lopez-Lopez JA (2022). Location-scale models for "
    "meta-analysis. Research Synthesis Methods 13:697-715.",
    "viechtbauer2007": "Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity "
    "in meta-analysis. Statistics in Medicine 26:37-52.",
}
