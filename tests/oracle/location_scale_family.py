"""Location-scale models of the reference: rma() with a formula for the variance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.oracle.compare import differences
from tests.oracle.maximum import higher
from tests.oracle.model_call import ModelCall, read_model
from tests.oracle.r_call import (
    Name,
    find_calls,
    formula_to_python,
    parse,
    r_coefficient_names,
    value,
)
from whatworks.statistics.newton import Ascent
from whatworks.synthesis.regression import LocationScale, location_scale
from whatworks.synthesis.regression.location_scale_fields import fields_at
from whatworks.synthesis.regression.location_scale_likelihood import LocationScaleLikelihood

# A log variance with a standard error beyond this lies on a flat likelihood: R's, by differences, is
# then noise.
FLAT_SE = 100.0

Case = Mapping[str, Any]
Answer = dict[str, object]


def location_scale_answer(case: Case) -> Answer:
    """Fit the model of a call, and say where the reference stopped short of its maximum."""
    node = parse(case["call"])
    call = find_calls(node, "rma", "rma.uni")[0]
    read = read_model(case, node, call)
    data = read.case["input"]
    options = {
        name: default if (given := call.get(name)) is None else str(value(given, data))
        for name, default in (("method", "REML"), ("test", "z"), ("link", "log"))
    }
    scale = call.get("scale")
    fit = location_scale(
        read.yi,
        value(call.get("vi", 1) or Name("vi"), data),
        mods=read.mods,
        scale=None if scale is None else formula_to_python(scale),
        data=read.columns,
        **options,
    )
    names = r_coefficient_names(fit.scale_design.names, scale)
    answer = _fields(fit, read, names)
    if "alpha" in case["expected"] and differences(case, answer):
        answer["higher"] = _stopped_short(case, fit, read, names)
    return answer


def _fields(fit: LocationScale, read: ModelCall, scale_names: list[str]) -> Answer:
    """Return what metafor's results of a fit are called."""
    ml, reml = fit.fit_statistics(restricted=False), fit.fit_statistics(restricted=True)
    return {
        "k": fit.k,
        "coef_names": read.names(fit.design.names),
        "beta": fit.coefficients.tolist(),
        "se": fit.se.tolist(),
        "pval": fit.p_value.tolist(),
        "alpha_names": scale_names,
        "alpha": fit.scale_coefficients.tolist(),
        "se_alpha": fit.scale_se.tolist(),
        "pval_alpha": fit.scale_p_value.tolist(),
        "QM": fit.omnibus.statistic,
        "QMp": fit.omnibus.p_value,
        "QS": fit.scale_omnibus.statistic,
        "QSp": fit.scale_omnibus.p_value,
        "QE": fit.residual_q,
        "QEp": fit.q_p_value,
        "ll_ML": ml.log_likelihood,
        "ll_REML": reml.log_likelihood,
        "AIC_ML": ml.aic,
        "AIC_REML": reml.aic,
        "BIC_ML": ml.bic,
        "BIC_REML": reml.bic,
        "tau2": fit.tau2.tolist(),
    }


def _stopped_short(
    case: Case, fit: LocationScale, read: ModelCall, scale_names: list[str]
) -> str | None:
    """Show that all values arise at the reference's scale coefficients, where less is reached."""
    likelihood = LocationScaleLikelihood(
        fit.yi,
        fit.vi,
        fit.design.matrix,
        fit.scale_design.matrix,
        restricted=fit.method == "REML",
        link=fit.link,
    )
    alpha = np.atleast_1d(np.asarray(case["expected"]["alpha"], dtype=float))
    phi = likelihood.phi_of(alpha)
    there = LocationScale(
        **fields_at(
            likelihood,
            [Ascent(phi, likelihood.value(phi), 0.0, 0, likelihood.hessian(phi))],
            fit.yi,
            fit.vi,
            fit.design,
            fit.scale_design,
            fit.test,
            fit.level,
        )
    )
    answer = _fields(there, read, scale_names)
    both = zip(there.scale_se.tolist(), np.atleast_1d(case["expected"]["se_alpha"]), strict=True)
    flat = [i for i, pair in enumerate(both) if None not in pair and min(pair) > FLAT_SE]
    noise = {f"{name}[{i}]" for name in ("se_alpha", "pval_alpha") for i in flat}
    if any(line.split(":")[0] not in noise for line in differences(case, answer)):
        return None
    return higher(fit.log_likelihood, there.log_likelihood)
