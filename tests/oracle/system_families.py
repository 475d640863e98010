"""Which of our calls for panels, fair comparison and training plans answers which case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from whatworks.accountability import (
    FunnelLimits,
    StandardisedRatio,
    expected_events,
    funnel,
    proportion_limits,
    standardised_ratio,
)
from whatworks.panel import Appropriateness, Spread, appropriateness, consensus, votes_on_item
from whatworks.statistics.proportions import proportion
from whatworks.workforce import Course, SchoolCourses, plan_training

Case = Mapping[str, Any]
Answer = dict[str, object]

FUNNEL_KINDS = {("SR", "CQC"): "ratio", ("SR", "SHMI"): "log ratio"}


def _spread(found: Spread) -> Answer:
    return {
        "p30": found.p30,
        "p70": found.p70,
        "ipr": found.ipr,
        "ipr_centre": found.ipr_centre,
        "asymmetry": found.asymmetry,
        "ipras": found.ipras,
        "disagreement_index": found.disagreement_index,
        "disagreement": found.has_disagreement,
    }


def _panel_size(found: Appropriateness) -> Answer:
    rule = found.panel_size_rule
    return {
        "agreement_by_panel_size": rule.has_agreement if rule else None,
        "disagreement_by_panel_size": rule.has_disagreement if rule else None,
        "class_panel_size": rule.classification if rule else None,
    }


def _ram(case: Case) -> Answer:
    ratings = case["input"]["ratings"]
    found = appropriateness(ratings, percentiles="type 7")
    other = appropriateness(ratings, percentiles="type 6")
    return {
        "n": found.n,
        "median": found.median,
        "mean_abs_dev_median": found.mean_absolute_deviation,
        "counts": {"low": found.low, "middle": found.middle, "high": found.high},
        "median_region": found.region,
        "outside_median_region": found.outside,
        "percentile_type7": _spread(found.spread),
        "percentile_type6": _spread(other.spread),
        "class_ipras_type7": found.classification,
        "class_ipras_type6": other.classification,
        "tertile_third_rule_disagreement": found.third_rule_disagreement,
        **_panel_size(found),
        **_spread(found.spread),
    }


def _consensus(case: Case) -> Answer:
    given = case["input"]
    found = consensus(
        votes_on_item(given["ratings"]), agree=given["agree"], oppose=given["oppose"], quorum=0.6
    )
    return {name: getattr(found, name) for name in case["expected"]}


def _votes(case: Case) -> Answer:
    given = case["input"]
    out = given["conflicted"]
    conflicted = {out} if isinstance(out, int) else set(out)
    has_conflict = [i in conflicted for i in range(1, len(given["ratings"]) + 1)]
    votes = votes_on_item(given["ratings"], has_conflict=has_conflict)
    return {
        "n_used": votes.rated,
        "eligible": votes.eligible,
        "quorum_met": votes.has_quorum(given["quorum"]),
        "median": appropriateness(votes.ratings, percentiles="type 7").median,
        "ratings_used": list(votes.ratings),
        "decision": consensus(votes, agree=0.7, oppose=0.15, quorum=given["quorum"]).decision,
    }


def _isr(case: Case) -> Answer:
    given = case["input"]
    if "ref_events" in given:
        expected = expected_events(given["ref_events"], given["ref_pop"], given["pop"])
        observed = sum(given["events"])
        found = standardised_ratio(observed, expected, level=given["confidence"])
        reference = sum(given["ref_events"]) / sum(given["ref_pop"])
        return {"standardised_rate": reference * found.ratio, **_ratio(found)}
    found = standardised_ratio(given["observed"], given["expected"], level=given["confidence"])
    return _ratio(found)


def _ratio(found: StandardisedRatio) -> Answer:
    return {
        "observed": found.observed,
        "expected": found.expected,
        "ratio": found.ratio,
        "lower": found.ci[0],
        "upper": found.ci[1],
        "exact": dict(zip(("lower", "upper"), found.exact, strict=True)),
        "byar": dict(zip(("lower", "upper"), found.byar, strict=True)),
        "default": found.method,
        "midp_two_sided_p": found.mid_p_value,
    }


def _wilson(case: Case) -> Answer:
    y, n, level = (case["input"][name] for name in ("y", "n", "confidence"))
    found = proportion(y, n, level=level, of="pupils")
    exact = proportion_limits(y, n, kind="exact", level=level)
    assert found.ci is not None
    return {
        "p": found.value,
        "wilson": dict(zip(("lower", "upper"), found.ci, strict=True)),
        "clopper_pearson": dict(zip(("lower", "upper"), exact, strict=True)),
    }


def _funnel_limits(found: FunnelLimits, multiplier: float) -> Answer:
    return {
        "ll95": (multiplier * found.low_95).tolist(),
        "ul95": (multiplier * found.high_95).tolist(),
        "ll998": (multiplier * found.low_998).tolist(),
        "ul998": (multiplier * found.high_998).tolist(),
    }


def _on_the_root_scale(limits: FunnelLimits) -> FunnelLimits:
    """Undo the square: the reference leaves over-dispersed limits of a ratio on the root scale."""
    ends = (limits.low_95, limits.high_95, limits.low_998, limits.high_998)
    return FunnelLimits(*map(np.sqrt, ends))


def _funnel(case: Case) -> Answer | None:
    given = case["input"]
    if given["type"] == "RC":
        return None
    kind = "proportion" if given["type"] == "PR" else FUNNEL_KINDS[given["type"], given["method"]]
    found = funnel(given["numerator"], given["denominator"], kind=kind, trim=given["trim"])
    dispersed, multiplier = found.overdispersed, given["multiplier"]
    if kind == "ratio":
        dispersed = _on_the_root_scale(dispersed)
    return {
        "target": found.target,
        "z": found.z.tolist(),
        "phi": found.phi,
        "n_used": found.n_used,
        "tau2": found.tau2,
        "unadj": _funnel_limits(found.chance, multiplier),
        "od": _funnel_limits(dispersed, multiplier),
        "outlier_od95": dispersed.outside(found.values, limits="95").tolist(),
        "outlier_od998": dispersed.outside(found.values, limits="99.8").tolist(),
    }


def _training(case: Case) -> Answer:
    given = case["input"]
    courses = [
        Course(str(c), frozenset(map(str, needs))) for c, needs in enumerate(given["courses"])
    ]
    schools = [
        SchoolCourses(
            school=str(s),
            pupils={str(k): n for k, n in enumerate(pupils)},
            covered=frozenset(str(k) for k, has in enumerate(covered) if has),
            cost_pounds={str(c): price for c, price in enumerate(prices)},
        )
        for s, (pupils, covered, prices) in enumerate(
            zip(given["pupils_by_need"], given["already_covered"], given["cost"], strict=True)
        )
    ]
    plan = plan_training(schools, courses, budget_pounds=given["budget"], most_states=1_000_000)
    assert plan.is_proven
    return {"pupils": plan.pupils, "spend_of_cheapest_optimum": plan.cost_pounds}


SYSTEM_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "ram": _ram,
    "consensus": _consensus,
    "votes": _votes,
    "isr": _isr,
    "wilson": _wilson,
    "funnel": _funnel,
    "training": _training,
}
