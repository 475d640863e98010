"""Which of our calls answers which reference case of two-level models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tests.oracle.compare import differences
from tests.oracle.model_call import ModelCall, read_model
from tests.oracle.r_call import (
    Call,
    Name,
    Node,
    assignments,
    columns_of,
    find_calls,
    formula_to_python,
    parse,
    r_coefficient_names,
    value,
)
from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis import HeterogeneityInterval, random_effects
from whatworks.synthesis.diagnostics import influence
from whatworks.synthesis.regression import MetaRegression, location_scale, meta_regression
from whatworks.synthesis.regression.estimate import scale
from whatworks.synthesis.regression.tau2 import quadratic_form_of

Case = Mapping[str, Any]
Answer = dict[str, object]

# Names that the reference gives to one method of ours.
SAME_METHOD = {"FE": "EE", "CE": "EE"}


def fit_call(case: Case, whole: Node, call: Call) -> tuple[MetaRegression, ModelCall]:
    """Fit the model of an rma() call, with or without moderators."""
    read = read_model(case, whole, call)
    data = read.case["input"]

    def given(name: str, position: int | None = None) -> Any:
        node = call.get(name, position)
        return None if node is None else value(node, data)

    vi = given("vi", 1)
    if vi is None:
        sei = given("sei")
        vi = value(Name("vi"), data) if sei is None else np.asarray(sei, dtype=float) ** 2
    method = str(given("method") or "REML")
    level = given("level")
    fit = meta_regression(
        read.yi,
        vi,
        read.mods,
        data=read.columns,
        method=SAME_METHOD.get(method, method),
        test=str(given("test") or "z"),
        level=0.95 if level is None else float(level) / (100.0 if level > 1 else 1.0),
        weights=_weights(given, read.yi),
        fixed_tau2=given("tau2"),
    )
    return fit, read


def _weights(given: Callable[[str], Any], yi: Any) -> Any:
    """Return the weights a call names; equal ones where it asks for none."""
    weighted = given("weighted")
    return np.ones(yi.size) if weighted is False else given("weights")


def _first(case: Case) -> tuple[MetaRegression, ModelCall, Node]:
    node = parse(case["call"])
    fit, read = fit_call(case, node, find_calls(node, "rma", "rma.uni")[0])
    return fit, read, node


def model_fields(fit: MetaRegression, call: ModelCall) -> Answer:
    """Return what metafor's results of a fit are called."""
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    df = float(fit.coefficient_df[0])
    is_normal = bool(np.isinf(df))
    return {
        "k": fit.k,
        "p": fit.p,
        "coef_names": call.names(fit.design.names),
        "beta": fit.coefficients.tolist(),
        "se": fit.se.tolist(),
        "stat": fit.statistic.tolist(),
        "pval": fit.p_value.tolist(),
        "ci_lb": fit.ci[:, 0].tolist(),
        "ci_ub": fit.ci[:, 1].tolist(),
        "vcov": fit.vcov.tolist(),
        "ddf": None if is_normal else df,
        "tau2": fit.tau2,
        "se_tau2": fit.tau2_se,
        "I2": fit.i2,
        "H2": fit.h2,
        # The reference counts nothing to explain as nothing explained.
        "R2": 0.0 if fit.r2 is None else fit.r2,
        "QE": fit.q,
        "QE_df": fit.q_df,
        "QE_p": fit.q_p_value,
        "QM": fit.omnibus.statistic,
        "QM_df": [fit.omnibus.df1, fit.omnibus.df2],
        "QM_p": fit.omnibus.p_value,
        "s2w": fit.dispersion,
        "ll_ML": ml.log_likelihood,
        "ll_REML": reml.log_likelihood,
        "dev_ML": ml.deviance,
        "AIC_ML": ml.aic,
        "BIC_ML": ml.bic,
        "AICc_ML": ml.aicc,
        "AIC_REML": reml.aic,
        "BIC_REML": reml.bic,
        "AICc_REML": reml.aicc,
    }


def _model(case: Case) -> Answer:
    fit, call, node = _first(case)
    called = {found.function for found in find_calls(node, "predict", "confint", "vif")}
    if "confint" in called:
        return _confint(case)
    if "predict" in called:
        return _prediction(case)
    answer = model_fields(fit, call)
    if fit.method == "GENQM":
        answer["higher"] = _nearer_the_median(case, fit, call)
    return answer


def _nearer_the_median(case: Case, fit: MetaRegression, call: ModelCall) -> str | None:
    """Show that the reference's root search of GENQM stopped short: both tails, which should be 1/2.

    And that all its other values are those at its own tau2.
    """
    expected = case["expected"]
    theirs = replace(fit, fixed_tau2=float(expected["tau2"])).refit()
    scaled = scale(fit.yi, fit.vi, fit.design.matrix)
    assert fit.weights is not None
    form = quadratic_form_of(scaled.profile, fit.weights * scaled.unit**2)
    at = [tau2 / scaled.unit**2 for tau2 in (fit.tau2, theirs.tau2)]
    se = form.spread(at[1]) / form.trace_p * scaled.unit**2
    answer = model_fields(replace(theirs, fixed_tau2=None, tau2_se=se), call)
    tails = [form.tail(t) for t in at]
    if differences(case, answer) or abs(tails[0] - 0.5) >= abs(tails[1] - 0.5):
        return None
    return (
        f"all values arise at the reference's tau2, under which the observed form has a tail of "
        f"{tails[1]!r}; at ours it is {tails[0]!r}"
    )


