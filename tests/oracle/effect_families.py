"""Which of our effect-size calls answers which reference case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.effect_measures import Arguments, effects_of
from tests.oracle.esc_functions import Given, esc_answer
from tests.oracle.r_call import Binary, Call, Name, Node, Text, find_calls, parse, value
from tests.oracle.r_match import Bindings, find, inlined, is_of
from tests.oracle.tetrachoric_search import tetrachoric_stopped_short
from whatworks.synthesis import (
    binomial_effect_size,
    biserial_correlation,
    chance_of_superiority,
    cluster_adjusted_t,
    cluster_corrected_g,
    cluster_corrected_g_one_arm,
    cluster_df_pustejovsky,
    cohens_u3,
    d_from_log_odds_ratio,
    d_from_r,
    difference_between_groups,
    effect_from_report,
    effective_sample_size,
    g_from_d,
    g_variance,
    log_odds_ratio_from_d,
    moments_from_quantiles,
    overlap,
    point_biserial_correlation,
    proportion_from_freeman_tukey,
    r_from_d,
    random_effects,
    standardised_gain,
    wwc_cluster_g,
)

Case = Mapping[str, Any]
Answer = dict[str, object]


def _effects(case: Case) -> Answer:
    """Answer escalc(), or the difference of two of them."""
    found = [effects_of(call, case["input"]) for call in find_calls(parse(case["call"]), "escalc")]
    if len(found) > 2 or not found:
        raise ValueError(f"no answer to {case['call']}")
    both = found[0] if len(found) == 1 else difference_between_groups(*found)
    got: Answer = {"yi": both.yi.tolist(), "vi": both.vi.tolist()}
    if "RTET" in case["call"] and len(found) == 1:
        got["higher"] = tetrachoric_stopped_short(case, both)
    return got


def _pre_post(case: Case) -> Answer:
    node = parse(case["call"])
    return _effects(case) if find_calls(node, "escalc") else _morris(node, case["input"])


def _morris(node: Node, data: Mapping[str, Any]) -> Answer:
    """Answer the difference of two groups' gains in their pooled standard deviation before."""

    def is_column(part: Node) -> bool:
        return isinstance(part, Binary) and part.op == "$"

    whole = inlined(node)
    gains = _required("(._post1 - ._pre1) - (._post2 - ._pre2)", whole, is_column)
    spread = _required("(._n1 - 1)*._sd1^2 + (._n2 - 1)*._sd2^2", whole, is_column)
    mean_r = _required("(._r1*._n1 + ._r2*._n2)/(._n1 + ._n2)", whole, is_column)
    part = {k: value(v, data) for k, v in {**gains, **spread, **mean_r}.items()}
    n1, n2 = part["n1"], part["n2"]
    found = standardised_gain(
        *(part["post1"], part["pre1"], part["sd1"], n1),
        *(part["post2"], part["pre2"], part["sd2"], n2),
        r=(part["r1"] * n1 + part["r2"] * n2) / (n1 + n2),
    )
    return {"yi": found.yi.tolist(), "vi": found.vi.tolist()}


def _required(form: str, node: Node, is_value: Callable[[Node], bool]) -> Bindings:
    found = find(form, node, is_value)
    if found is None:
        raise ValueError(f"no {form} in the call")
    return found


class _Columns:
    """The columns that play the parts of a list of formulas on one frame."""

    def __init__(self, case: Case) -> None:
        self.data = case["input"]
        self.node = inlined(parse(case["call"]))

    def is_column(self, part: Node) -> bool:
        frame = self.data.get("dat", {})
        if isinstance(part, Binary) and part.op == "$":
            return isinstance(part.left, Name) and part.left.name in self.data
        return isinstance(part, Name) and part.name in frame

    def of(self, *forms: str) -> dict[str, Any]:
        """Return the parts of the first form that stands in the call."""
        for form in forms:
            found = find(form, self.node, self.is_column)
            if found is not None:
                return {k: value(v, self.data) for k, v in found.items() if self.is_column(v)}
        raise ValueError(f"none of {', '.join(forms)} in the call")

    def entries(self) -> tuple[tuple[str, Node], ...]:
        return find_calls(self.node, "list")[0].named


