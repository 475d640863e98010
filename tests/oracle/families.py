"""Which of our calls answers which reference case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.covariance_families import COVARIANCE_FAMILIES
from tests.oracle.effect_families import EFFECT_FAMILIES
from tests.oracle.mv_families import MV_FAMILIES
from tests.oracle.robust_families import ROBUST_FAMILIES, answer_uni
from tests.oracle.system_families import SYSTEM_FAMILIES
from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis import (
    METHODS,
    HeterogeneityInterval,
    RandomEffects,
    composite_by_study,
    random_effects,
    random_effects_batch,
)

Case = Mapping[str, Any]
Answer = dict[str, object]


def answer(case: Case) -> Answer | None:
    """Return our values for a case, or None where the method is not built."""
    if family_of(case["id"]) == "uni":
        found = answer_uni(case)
        if found is not None:
            return found
    run = ALL_FAMILIES.get(family_of(case["id"]))
    return run(case) if run is not None else None


def family_of(case_id: str) -> str:
    """Return the family in a case's id: what stands before "-", or else before the first "_"."""
    return case_id.split("-" if "-" in case_id else "_")[0]


def _option(call: str, name: str, default: str) -> str:
    found = re.search(rf"{name}='(\w+)'", call)
    return found.group(1) if found else default


def _fit(case: Case) -> RandomEffects | None:
    """Fit the model of the call's first rma(); None for what we do not offer."""
    if re.search(r"mods=|scale=|weight|tau2=[0-9]|subset=", case["call"]):
        return None
    method = _option(case["call"], "method", "REML")
    if method not in METHODS:
        return None
    dat = case["input"]["dat"]
    return random_effects(
        dat["yi"], dat["vi"], method=method, test=_option(case["call"], "test", "z")
    )


def _uni(case: Case) -> Answer | None:
    fit = _fit(case)
    if fit is None:
        return None
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    has_t = fit.df is not None
    return {
        "k": fit.k,
        "p": 1,
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p_value,
        "ci_lb": fit.ci[0],
        "ci_ub": fit.ci[1],
        "vcov": fit.se**2,
        "ddf": fit.df,
        "tau2": fit.tau2,
        "se_tau2": fit.tau2_se,
        "I2": fit.i2,
        "H2": fit.h2,
        "QE": fit.q,
        "QE_p": fit.q_p_value,
        "QM": fit.statistic**2,
        "QM_df": [1, fit.df if has_t else None],
        "QM_p": fit.p_value,
        "s2w": fit.dispersion,
        "ll_ML": ml.log_likelihood,
        "ll_REML": reml.log_likelihood,
        "dev_ML": ml.deviance,
        "AIC_ML": ml.aic,
        "BIC_ML": ml.bic,
        "AICc_ML": ml.aicc,
        "AIC_REML": reml.aic,
        "BIC_REML": reml.bic,
    }


def _prediction(case: Case) -> Answer | None:
    fit = _fit(case)
    if fit is None:
        return None
    is_riley = "Riley" in case["call"]
    found = fit.predict(prediction_df=fit.k - 2 if is_riley else None)
    if found.prediction_interval is None:
        return None
    return {
        "pred": found.estimate,
        "se": found.se,
        "ci_lb": found.ci[0],
        "ci_ub": found.ci[1],
        "pi_lb": found.prediction_interval[0],
        "pi_ub": found.prediction_interval[1],
    }


def _confint(case: Case) -> Answer | None:
    fit = _fit(case)
    if fit is None or fit.typical_variance is None:
        return None
    found = fit.confint(type="PL" if "type='PL'" in case["call"] else "QP")
    estimate, lower, upper = found.tau2
    # The reference stops looking at this value and reports it for any upper limit beyond.
    end = max(100.0, 10.0 * estimate)
    if upper > end:
        found = HeterogeneityInterval.from_tau2(
            estimate, (lower, end), fit.typical_variance, type=found.type, level=found.level
        )
    return {"tau2": found.tau2, "tau": found.tau, "I2": found.i2, "H2": found.h2}


def _likelihood_ratio(case: Case) -> Answer | None:
    dat = case["input"]["dat"]
    full = random_effects(dat["yi"], dat["vi"], method="ML", test="z")
    reduced = random_effects(dat["yi"], dat["vi"], method="EE", test="z")
    ratio = 2.0 * (full.log_likelihood - reduced.log_likelihood)
    return {
        "LRT": ratio,
        "p": float(chi2_upper_tail(ratio, 1)),
        "ll_f": full.log_likelihood,
        "ll_r": reduced.log_likelihood,
    }


def _equal_effects(case: Case) -> Answer | None:
    fit = _fit(case)
    if fit is None:
        return None
    return {"Q": fit.q, "p": fit.q_p_value, "I2_classic": fit.i2, "H2": fit.h2}


def _many(case: Case, groups: list[list[int]]) -> Answer:
    """Fit many sets of the case's studies at once."""
    dat = case["input"]["dat"]
    y, v = np.array(dat["yi"]), np.array(dat["vi"])
    index = np.concatenate(groups)
    starts = np.cumsum([0] + [len(group) for group in groups[:-1]])
    method = _option(case["call"], "method", "REML")
    batch = random_effects_batch(y[index], v[index], starts, method=method, test="z")
    return {
        "estimate": batch.estimate.tolist(),
        "se": batch.se.tolist(),
        "zval": batch.statistic.tolist(),
        "pval": batch.p_value.tolist(),
        "ci.lb": batch.ci[:, 0].tolist(),
        "ci.ub": batch.ci[:, 1].tolist(),
        "Q": batch.q.tolist(),
        "Qp": batch.q_p_value.tolist(),
        # The reference gives 0, 0 and 1 for a single study, where we give no value.
        "tau2": np.nan_to_num(batch.tau2, nan=0.0).tolist(),
        "I2": np.nan_to_num(batch.i2, nan=0.0).tolist(),
        "H2": np.nan_to_num(batch.h2, nan=1.0).tolist(),
    }


def _leave_one_out(case: Case) -> Answer:
    k = len(case["input"]["dat"]["yi"])
    return _many(case, [[j for j in range(k) if j != i] for i in range(k)])


def _cumulative(case: Case) -> Answer:
    k = len(case["input"]["dat"]["yi"])
    return _many(case, [list(range(i + 1)) for i in range(k)])


def _composite(case: Case) -> Answer:
    dat = case["input"]["dat"]
    found = composite_by_study(dat["yi"], dat["vi"], dat["study"], rho=case["options"]["rho"])
    return {"study": list(found.studies), "yi": found.yi.tolist(), "vi": found.vi.tolist()}


def _maxima(case: Case) -> Answer:
    dat = case["input"]["dat"]
    fit = random_effects(dat["yi"], dat["vi"], method="REML", test="z")
    return {
        "tau2": [found.tau2 for found in fit.maxima],
        "log_likelihood": [found.log_likelihood for found in fit.maxima],
        "estimate": fit.estimate,
    }


FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "uni": _uni,
    "pi": _prediction,
    "confint": _confint,
    "lrt": _likelihood_ratio,
    "fe": _equal_effects,
    "loo": _leave_one_out,
    "cumul": _cumulative,
    "composite": _composite,
    "maxima": _maxima,
}

ALL_FAMILIES = {
    **FAMILIES,
    **COVARIANCE_FAMILIES,
    **EFFECT_FAMILIES,
    **MV_FAMILIES,
    **ROBUST_FAMILIES,
    **SYSTEM_FAMILIES,
}
