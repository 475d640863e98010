"""Which of our calls answers which reference case of sampling covariances."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_call import Call, Name, Node, assignments, find_calls, parse, source, value
from whatworks.statistics.block_covariance import BlockCovariance
from whatworks.statistics.dense_blocks import DenseBlocks
from whatworks.synthesis.composites import combine_within_study
from whatworks.synthesis.sampling_covariance import (
    reported_covariance,
    sampling_covariance,
    smooth_by_cluster,
)
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

    rvars = call.get("rvars")
    if rvars is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reported_covariance(
                given("vi", 0), given("cluster", 1), _variables(rvars, data), nearest=False
            )
    options = {ours: given(theirs) for theirs, ours in SAME.items() if given(theirs) is not None}
    parts = _correlations(call.get("rho"), data)
    is_by_type = "type" in options and "obs" not in options
    names = ("rho_between",) if is_by_type else ("rho", "rho_between")
    for name, part in zip(names, parts, strict=False):
        labels = options["type" if name == "rho_between" else "obs"]
        options[name] = _by_pair(part, labels) if np.ndim(part) == 2 else float(np.ravel(part)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sampling_covariance(given("vi", 0), given("cluster", 1), **options)


def _correlations(node: Node | None, data: Mapping[str, Any]) -> list[Any]:
    """Return the one or two parts of rho: numbers or matrices."""
    if node is None:
        return []
    if isinstance(node, Call) and node.function == "list":
        return [value(part, data) for part in (*node.positional, *(n for _, n in node.named))]
    rho = np.asarray(value(node, data), dtype=float)
    return [rho] if rho.ndim != 1 else list(rho)


def _by_pair(matrix: Any, labels: Any) -> dict[tuple[object, object], float]:
    """Return a matrix as pairs; without names of its own, rows are the labels in sorted order."""
    names = sorted(set(np.asarray(labels).tolist()))
    return {
        (a, b): float(matrix[i][j]) for i, a in enumerate(names) for j, b in enumerate(names[:i])
    }


def _variables(node: Node, data: Mapping[str, Any]) -> Any:
    """Return the columns that c(r1, r2) or c(r1:r4) names, (k, m)."""
    columns = list(data["dat"])
    found: list[str] = []
    for part in re.sub(r"^c\(|\)$|\s", "", source(node)).split(","):
        first, _, last = part.partition(":")
        found += columns[columns.index(first) : columns.index(last or first) + 1]
    return np.array([[np.nan if v is None else v for v in data["dat"][name]] for name in found]).T


def _vcalc(case: Case) -> Answer:
    call = find_calls(parse(case["call"]), "vcalc")[0]
    node = call.get("vi", 0)
    assert node is not None
    vi = np.asarray(value(node, case["input"]), dtype=float)
    missing = np.isnan(vi)
    if missing.any():
        # An effect without a variance has no covariances; the others keep theirs.
        kept = np.flatnonzero(~missing)
        whole = np.full((vi.size, vi.size), np.nan)
        whole[np.ix_(kept, kept)] = _whole(covariance_of(call, _rows(case, kept)))
        return {"V": whole.tolist()}
    return {"V": _whole(covariance_of(call, case)).tolist()}


def _rows(case: Case, kept: Any) -> Case:
    dat = {name: [values[i] for i in kept] for name, values in case["input"]["dat"].items()}
    return {**case, "input": {**case["input"], "dat": dat}}


def _whole(covariance: BlockCovariance) -> Any:
    out = np.zeros((covariance.size, covariance.size))
    for stack in covariance.stacks():
        out[stack.rows[:, :, None], stack.rows[:, None, :]] = stack.matrices
    return out


def _impute(case: Case) -> Answer:
    call = find_calls(parse(case["call"]), "impute_covariance_matrix")[0]
    data = case["input"]

    def given(name: str, position: int | None = None) -> Any:
        node = call.get(name, position)
        return None if node is None else value(node, data)

    cluster = call.get("cluster", 1)
    assert cluster is not None
    factors = find_calls(cluster, "factor")
    names = np.asarray(value(factors[0].positional[0] if factors else cluster, data))
    appear = list(dict.fromkeys(names.tolist()))
    has_levels = bool(factors) and factors[0].get("levels") is not None
    levels = appear if has_levels else sorted(appear)
    vi = np.asarray(given("vi", 0), dtype=float)
    if given("smooth_vi"):
        vi = smooth_by_cluster(vi, names)
    options: dict[str, Any] = {
        ours: _for_each(given(theirs), names, levels)
        for theirs, ours in (("r", "rho"), ("ar1", "phi"))
        if given(theirs) is not None
    }
    options |= {"time": given("ti")} if given("ti") is not None else {}
    options |= {"subgroup": given("subgroup")} if given("subgroup") is not None else {}
    if {"rho", "phi"} <= set(options):
        options["join"] = "sum"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        covariance = _whole(sampling_covariance(vi, names, **options))
    if given("return_list"):
        # Blocks one after the other, in the order of the factor's levels.
        order = np.argsort([levels.index(name) for name in names.tolist()], kind="stable")
        covariance = covariance[np.ix_(order, order)]
    return {"V": covariance.tolist()}


def _for_each(values: Any, names: Any, levels: list[Any]) -> Any:
    """Return one number, or one a cluster written beside each of its effects."""
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    if numbers.size == 1:
        return float(numbers[0])
    return np.array([numbers[levels.index(name)] for name in names.tolist()])


def _aggregate(case: Case) -> Answer:
    data = case["input"]
    node = parse(case["call"])
    escalc, call = find_calls(node, "escalc")[0], find_calls(node, "aggregate")[0]
    cluster_node = call.get("cluster", 1)
    assert cluster_node is not None
    yi, vi = (np.asarray(value(escalc.get(name) or call, data), float) for name in ("yi", "vi"))
    kept = np.flatnonzero(np.isfinite(yi) & np.isfinite(vi))
    cluster = np.asarray(value(cluster_node, data))
    covariance = _within_clusters(call, case, assignments(node), vi, cluster, kept)
    weighted = call.get("weighted")
    found = combine_within_study(
        yi[kept],
        covariance,
        cluster[kept].tolist(),
        weighted=True if weighted is None else bool(value(weighted, data)),
    )
    answers: Answer = {"yi": found.yi.tolist(), "vi": found.vi.tolist()}
    answers |= {"ki": found.n_effects.tolist(), source(cluster_node): list(found.studies)}
    # list(study = a$study, ...) names what is asked for.
    asked = find_calls(node, "list")[-1].named
    columns = {name: re.findall(r"\$(\w+)", source(part)) for name, part in asked}
    return {name: answers[column[0]] for name, column in columns.items() if column[0] in answers}


def _within_clusters(
    call: Call,
    case: Case,
    made: Mapping[str, Node],
    vi: Any,
    cluster: Any,
    kept: Any,
) -> BlockCovariance:
    """Return the covariance that aggregate() works with, of the effects that are there."""
    data = case["input"]
    node = call.get("V")
    if node is not None:
        origin = made.get(node.name) if isinstance(node, Name) else node
        calls = find_calls(origin, "vcalc") if origin is not None else []
        if calls:
            return covariance_of(calls[0], case).take(kept)
        return DenseBlocks.from_matrix(np.asarray(value(node, data), dtype=float)).take(kept)
    struct = call.get("struct")
    kind = "CS" if struct is None else str(value(struct, data))

    def given(name: str) -> Any:
        part = call.get(name)
        return None if part is None else np.asarray(value(part, data))

    levels = list(dict.fromkeys(cluster.tolist()))
    names = cluster[kept]
    if kind == "ID":
        return constant_correlation(vi[kept], names, 0.0)
    options: dict[str, Any] = {}
    if kind != "CAR":
        options["rho"] = _for_each(given("rho"), names, levels)
    if "CAR" in kind:
        options |= {"phi": _for_each(given("phi"), names, levels), "time": given("time")[kept]}
    if kind == "CS+CAR":
        options["join"] = "sum"
    if kind == "CS*CAR":
        options["obs"] = given("obs")[kept]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sampling_covariance(vi[kept], names, **options)


COVARIANCE_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "vcalc": _vcalc,
    "impute": _impute,
    "aggregate": _aggregate,
}
