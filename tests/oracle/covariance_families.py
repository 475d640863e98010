"""Which of our calls answers which reference case of sampling covariances."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_call import Call, find_calls, parse, value
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.composites import combine_within_study
from whatworks.synthesis.sampling_covariance import sampling_covariance
from whatworks.synthesis.working_models import constant_correlation

Case = Mapping[str, Any]
Answer = dict[str, object]

# metafor's arguments of vcalc by ours, where they mean the same.
SAME: dict[str, str] = {
    "subgroup": "subgroup",
    "obs": "obs",
    "type": "type",
    "time1": "time",
    "time2": "time2",
    "phi": "phi",
    "grp1": "group1",
    "grp2": "group2",
    "w1": "size1",
    "w2": "size2",
    "nearpd": "nearest",
}


def covariance_of(call: Call, case: Case) -> DenseBlocks:
    """Return what a vcalc() call gives."""
    data = case["input"]

    def given(name: str, position: int | None = None) -> Any:
        node = call.get(name, position)
        return None if node is None else value(node, data)

    options = {ours: given(theirs) for theirs, ours in SAME.items() if given(theirs) is not None}
    rho = given("rho")
    if rho is not None:
        numbers = np.atleast_1d(np.asarray(rho, dtype=float))
        if numbers.size == 2:
            options["rho"], options["rho_between"] = float(numbers[0]), float(numbers[1])
        elif numbers.size == 1 and "type" in options and "obs" not in options:
            options["rho_between"] = float(numbers[0])
        else:
            options["rho"] = float(numbers[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sampling_covariance(given("vi", 0), given("cluster", 1), **options)


def _vcalc(case: Case) -> Answer:
    return {"V": _whole(covariance_of(find_calls(parse(case["call"]), "vcalc")[0], case))}


def _whole(covariance: Any) -> list[list[float]]:
    out = np.zeros((covariance.size, covariance.size))
    for stack in covariance.stacks():
        out[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    return [list(row) for row in out.tolist()]


def _impute(case: Case) -> Answer:
    call = find_calls(parse(case["call"]), "impute_covariance_matrix")[0]
    data = case["input"]
    cluster = call.get("cluster", 1)
    assert cluster is not None
    labels = find_calls(cluster, "factor")
    names = value(labels[0].positional[0] if labels else cluster, data)
    vi = np.asarray(value(call.positional[0], data), dtype=float)
    rho = float(value(call.get("r", 2) or call, data))
    covariance = np.array(_whole(constant_correlation(vi, names, rho)))
    # The reference's blocks stand in order of first appearance, one after the other.
    first = {name: i for i, name in reversed(list(enumerate(np.asarray(names).tolist())))}
    order = np.argsort([first[name] for name in np.asarray(names).tolist()], kind="stable")
    return {"V": covariance[np.ix_(order, order)].tolist()}


def _aggregate(case: Case) -> Answer:
    data = case["input"]
    node = parse(case["call"])
    escalc, call = find_calls(node, "escalc")[0], find_calls(node, "aggregate")[0]
    yi, vi = (np.asarray(value(escalc.get(name) or call, data), float) for name in ("yi", "vi"))
    cluster = value(call.get("cluster", 1) or call, data)
    rho = call.get("rho")
    covariance = constant_correlation(vi, cluster, 0.0 if rho is None else float(value(rho, data)))
    weighted = call.get("weighted")
    found = combine_within_study(
        yi,
        covariance,
        np.asarray(cluster).tolist(),
        weighted=True if weighted is None else bool(value(weighted, data)),
    )
    # R's result stands in sorted order of clusters.
    order = sorted(range(len(found.studies)), key=lambda i: found.studies[i])
    return {
        "study": [found.studies[i] for i in order],
        "yi": found.yi[order].tolist(),
        "vi": found.vi[order].tolist(),
    }


COVARIANCE_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "vcalc": _vcalc,
    "impute": _impute,
    "aggregate": _aggregate,
}
