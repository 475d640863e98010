"""Which of our diagnostics answers which reference case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.oracle.mv_families import fit_of
from tests.oracle.r_call import (
    Call,
    Name,
    Node,
    children,
    columns_of,
    find_calls,
    formula_to_python,
    parse,
    value,
)
from whatworks.synthesis import random_effects
from whatworks.synthesis.diagnostics import (
    RefitSeries,
    baujat,
    blup,
    cumulative,
    influence,
    leave_one_out,
    permutation_test,
    residuals,
)
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.regression import meta_regression

Case = Mapping[str, Any]
Answer = dict[str, object]
Floats = npt.NDArray[np.float64]

TRANSFORMATIONS: dict[str, Callable[[Floats], Floats]] = {
    "exp": np.exp,
    "tanh": np.tanh,
    "transf.ztor": np.tanh,
    "transf.ilogit": lambda x: 1.0 / (1.0 + np.exp(-x)),
}


def _model(case: Case) -> tuple[FittedModel, Node, npt.NDArray[np.bool_]]:
    """Fit the first rma() of a call; also return the call's tree and which rows were used."""
    tree = parse(case["call"])
    (call, *_) = find_calls(tree, "rma", "rma.uni")
    data = case["input"]
    yi = _values(call, "yi", 0, data)
    vi = _values(call, "vi", 1, data)
    if vi is None:
        vi = _values(call, "sei", None, data) ** 2
    mods = call.get("mods")
    columns = columns_of(data)
    used = np.isfinite(yi) & np.isfinite(vi)
    subset = call.get("subset")
    if subset is not None:
        used &= np.asarray(value(subset, data), dtype=bool)
    for name in _variables(mods) & set(columns):
        column = columns[name]
        used &= np.array([x is not None and x == x for x in column.tolist()])
    kept = {name: column[used] for name, column in columns.items() if column.shape == used.shape}
    formula = None if mods is None else formula_to_python(mods)
    options: dict[str, Any] = {
        name: str(value(node, data))
        for name in ("method", "test")
        if (node := call.get(name)) is not None
    }
    options.setdefault("test", "z")
    if options.get("method") in ("FE", "CE"):
        options["method"] = "EE"
    level = call.get("level")
    if level is not None:
        given = float(value(level, data))
        options["level"] = given / 100.0 if given > 1.0 else given
    return _two_level(yi[used], vi[used], kept, formula, options), tree, used


def _values(call: Call, name: str, position: int | None, data: Mapping[str, Any]) -> Any:
    node = call.get(name, position)
    return None if node is None else np.asarray(value(node, data), dtype=np.float64)


def _variables(node: Node | None) -> set[str]:
    if node is None:
        return set()
    if isinstance(node, Name):
        return {node.name}
    return {name for child in children(node) for name in _variables(child)}


def _two_level(
    yi: Floats, vi: Floats, data: dict[str, Any], formula: str | None, options: dict[str, Any]
) -> FittedModel:
    if formula is None:
        return random_effects(yi, vi, **options)
    return meta_regression(yi, vi, mods=formula, data=data, **options)


def _residuals(case: Case) -> Answer:
    found = residuals(_model(case)[0])
    return {
        "raw": found.raw.tolist(),
        "rstandard": found.standardised.tolist(),
        "rstandard_se": found.se.tolist(),
        "rstudent": found.studentised.tolist(),
        "rstudent_se": found.deleted_se.tolist(),
        "deleted_resid": found.deleted.tolist(),
    }


def _true_effects(case: Case) -> Answer:
    found = blup(_model(case)[0])
    return {
        "blup": found.estimate.tolist(),
        "se": found.se.tolist(),
        "pi_lb": found.interval[:, 0].tolist(),
        "pi_ub": found.interval[:, 1].tolist(),
        "ranef": found.deviation.tolist(),
        "ranef_se": found.deviation_se.tolist(),
        "ranef_lb": found.deviation_interval[:, 0].tolist(),
        "ranef_ub": found.deviation_interval[:, 1].tolist(),
    }


