"""Which of our calls answers which reference case of two-level models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tests.oracle.compare import differences
from tests.oracle.complete_cases import complete_cases
from tests.oracle.location_scale_family import location_scale_answer
from tests.oracle.maximum import higher
from tests.oracle.model_call import ModelCall, read_model
from tests.oracle.r_call import (
    Call,
    Name,
    Node,
    assignments,
    find_calls,
    parse,
    value,
)
from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis import HeterogeneityInterval, random_effects
from whatworks.synthesis.diagnostics import influence
from whatworks.synthesis.regression import MetaRegression, meta_regression
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
    fit = meta_regression(
        read.yi,
        vi,
        read.mods,
        data=read.columns,
        method=SAME_METHOD.get(method, method),
        test=str(given("test") or "z"),
        level=level_of(call, data) or 0.95,
        weights=_weights(given, read.yi),
        fixed_tau2=given("tau2"),
    )
    return fit, read


def level_of(call: Call, data: Mapping[str, Any]) -> float | None:
    """Return the level a call asks for, which R takes in percent or as a share."""
    node = call.get("level")
    if node is None:
        return None
    level = float(value(node, data))
    return level / 100.0 if level > 1.0 else level


def _weights(given: Callable[[str], Any], yi: Any) -> Any:
    """Return the weights a call names; equal ones where it asks for none."""
    weighted = given("weighted")
    return np.ones(yi.size) if weighted is False else given("weights")


def _first(case: Case) -> tuple[MetaRegression, ModelCall, Node]:
    node = parse(case["call"])
    fit, read = fit_call(case, node, find_calls(node, "rma", "rma.uni")[0])
    return fit, read, node


def model_fields(fit: MetaRegression, call: ModelCall, tested: Node | None = None) -> Answer:
    """Return what metafor's results of a fit are called; `tested` is the call's btt."""
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    df = float(fit.coefficient_df[0])
    is_normal = bool(np.isinf(df))
    omnibus = fit.wald_test(_coefficients(tested, call.names(fit.design.names)))
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
        "QM": omnibus.statistic,
        "QM_df": [omnibus.df1, omnibus.df2],
        "QM_p": omnibus.p_value,
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


def _coefficients(tested: Node | None, names: list[str]) -> Any:
    """Return which coefficients btt names: by number, or by a pattern of their names."""
    if tested is None:
        return None
    given = value(tested, {})
    if isinstance(given, str):
        return np.array([i for i, name in enumerate(names) if re.search(given, name)])
    return np.atleast_1d(given).astype(int) - 1


def _lower_maximum(
    case: Case, fit: MetaRegression, answer: Callable[[MetaRegression], Answer]
) -> str | None:
    """Show that the reference's values are those at another maximum, which is lower."""
    for top in fit.maxima:
        if top.tau2 == fit.tau2 or differences(case, answer(_at(fit, top.tau2))):
            continue
        return higher(fit.log_likelihood, top.log_likelihood)
    return None


def _at(fit: MetaRegression, tau2: float) -> MetaRegression:
    """Return the model as if this had been the estimate."""
    there = replace(fit, fixed_tau2=tau2).refit()
    null = meta_regression(fit.yi, fit.vi, method=fit.method, test=fit.test).tau2
    r2 = None if fit.r2 is None or null == 0.0 else max(0.0, 100.0 * (null - tau2) / null)
    return replace(there, fixed_tau2=None, r2=r2, tau2_ci=fit.tau2_ci, maxima=fit.maxima)


def _model(case: Case) -> Answer:
    fit, call, node = _first(case)
    called = {found.function for found in find_calls(node, "predict", "confint", "vif")}
    if "confint" in called:
        return _confint(case)
    if "predict" in called:
        return _prediction(case)
    tested = find_calls(node, "rma", "rma.uni")[0].get("btt")

    def answer_of(found: MetaRegression) -> Answer:
        return model_fields(found, call, tested)

    answer = answer_of(fit)
    if fit.method == "GENQM":
        answer["higher"] = _nearer_the_median(case, fit, call)
    else:
        answer["higher"] = _lower_maximum(case, fit, answer_of)
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
    fit, read, node = _first(case)
    call = find_calls(node, "predict")[0]
    data = read.case["input"]
    kind = call.get("predtype") or call.get("pi.type")
    is_riley = kind is not None and value(kind, {}) == "Riley"
    rows = _new_rows(call.get("newmods", 1), fit, data)

    def answer_of(fit: MetaRegression) -> Answer:
        found = fit.predict(
            rows,
            level=level_of(call, data),
            prediction_df=fit.k - fit.p - 1 if is_riley else None,
        )
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

    return {**answer_of(fit), "higher": _lower_maximum(case, fit, answer_of)}


