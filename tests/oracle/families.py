"""Which of our calls answers which reference case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle.covariance_families import COVARIANCE_FAMILIES
from tests.oracle.diagnostic_families import DIAGNOSTIC_FAMILIES
from tests.oracle.effect_families import EFFECT_FAMILIES
from tests.oracle.mv_families import MV_FAMILIES
from tests.oracle.robust_families import ROBUST_FAMILIES, answer_uni
from tests.oracle.system_families import SYSTEM_FAMILIES
from tests.oracle.uni_families import UNI_FAMILIES
from whatworks.synthesis import composite_by_study, random_effects

Case = Mapping[str, Any]
Answer = dict[str, object]


def answer(case: Case) -> Answer | None:
    """Return our values for a case, or None where the method is not built."""
    family = family_of(case["id"])
    if family == "uni":
        # Two files give this family to two kinds of call.
        found = answer_uni(case)
        if found is not None:
            return found
    if family == "wald" and "conv.wald" in case["call"]:
        family = "conv.wald"
    run = ALL_FAMILIES.get(family)
    return run(case) if run is not None else None


def family_of(case_id: str) -> str:
    """Return the family in a case's id: what stands before "-", or else before the first "_"."""
    return case_id.split("-" if "-" in case_id else "_")[0]


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


ALL_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "composite": _composite,
    "maxima": _maxima,
    **COVARIANCE_FAMILIES,
    **DIAGNOSTIC_FAMILIES,
    **EFFECT_FAMILIES,
    **MV_FAMILIES,
    **ROBUST_FAMILIES,
    **SYSTEM_FAMILIES,
    **UNI_FAMILIES,
}