def _cluster(case: Case) -> Answer:
    columns = _Columns(case)
    # One arm's formula first: the other stands within it.
    size = columns.of("(._n*._other/.__total - 1)*._icc", "(._n - 1)*._icc")
    n, icc = size["n"], size["icc"]
    arms = columns.of(
        "._n1/.__deff + 1/(._n2/.__deff)", "1/(._n1/.__d) + 1/(._n2/.__d)", "._n1 + ._n2"
    )
    n1, n2 = arms["n1"], arms["n2"]
    kind = case["id"].split("-")[1]
    if kind == "t":
        t = cluster_adjusted_t(columns.of("sqrt(.__c)*._t")["t"], n1, n2, icc=icc, cluster_size=n)
        return {"t_adj": t.t, "c": t.factor, "df": t.df, "p": t.p_value}
    g = columns.of(".__j*._g*sqrt(.__gamma)", "._g*sqrt(.__gamma)", "._g^2/.__n")["g"]
    if kind == "onearm":
        one = cluster_corrected_g_one_arm(g, n1, n2, icc=icc, cluster_size=n)
        return {"eta": one.eta, "gamma": one.gamma, "g_adj": one.yi}
    if kind == "hedges2007":
        found = cluster_corrected_g(g, n1, n2, icc=icc, cluster_size=n)
        return {"d": found.yi, "var": found.vi, "df": found.df, "deff": found.eta}
    if kind == "neff":
        e1, e2 = (effective_sample_size(m, icc=icc, cluster_size=n) for m in (n1, n2))
        return {
            "nT_eff": e1,
            "nC_eff": e2,
            "v": g_variance(g, e1, e2),
            "se_inflation": np.sqrt(n1 / e1),
        }
    if kind == "wwc":
        wwc = wwc_cluster_g(g, n1, n2, icc=icc, cluster_size=n)
        return {
            "h": wwc.df,
            "gamma_sqrt": np.sqrt(wwc.gamma),
            "eta": wwc.eta,
            "g": wwc.yi,
            "var_uncorrected_se": wwc.vi,
            "df_pustejovsky": cluster_df_pustejovsky(n1 + n2, n, icc),
        }
    raise ValueError(f"no answer to {case['call']}")


UNKNOWN = np.nan
# Forms of conversions, and our function of the parts.
CONVERSIONS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("transf.dtou3(._d)", lambda p: cohens_u3(p["d"])),
    ("transf.dtocles(._d)", lambda p: chance_of_superiority(p["d"])),
    ("transf.dtoovl(._d)", lambda p: overlap(p["d"])),
    ("transf.dtobesd(._d)", lambda p: binomial_effect_size(p["d"])),
    ("transf.dtorpb(._d)", lambda p: r_from_d(p["d"], UNKNOWN).yi),
    ("._d*pi/sqrt(3)", lambda p: log_odds_ratio_from_d(p["d"], UNKNOWN).yi),
    ("transf.dtolnor.logis(._d)", lambda p: log_odds_ratio_from_d(p["d"], UNKNOWN).yi),
    (
        "transf.dtolnor.norm(._d)",
        lambda p: log_odds_ratio_from_d(p["d"], UNKNOWN, distribution="normal").yi,
    ),
    ("._y*sqrt(3)/pi", lambda p: d_from_log_odds_ratio(p["y"], UNKNOWN).yi),
    ("._v*3/pi^2", lambda p: d_from_log_odds_ratio(UNKNOWN, p["v"]).vi),
    ("._y/1.65", lambda p: d_from_log_odds_ratio(p["y"], UNKNOWN, distribution="normal").yi),
    ("._v/1.65^2", lambda p: d_from_log_odds_ratio(UNKNOWN, p["v"], distribution="normal").vi),
    ("2*._r/sqrt(1 - ._r^2)", lambda p: d_from_r(p["r"], UNKNOWN).yi),
    (
        "4*((1 - ._r^2)^2/(._n - 1))/(1 - ._r^2)^3",
        lambda p: d_from_r(p["r"], p["n"]).vi,
    ),
    (
        "(2*._r/sqrt(1 - ._r^2))/sqrt((2*._r/sqrt(1 - ._r^2))^2 + 4)",
        lambda p: r_from_d(d_from_r(p["r"], UNKNOWN).yi, UNKNOWN).yi,
    ),
)
WITH_SIZES = {
    "transf.dtorpb": lambda d, n1, n2: point_biserial_correlation(d, n1, n2).yi,
    "transf.dtorbis": lambda d, n1, n2: biserial_correlation(d, n1, n2).yi,
}


def _conversions(case: Case) -> Answer:
    """Answer a list of conversions, each known by its form."""
    columns = _Columns(case)
    return {name: _converted(entry, columns) for name, entry in columns.entries()}


def _converted(entry: Node, columns: _Columns) -> Any:
    if isinstance(entry, Call) and entry.function in WITH_SIZES and entry.get("n1i", 1):
        parts = [entry.get(n, i) for i, n in enumerate(("x", "n1i", "n2i"))]
        return WITH_SIZES[entry.function](*(value(p, columns.data) for p in parts if p is not None))
    for form, run in CONVERSIONS:
        found = is_of(form, entry, columns.is_column)
        if found is not None:
            return run({k: value(v, columns.data) for k, v in found.items()})
    raise ValueError(f"no answer to {entry}")


def _correlation(case: Case) -> Answer:
    has_measure = find_calls(parse(case["call"]), "escalc")
    return _effects(case) if has_measure else _conversions(case)