def _influence(case: Case) -> Answer:
    found = influence(_model(case)[0])
    # The reference gives 0 where a model has no tau2 to estimate.
    tau2 = found.components_without[:, 0] if found.component_names else np.zeros(len(found.labels))
    return {
        "rstudent": found.studentised.tolist(),
        "dffits": found.dffits.tolist(),
        "cook.d": found.cook.tolist(),
        "cov.r": found.covariance_ratio.tolist(),
        "tau2.del": np.nan_to_num(tau2).tolist(),
        "QE.del": found.q_without.tolist(),
        "hat": found.hat.tolist(),
        "weight": found.weight_percent.tolist(),
        "dfbs": found.dfbetas.T.ravel().tolist(),
        "is.infl": found.is_influential.astype(float).tolist(),
    }


def _series(found: RefitSeries, call: Call) -> Answer:
    estimate, ci = found.coefficients[:, 0], found.ci[:, 0]
    transf = call.get("transf")
    if transf is not None:
        change = TRANSFORMATIONS[transf.name if isinstance(transf, Name) else str(transf)]
        estimate, ci = change(estimate), change(ci)
    tau2 = found.components[:, 0] if found.component_names else np.zeros(found.k.size)
    statistic, p_value = found.statistic[:, 0].tolist(), found.p_value[:, 0].tolist()
    return {
        "estimate": estimate.tolist(),
        "se": found.se[:, 0].tolist(),
        "zval": statistic,
        "tval": statistic,
        "pval": p_value,
        "pvals": p_value,
        "ci.lb": ci[:, 0].tolist(),
        "ci.ub": ci[:, 1].tolist(),
        "Q": found.q.tolist(),
        "QE": found.q.tolist(),
        "Qp": found.q_p_value.tolist(),
        "QEp": found.q_p_value.tolist(),
        # The reference gives 0, 0 and 1 for a single study, where we give no value.
        "tau2": np.nan_to_num(tau2, nan=0.0).tolist(),
        "I2": np.nan_to_num(found.i2, nan=0.0).tolist(),
        "H2": np.nan_to_num(found.h2, nan=1.0).tolist(),
    }


def _leave_one_out(case: Case) -> Answer:
    fit, tree, _ = _model(case)
    (call, *_) = find_calls(tree, "leave1out")
    return _series(leave_one_out(fit), call)


def _cumulative(case: Case) -> Answer:
    fit, tree, used = _model(case)
    (call, *_) = find_calls(tree, "cumul", "cumul.rma.uni")
    order = call.get("order", 1)
    if order is None:
        return _series(cumulative(fit), call)
    if isinstance(order, Call) and order.function == "order":
        keys = value(order.positional[0], case["input"])
    else:
        keys = value(order, case["input"])
    collapse = call.get("collapse")
    together = collapse is not None and bool(value(collapse, case["input"]))
    return _series(cumulative(fit, order=np.asarray(keys)[used], together=together), call)


def _permutation(case: Case) -> Answer:
    fit, tree, _ = _model(case)
    (call, *_) = find_calls(tree, "permutest", "permutest.rma.uni")
    exact = call.get("exact")
    options: dict[str, Any] = {}
    if exact is not None and value(exact, case["input"]):
        options["exact"] = True
    side = call.get("alternative")
    if side is not None:
        options["alternative"] = str(value(side, case["input"])).replace(".", "-")
    # Without exact=TRUE the reference goes through all when there are no more than `iter`.
    n = call.get("iter")
    found = permutation_test(fit, n=1_000 if n is None else int(value(n, case["input"])), **options)
    return {
        "pval": found.p_value.tolist(),
        "QMp": found.omnibus_p_value,
        "zval": found.statistic.tolist(),
    }


def _baujat(case: Case) -> Answer:
    found = baujat(_model(case)[0])
    return {"x": found.distance.tolist(), "y": found.influence.tolist()}


def _clusters(case: Case) -> Answer:
    fit, _ = fit_of(case)
    left, moved = residuals(fit, by="cluster"), influence(fit, by="cluster")
    return {
        "X2": left.clusters.chi2.tolist(),
        "deleted_X2": left.clusters.deleted_chi2.tolist(),
        "rstudent": left.studentised.tolist(),
        "cook.d": moved.cook.tolist(),
        "dfbs": moved.dfbetas.T.ravel().tolist(),
    }


DIAGNOSTIC_FAMILIES: dict[str, Callable[[Case], Answer]] = {
    "resid": _residuals,
    "blup": _true_effects,
    "influence": _influence,
    "loo": _leave_one_out,
    "cumul": _cumulative,
    "permutest": _permutation,
    "baujat": _baujat,
    "clusters": _clusters,
}
"""What is compared: `resid` .. `permutest` of shared files, `baujat` and `clusters` of our own."""
