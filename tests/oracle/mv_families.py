"""Which of our calls answers which reference case of models for dependent effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from tests.oracle.covariance_families import covariance_of
from tests.oracle.maximum import higher
from tests.oracle.model_call import ModelCall, read_model
from tests.oracle.r_call import (
    Binary,
    Call,
    Name,
    Node,
    Unary,
    assignments,
    find_calls,
    parse,
    source,
    value,
)
from whatworks.synthesis.multilevel import MultilevelModel, multilevel_model

# The reference's own log-likelihood is found again to this, relative.
SAME_LIKELIHOOD = 1e-6

Case = Mapping[str, Any]
Answer = dict[str, object]


def fit_of(case: Case) -> tuple[MultilevelModel, ModelCall]:
    """Fit the model of the case's first rma.mv(), and return its call too."""
    node = parse(case["call"])
    call = find_calls(node, "rma.mv")[0]
    read = read_model(case, node, call)
    data = read.case["input"]
    random, structure, level = call.get("random"), call.get("struct"), call.get("level")
    options: dict[str, Any] = {
        "random": _terms(random) if random is not None else [],
        "data": read.columns,
        "mods": read.mods,
        "method": _text(call, "method", "REML"),
        "test": _text(call, "test", "z"),
        "df_method": _text(call, "dfs", "residual"),
        "level": 0.95 if level is None else _level(float(value(level, {}))),
    }
    if structure is not None:
        given = value(structure, data)
        options["structure"] = given if isinstance(given, str) else [str(s) for s in given]
    covariance = _covariance(call.get("V", 1) or Name("vi"), node, read.case)
    return multilevel_model(read.yi, covariance, **options), read


def _level(given: float) -> float:
    """Return a level as a share: R takes 95 and 0.95."""
    return given / 100.0 if given > 1.0 else given


def _covariance(given: Node, whole: Node, case: Case) -> Any:
    """Return variances, a matrix, or what an earlier vcalc() of the block gives."""
    made = assignments(whole)
    if isinstance(given, Name) and given.name in made:
        made_by = made[given.name]
        if isinstance(made_by, Call):
            return covariance_of(made_by, case)
    if isinstance(given, Call):
        return covariance_of(given, case)
    return np.asarray(value(given, case["input"]), dtype=float)


def _text(call: Call, name: str, default: str) -> str:
    found = call.get(name)
    return default if found is None else str(value(found, {}))


def _terms(node: Node) -> list[str]:
    """Return random terms in our notation: list(~1|a/b, ~x|c)."""
    parts = node.positional if isinstance(node, Call) and node.function == "list" else (node,)
    found = []
    for part in parts:
        assert isinstance(part, Unary)
        assert isinstance(part.operand, Binary)
        inner = part.operand.left
        if isinstance(inner, Call) and inner.function == "factor":
            inner = inner.positional[0]
        found.append(f"~ {source(inner)} | {source(part.operand.right)}")
    return found


def model_fields(fit: MultilevelModel, call: ModelCall) -> Answer:
    """Return what metafor's results of a fit are called."""
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    variances = [c.estimate for c in fit.components if c.name.startswith("sigma2")]
    tau2 = [c.estimate for c in fit.components if c.name.startswith("tau2")]
    rho = [c.estimate for c in fit.components if c.kind == "correlation"]
    lowest = float(fit.coefficient_df.min())
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
        "ddf": fit.coefficient_df.tolist() if np.isfinite(lowest) else None,
        "sigma2": variances,
        "tau2": tau2,
        # Draws that are independent by assumption have a correlation of 0.
        "rho": rho or [0.0],
        "G": fit.covariances[0][2].tolist() if fit.covariances else None,
        "QE": fit.q,
        "QE_df": fit.q_df,
        "QE_p": fit.q_p_value,
        "QM": fit.omnibus.statistic,
        "QM_df": [fit.omnibus.df1, fit.omnibus.df2],
        "QM_p": fit.omnibus.p_value,
        "ll_ML": ml.log_likelihood,
        "ll_REML": reml.log_likelihood,
        "AIC_ML": ml.aic,
        "BIC_ML": ml.bic,
        "AICc_ML": ml.aicc,
        "AIC_REML": reml.aic,
        "BIC_REML": reml.bic,
        "AICc_REML": reml.aicc,
    }