def _proportion(case: Case) -> Answer:
    node = parse(case["call"])
    if not find_calls(node, "rma"):
        return _effects(case)
    call, data = find_calls(node, "escalc")[0], case["input"]
    found, n = effects_of(call, data), Arguments(call, data)("ni")
    model = find_calls(node, "rma")[0]
    method, test = model.get("method"), model.get("test")
    known = np.isfinite(found.yi) & np.isfinite(found.vi)
    fit = random_effects(
        found.yi[known],
        found.vi[known],
        method="REML" if method is None else str(value(method, data)),
        test="z" if test is None else str(value(test, data)),
    )
    harmonic = 1.0 / np.mean(1.0 / n)
    pooled = proportion_from_freeman_tukey([fit.estimate, *fit.ci], harmonic)
    return {
        "est": pooled[0],
        "lb": pooled[1],
        "ub": pooled[2],
        "harmonic_n": harmonic,
        "ft_yi": found.yi,
        "back_each": proportion_from_freeman_tukey(found.yi, n),
    }


def _esc(case: Case) -> Answer:
    call = parse(case["call"])
    if not isinstance(call, Call):
        raise ValueError(f"no answer to {case['call']}")
    if call.function != "hedges_g":
        return esc_answer(call, case["input"])
    a = Given(call, case["input"], ("d", "totaln"))
    half = a("totaln") / 2.0
    return {"g": g_from_d(a("d"), half, half, exact_j=False).yi}


QUANTILES = ("min", "q1", "median", "q3", "max", "n")


def _five_numbers(case: Case) -> Answer:
    call, data = find_calls(parse(case["call"]), "conv.fivenum")[0], case["input"]
    unknown = {k for k, _ in call.named} - {*QUANTILES, "data", "test", "method", "append"}
    nodes = {name: call.get(name, i) for i, name in enumerate(QUANTILES)}
    given = {k: value(v, data) for k, v in nodes.items() if v is not None}
    method, test = call.get("method"), call.get("test")
    if unknown or (isinstance(method, Text) and method.value not in ("default", "luo/wan/shi")):
        raise ValueError(f"no answer to {case['call']}")
    found = moments_from_quantiles(
        given["n"],
        minimum=given.get("min"),
        q1=given.get("q1"),
        median=given.get("median"),
        q3=given.get("q3"),
        maximum=given.get("max"),
    )
    drop = found.is_skewed & (test is None or bool(value(test, data)))
    return {"mean": np.where(drop, np.nan, found.mean), "sd": np.where(drop, np.nan, found.sd)}


TRANSFORMS = {
    "log": "log",
    "sqrt": "root",
    "identity": "as_reported",
    "atanh": "fisher_z",
    "transf.rtoz": "fisher_z",
    "qlogis": "logit",
    "transf.logit": "logit",
}
REPORTED = {"out": "estimate", "ci.lb": "lower", "ci.ub": "upper", "zval": "z", "pval": "p"}


def _wald(case: Case) -> Answer:
    call, data = find_calls(parse(case["call"]), "conv.wald")[0], case["input"]
    known = {*REPORTED, "level", "transf", "data", "n", "check", "append", "var.names"}
    transform = call.get("transf")
    if {k for k, _ in call.named} - known:
        raise ValueError(f"no answer to {case['call']}")
    nodes = {ours: call.get(name, i) for i, (name, ours) in enumerate(REPORTED.items())}
    given = {ours: value(node, data) for ours, node in nodes.items() if node is not None}
    level = call.get("level")
    found = effect_from_report(
        given.pop("estimate", UNKNOWN),
        **given,
        level=0.95 if level is None else np.asarray(value(level, data)) / 100.0,
        scale="as_reported" if transform is None else TRANSFORMS[_name(transform)],
    )
    return {"yi": found.yi, "vi": found.vi}


def _name(node: Node) -> str:
    if not isinstance(node, Name):
        raise ValueError(f"no answer to the transformation {node}")
    return node.name.split("::")[-1]


def _plain(run: Callable[[Case], Answer]) -> Callable[[Case], Answer]:
    """Give arrays as lists."""
    return lambda case: {name: np.asarray(x).tolist() for name, x in run(case).items()}


EFFECT_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "es2x2": _effects,
    "smd": _effects,
    "es": _effects,
    "cor": _plain(_correlation),
    "prop": _plain(_proportion),
    "rate1": _effects,
    "rate2": _effects,
    "prepost": _pre_post,
    "t2g": _effects,
    "d2g": _effects,
    "F2g": _effects,
    "p2g": _effects,
    "t2r": _effects,
    "t2rpb": _effects,
    "t2dor": _effects,
    "g": _plain(_conversions),
    "or2d": _plain(_conversions),
    "esc": _plain(_esc),
    "fivenum": _plain(_five_numbers),
    "conv.wald": _plain(_wald),
    "cluster": _plain(_cluster),
}
