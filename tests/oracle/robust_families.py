"""Which of our calls answers which reference case of cluster-robust inference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from tests.oracle.complete_cases import complete_cases
from tests.oracle.maximum import stopped_short
from tests.oracle.mv_families import fit_of
from tests.oracle.r_call import (
    Binary,
    Call,
    Name,
    Node,
    columns_of,
    find_calls,
    formula_to_python,
    parse,
    r_coefficient_names,
    value,
)
from whatworks.errors import TooFewStudies
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model
from whatworks.synthesis.robust import (
    WALD_TESTS,
    RobustInference,
    robust,
    robust_meta_regression,
)

Case = Mapping[str, Any]
Answer = dict[str, object]


def _model(case: Case) -> tuple[MultilevelModel, Node | None]:
    """Fit the case's model, multilevel or two-level."""
    node = parse(case["call"])
    if find_calls(node, "rma.mv"):
        fit, call = fit_of(case)
        return fit, call.formula
    call = find_calls(node, "rma")[0]
    columns = columns_of(case["input"])
    mods = call.get("mods")
    method = call.get("method")
    yi = value(call.get("yi", 0) or Name("yi"), case["input"])
    vi = value(call.get("vi", 1) or Name("vi"), case["input"])
    row = {"row": np.arange(len(yi))}
    fit = multilevel_model(
        yi,
        vi,
        random="~ 1 | row",
        data=columns | row,
        mods=None if mods is None else formula_to_python(mods),
        method="REML" if method is None else str(value(method, {})),
        test="z",
    )
    return fit, mods


def _cluster(call: Call, case: Case) -> Any:
    found = call.get("cluster")
    assert found is not None
    return np.asarray(value(found, case["input"])).astype(str)


def _text(call: Call, name: str, position: int | None, default: str) -> str:
    found = call.get(name, position)
    return default if found is None else str(value(found, {}))


def _complete(case: Case) -> Case:
    node = parse(case["call"])
    return complete_cases(case, node, find_calls(node, "rma.mv", "rma", "robu")[0])


def _club_sandwich(case: Case) -> Answer:
    """coef_test() and conf_int() with vcovCR()."""
    case = _complete(case)
    fit, mods = _model(case)
    node = parse(case["call"])
    made = find_calls(node, "vcovCR")
    if made:
        kind, cluster = _text(made[0], "type", 2, "CR2"), _cluster(made[0], case)
    else:
        test = find_calls(node, "coef_test")[0]
        kind, cluster = _text(test, "vcov", 1, "CR2"), _cluster(test, case)
    found = robust(fit, cluster, type=kind)
    return {
        "coef_names": r_coefficient_names(found.names, mods),
        **_fields(found),
        "t": found.statistic.tolist(),
        "p_z": robust(fit, cluster, type=kind, test="z").p_value.tolist(),
        "p_naive_t": robust(fit, cluster, type=kind, test="naive-t").p_value.tolist(),
        "vcov": found.vcov.tolist(),
    }


def _fields(found: RobustInference) -> Answer:
    return {
        "beta": found.coefficients.tolist(),
        "se": found.se.tolist(),
        "df": found.df.tolist(),
        "p": found.p_value.tolist(),
        "ci_lb": found.ci[:, 0].tolist(),
        "ci_ub": found.ci[:, 1].tolist(),
    }


def _metafor(case: Case) -> Answer:
    """metafor's robust(): CR1p and t on J - p, or clubSandwich's CR2 and HTZ."""
    case = _complete(case)
    fit, _ = _model(case)
    call = find_calls(parse(case["call"]), "robust")[0]
    cluster = _cluster(call, case)
    by_club = call.get("clubSandwich")
    adjust = call.get("adjust")
    tested = fit.design.moderators or tuple(range(fit.p))
    if by_club is not None and value(by_club, {}):
        found = robust(fit, cluster)
        wald = found.wald(tested)
        answer: Answer = {
            **_fields(found),
            "F": wald.statistic,
            "Fdf": [wald.df1, wald.df2],
            "Fp": wald.p_value,
        }
    else:
        is_adjusted = adjust is None or bool(value(adjust, {}))
        found = robust(fit, cluster, type="CR1p" if is_adjusted else "CR0", test="naive-tp")
        m, df2 = len(tested), found.n_clusters - fit.p
        answer = {
            **_fields(found),
            "df": df2,
            "QM": None,
            "QMdf": [m, df2],
            "QMp": None,
        }
        with suppress(TooFewStudies):
            wald = found.wald(tested, test="Naive-Fp")
            answer |= {"QM": wald.statistic, "QMp": wald.p_value}
    return answer | {
        "t": found.statistic.tolist(),
        "vcov": found.vcov.tolist(),
        "sigma2": [c.estimate for c in fit.components],
        "ll_REML": fit.reml_log_likelihood,
    }


def _wald(case: Case) -> Answer:
    case = _complete(case)
    fit, _ = _model(case)
    node = parse(case["call"])
    call, made = find_calls(node, "Wald_test")[0], find_calls(node, "vcovCR")
    zero = find_calls(call, "constrain_zero")[0]
    tested = np.atleast_1d(value(zero.positional[0], {})).astype(int) - 1
    cluster = _cluster(made[0] if made else call, case)
    kind = _text(made[0], "type", 2, "CR2") if made else _text(call, "vcov", None, "CR2")
    test = _text(call, "test", None, "HTZ")
    assert test in WALD_TESTS

    def answer(model: MultilevelModel) -> Answer:
        found = robust(model, cluster, type=kind).wald(tested, test=test)
        return {
            "Fstat": found.statistic,
            "df_num": found.df1,
            "df_denom": found.df2,
            "p": found.p_value,
        }

    return answer(fit) | {"higher": stopped_short(case, fit, answer)}


def _robumeta(case: Case) -> Answer:
    case = _complete(case)
    call = find_calls(parse(case["call"]), "robu")[0]
    formula = call.get("formula", 0)
    assert isinstance(formula, Binary)
    data = case["input"]
    rho, small = call.get("rho"), call.get("small")
    kind = _text(call, "modelweights", None, "CORR")
    right = formula_to_python(formula.right)
    found = robust_meta_regression(
        value(formula.left, data),
        value(call.get("var.eff.size") or call, data),
        np.asarray(value(call.get("studynum") or call, data)).astype(str),
        kind=kind,
        rho=(0.8 if rho is None else float(value(rho, {}))) if kind == "CORR" else None,
        mods=None if right == "1" else f"~ {right}",
        data=columns_of(data),
        small=True if small is None else bool(value(small, {})),
    )
    return {
        "beta": found.coefficients.tolist(),
        "se": found.se.tolist(),
        "t": found.statistic.tolist(),
        "df": found.df.tolist(),
        # robumeta takes 2 (1 - F), which keeps no p value below a double's spacing at 1.
        "p": (2.0 * (1.0 - (1.0 - 0.5 * found.p_value))).tolist(),
        "ci_lb": found.ci[:, 0].tolist(),
        "ci_ub": found.ci[:, 1].tolist(),
        "tau2": found.tau2,
        "omega2": found.omega2,
        "I2": found.i2,
    }


def answer_uni(case: Case) -> Answer | None:
    """Answer a two-level model with robust inference; None where the call asks for none."""
    node = parse(case["call"])
    if find_calls(node, "coef_test"):
        return _club_sandwich(case)
    return _metafor(case) if find_calls(node, "robust") else None


ROBUST_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "cs": _club_sandwich,
    "rb": _metafor,
    "che": _metafor,
    "robumeta": _robumeta,
    "wald": _wald,
}