def _prediction(case: Case) -> Answer:
    fit, _, node = _first(case)
    call = find_calls(node, "predict")[0]
    kind = call.get("predtype") or call.get("pi.type")
    is_riley = kind is not None and value(kind, {}) == "Riley"
    found = fit.predict(prediction_df=fit.k - fit.p - 1 if is_riley else None)
    answer: Answer = {
        "pred": found.estimate.tolist(),
        "se": found.se.tolist(),
        "ci_lb": found.ci[:, 0].tolist(),
        "ci_ub": found.ci[:, 1].tolist(),
        "pi_lb": found.prediction_interval[:, 0].tolist(),
        "pi_ub": found.prediction_interval[:, 1].tolist(),
        "vif": list(fit.vif().values()),
        "hat": fit.hat().tolist(),
    }
    if "cook" in case["expected"]:
        answer["cook"] = influence(fit).cook.tolist()
    return answer


def _confint(case: Case) -> Answer:
    fit, _, node = _first(case)
    call = find_calls(node, "confint")[0]
    kind = call.get("type")
    found = fit.confint(type="QP" if kind is None else str(value(kind, {})))
    estimate, lower, upper = found.tau2
    # The reference stops looking at this value and reports it for any upper limit beyond.
    end = max(100.0, 10.0 * estimate)
    if upper > end and fit.typical_variance is not None:
        found = HeterogeneityInterval.from_tau2(
            estimate, (lower, end), fit.typical_variance, type=found.type, level=found.level
        )
    return {"tau2": found.tau2, "tau": found.tau, "I2": found.i2, "H2": found.h2}


def _anova(case: Case) -> Answer:
    fit, _, node = _first(case)
    call = find_calls(node, "anova")[0]
    tested = call.get("btt", 1)
    at = None if tested is None else np.atleast_1d(value(tested, {})).astype(int) - 1
    found = fit.wald_test(at)
    return {
        "QM": found.statistic,
        "QMdf": [found.df1, found.df2],
        "p": found.p_value,
    }


def _likelihood_ratio(case: Case) -> Answer:
    node = parse(case["call"])
    made = assignments(node)
    calls = [call for name in made for call in find_calls(made[name], "rma", "rma.uni")]
    fits = sorted(
        (fit_call(case, node, call)[0] for call in calls or find_calls(node, "rma")),
        key=lambda fit: fit.p + len(fit.components),
    )
    reduced, full = fits[0], fits[-1]
    ratio = 2.0 * (full.log_likelihood - reduced.log_likelihood)
    parameters = full.p + len(full.components) - reduced.p - len(reduced.components)
    return {
        "LRT": ratio,
        "p": float(chi2_upper_tail(ratio, parameters)),
        "ll_f": full.log_likelihood,
        "ll_r": reduced.log_likelihood,
    }


def _equal_effects(case: Case) -> Answer:
    fit, _, _ = _first(case)
    return {"Q": fit.q, "p": fit.q_p_value, "I2_classic": fit.i2, "H2": fit.h2}


def _subgroups(case: Case) -> Answer:
    """Subgroups fitted apart, and the test of their difference."""
    node = parse(case["call"])
    data = case["input"]
    columns = columns_of(data)
    apart = find_calls(node, "rma")[0]
    unique = find_calls(node, "unique")[0]
    labels = np.asarray(value(unique.positional[0], data))
    method = apart.get("method")
    groups = sorted(set(labels.tolist()))
    fits = [
        random_effects(
            columns["yi"][labels == group],
            columns["vi"][labels == group],
            method="REML" if method is None else str(value(method, {})),
            test="z",
        )
        for group in groups
    ]
    between = random_effects(
        [fit.estimate for fit in fits], [fit.se**2 for fit in fits], method="EE", test="z"
    )
    return {
        "groups": groups,
        "est": [fit.estimate for fit in fits],
        "se": [fit.se for fit in fits],
        # One study has no tau2 here, and 0 there.
        "tau2": [fit.tau2 or 0.0 for fit in fits],
        "Qbetween": between.q,
        "df": between.q_df,
        "p": between.q_p_value,
    }


def _location_scale(case: Case) -> Answer:
    node = parse(case["call"])
    call = find_calls(node, "rma", "rma.uni")[0]
    data = case["input"]
    mods, scale = call.get("mods"), call.get("scale")
    method, test = call.get("method"), call.get("test")
    fit = location_scale(
        value(call.get("yi", 0) or call, data),
        value(call.get("vi", 1) or call, data),
        mods=None if mods is None else formula_to_python(mods),
        scale=None if scale is None else formula_to_python(scale),
        data=columns_of(data),
        method="REML" if method is None else str(value(method, {})),
        test="z" if test is None else str(value(test, {})),
    )
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    return {
        "coef_names": r_coefficient_names(fit.design.names, mods),
        "beta": fit.coefficients.tolist(),
        "se": fit.se.tolist(),
        "alpha": fit.scale_coefficients.tolist(),
        "se_alpha": fit.scale_se.tolist(),
        "QM": fit.omnibus.statistic,
        "QMp": fit.omnibus.p_value,
        "QS": fit.scale_omnibus.statistic,
        "QSp": fit.scale_omnibus.p_value,
        "QE": fit.residual_q,
        "ll_ML": ml.log_likelihood,
        "ll_REML": reml.log_likelihood,
        "AIC_ML": ml.aic,
        "AIC_REML": reml.aic,
        "tau2": fit.tau2.tolist(),
    }


UNI_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "uni": _model,
    "mreg": _model,
    "pi": _prediction,
    "confint": _confint,
    "anova": _anova,
    "lrt": _likelihood_ratio,
    "fe": _equal_effects,
    "subgroup": _subgroups,
    "ls": _location_scale,
}