def _model(case: Case) -> Answer:
    fit, call = fit_of(case)
    names = {found.function for found in find_calls(parse(case["call"]), "confint", "predict")}
    if "confint" in names:
        rows = [[c.estimate, *fit.confint(c.name)] for c in fit.components]
        return {"sigma2_ci": rows}
    if "predict" in names:
        found = fit.predict()
        levels = [c.level for c in fit.components]
        answer: Answer = {
            "pred": found.estimate.tolist(),
            "ci_lb": found.ci[:, 0].tolist(),
            "ci_ub": found.ci[:, 1].tolist(),
            "pi_lb": found.prediction_interval[:, 0].tolist(),
            "pi_ub": found.prediction_interval[:, 1].tolist(),
            "typical_v": fit.typical_variance,
            "I2_total": fit.i2,
            "I2_levels": [fit.i2_of_level[level] for level in levels],
        }
        return answer | {
            f"ranef{i + 1}": _sorted_draws(fit, level) for i, level in enumerate(levels)
        }
    answer = model_fields(fit, call)
    expected = case["expected"]
    if fit.components and ("G" in expected or "sigma2" in expected):
        answer["higher"] = _higher(fit, expected)
    return answer


def _higher(fit: MultilevelModel, expected: Mapping[str, Any]) -> str | None:
    """Show both maximised log-likelihoods, at our variances and at the reference's.

    Both come from whole matrices, by the same lines, so that the two may be compared. The second
    must be the one the reference states, or it is not the same model.
    """
    ours = [_matrix_of(fit, data.term.level) for data in fit.terms]
    theirs = [np.atleast_2d(np.array(expected["G"], dtype=float))] if "G" in expected else []
    theirs += [np.array([[s]]) for s in np.atleast_1d(expected.get("sigma2", []))]
    if len(theirs) != len(ours):
        return None
    heights = _height(fit, ours), _height(fit, theirs)
    stated = expected.get(f"ll_{fit.method}")
    if stated is None or abs(heights[1] - float(stated)) > SAME_LIKELIHOOD * abs(heights[1]):
        return None
    return higher(*heights)


def _matrix_of(fit: MultilevelModel, level: str) -> np.ndarray[Any, Any]:
    for name, _, matrix in fit.covariances:
        if name == level:
            return matrix
    return np.array([[fit.sigma2[level]]])


def _height(fit: MultilevelModel, matrices: list[np.ndarray[Any, Any]]) -> float:
    m = np.zeros((fit.k, fit.k))
    for stack in fit.sampling_covariance().stacks():
        m[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    for data, g in zip(fit.terms, matrices, strict=True):
        shared = data.units[:, None] == data.units[None, :]
        m += shared * g[data.values[:, None], data.values[None, :]]
    x = fit.design.matrix
    w = np.linalg.inv(m)
    xwx = x.T @ w @ x
    left = fit.yi - x @ np.linalg.solve(xwx, x.T @ w @ fit.yi)
    value = -0.5 * (np.linalg.slogdet(2.0 * np.pi * m)[1] + left @ w @ left)
    if fit.method == "REML":
        value += 0.5 * np.linalg.slogdet(2.0 * np.pi * x.T @ x)[1]
        value -= 0.5 * np.linalg.slogdet(xwx)[1]
    return float(value)


def _sorted_draws(fit: MultilevelModel, level: str) -> list[float]:
    """Return draws in R's order of units: numbers by value, text by letters."""
    draws = fit.ranef(level)
    keys: list[Any] = list(draws.labels)
    with suppress(ValueError):
        keys = [float(label) for label in draws.labels]
    return [float(draws.estimate[i]) for i in sorted(range(len(keys)), key=keys.__getitem__)]


MV_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "ml3": _model,
    "crossed": _model,
    "mv": _model,
}