def _new_rows(node: Node | None, fit: MetaRegression, data: Mapping[str, Any]) -> Any:
    """Return newmods with the intercept in front where they leave it out; None without newmods."""
    if node is None:
        return None
    given = np.asarray(value(node, data), dtype=float)
    width = fit.p if fit.design.intercept is None else fit.p - 1
    # One moderator: each number is a row.
    rows = given.reshape(-1, 1) if given.ndim < 2 and width == 1 else np.atleast_2d(given)
    return rows if rows.shape[1] == fit.p else np.column_stack((np.ones(len(rows)), rows))


def _confint(case: Case) -> Answer:
    fit, _, node = _first(case)
    call = find_calls(node, "confint")[0]
    kind = call.get("type")
    found = fit.confint(
        type="QP" if kind is None else str(value(kind, {})), level=level_of(call, {})
    )
    estimate, lower, upper = found.tau2
    # The reference stops looking at this value and reports it for any upper limit beyond.
    end = max(100.0, 10.0 * estimate)
    if upper > end and fit.typical_variance is not None:
        found = HeterogeneityInterval.from_tau2(
            estimate, (lower, end), fit.typical_variance, type=found.type, level=found.level
        )
    return {"tau2": found.tau2, "tau": found.tau, "I2": found.i2, "H2": found.h2}


def _anova(case: Case) -> Answer:
    fit, read, node = _first(case)
    call = find_calls(node, "anova")[0]
    if len(find_calls(node, "rma", "rma.uni")) > 1:
        return _likelihood_ratio(case)
    contrasts = call.get("X") or call.get("L")
    if contrasts is not None:
        rows = np.atleast_2d(value(contrasts, {}))
        each, found = fit.contrasts(rows), fit.wald_test(rows)
    else:
        at = _coefficients(call.get("btt", 1), read.names(fit.design.names))
        rows = fit.design.contrasts(at)
        each, found = fit.contrasts(rows), fit.wald_test(at)
    df = [found.df1, found.df2]
    return {
        **{name: found.statistic for name in ("QM", "stat")},
        **{name: df for name in ("QMdf", "QM_df", "df")},
        **{name: found.p_value for name in ("p", "QMp", "QM_p")},
        "Xb": each.estimate.tolist(),
        "se": each.se.tolist(),
        "zval": each.statistic.tolist(),
        "pval": each.p_value.tolist(),
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
    apart = find_calls(node, "rma")[0]
    unique = find_calls(node, "unique")[0]
    # Studies without an effect or a group belong to none.
    of_all = Call(apart.function, (*apart.positional, *unique.positional), apart.named)
    without_subset = tuple((key, arg) for key, arg in of_all.named if key != "subset")
    case = complete_cases(case, node, Call(of_all.function, of_all.positional, without_subset))
    data = case["input"]
    labels = np.asarray(value(unique.positional[0], data))
    yi, vi = (
        np.asarray(value(apart.get(name, at) or Name(name), data), dtype=float)
        for at, name in enumerate(("yi", "vi"))
    )
    method, test = apart.get("method"), apart.get("test")
    name = "REML" if method is None else str(value(method, {}))
    groups = sorted(set(labels.tolist()))
    fits = [
        random_effects(
            yi[labels == group],
            vi[labels == group],
            method=SAME_METHOD.get(name, name),
            test="z" if test is None else str(value(test, {})),
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


UNI_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "uni": _model,
    "mreg": _model,
    "pi": _prediction,
    "confint": _confint,
    "anova": _anova,
    "lrt": _likelihood_ratio,
    "fe": _equal_effects,
    "subgroup": _subgroups,
    "ls": location_scale_answer,
}
