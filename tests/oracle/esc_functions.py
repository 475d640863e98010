"""Which of our effect sizes answers which function of the R package esc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.oracle.r_call import Call, source, value
from whatworks.synthesis import (
    EffectSizes,
    d_from_chi2,
    d_from_counts,
    d_from_phi,
    difference_in_gains,
    g_from_beta,
    g_from_coefficient,
    g_from_f,
    g_from_p,
    g_from_point_biserial,
    g_from_t,
    hedges_g,
    log_odds_ratio_from_d,
    sd_from_se,
    small_sample_factor,
)

Answer = dict[str, object]


class Given:
    """The arguments of a call, by name; `n` gives the two groups' sizes."""

    def __init__(self, call: Call, data: Mapping[str, Any], order: tuple[str, ...]) -> None:
        self.nodes = dict(zip(order, call.positional, strict=False)) | dict(call.named)
        self.data = data

    def __call__(self, name: str) -> Any:
        return value(self.nodes[name], self.data)

    def has(self, *names: str) -> bool:
        return all(name in self.nodes for name in names)

    def sizes(self) -> tuple[Any, Any]:
        if self.has("totaln"):
            half = np.asarray(self("totaln")) / 2.0
            return half, half
        return self("grp1n"), self("grp2n")

    def total(self) -> Any:
        return sum(self.sizes())


# d is uncorrected; g is corrected by the approximate factor, and keeps the variance of d.
D = {"corrected": False, "variance": "D"}


def _mean_sd(a: Given) -> EffectSizes:
    first = (a("grp1m"), a("grp1sd"), a("grp1n"))
    return hedges_g(*first, a("grp2m"), a("grp2sd"), a("grp2n"), **D)


def _mean_se(a: Given) -> EffectSizes:
    # The package multiplies by the root of n - 1.
    sds = [sd_from_se(a(f"grp{i}se"), a(f"grp{i}n"), divisor="n") for i in (1, 2)]
    return hedges_g(a("grp1m"), sds[0], a("grp1n"), a("grp2m"), sds[1], a("grp2n"), **D)


def _t(a: Given) -> EffectSizes:
    if a.has("t"):
        return g_from_t(a("t"), *a.sizes(), **D)
    return g_from_p(a("p"), *a.sizes(), **D)


def _gain(a: Given) -> EffectSizes:
    """Gains count from after to before there."""
    names = ("pre{}mean", "pre{}sd", "post{}mean", "post{}sd", "grp{}n")
    groups = [tuple(a(name.format(i)) for name in names) for i in (1, 2)]
    known = {f"r{i}": a(f"grp{i}r") for i in (1, 2) if a.has(f"grp{i}r")}
    between = {"r_between": a("r")} if a.has("r") else {}
    return difference_in_gains(*groups[0], *groups[1], **known, **between)


def _counts(a: Given) -> EffectSizes:
    yes1, yes2 = a("grp1yes"), a("grp2yes")
    return d_from_counts(yes1, yes1 + a("grp1no"), yes2, yes2 + a("grp2no"))


def _counts_total(a: Given) -> Any:
    return a("grp1yes") + a("grp1no") + a("grp2yes") + a("grp2no")


def _point_biserial(a: Given) -> EffectSizes:
    return g_from_point_biserial(a("r"), *a.sizes(), **D)


SIZES = ("grp1n", "grp2n")
FUNCTIONS: dict[str, tuple[tuple[str, ...], Callable[[Given], EffectSizes]]] = {
    "esc_mean_sd": (("grp1m", "grp1sd", "grp1n", "grp2m", "grp2sd", "grp2n"), _mean_sd),
    "esc_mean_se": (("grp1m", "grp1se", "grp1n", "grp2m", "grp2se", "grp2n"), _mean_se),
    "esc_t": (("t", "p", "totaln", *SIZES), _t),
    "esc_f": (("f", "totaln", *SIZES), lambda a: g_from_f(a("f"), *a.sizes(), **D)),
    "esc_B": (
        ("b", "sdy", *SIZES),
        lambda a: g_from_coefficient(a("b"), a("sdy"), *a.sizes(), **D),
    ),
    "esc_beta": (
        ("beta", "sdy", *SIZES),
        lambda a: g_from_beta(a("beta"), a("sdy"), *a.sizes(), **D),
    ),
    "esc_mean_gain": ((), _gain),
    "esc_chisq": (("chisq", "p", "totaln"), lambda a: d_from_chi2(a("chisq"), a("totaln"))),
    "esc_phi": (("phi", "p", "totaln"), lambda a: d_from_phi(a("phi"), a("totaln"))),
    "esc_rpb": (("r", "p", "totaln", *SIZES), _point_biserial),
    "esc_2x2": (("grp1yes", "grp1no", "grp2yes", "grp2no"), _counts),
}


def esc_answer(call: Call, data: Mapping[str, Any]) -> Answer:
    """Return effect, standard error, variance and interval as esc does.

    Raises
    ------
    ValueError
        We have no answer to the function, or to the type of effect.
    """
    if call.function not in FUNCTIONS:
        raise ValueError(f"no answer to {source(call)}")
    order, run = FUNCTIONS[call.function]
    a = Given(call, data, order)
    found = run(a)
    kind = a("es.type") if a.has("es.type") else "d"
    if kind == "g":
        total = _counts_total(a) if call.function == "esc_2x2" else a.total()
        found = EffectSizes(found.yi * small_sample_factor(total - 2.0, exact=False), found.vi)
    elif kind in ("logit", "cox.log"):
        distribution = "logistic" if kind == "logit" else "normal"
        found = log_odds_ratio_from_d(found.yi, found.vi, distribution=distribution)
    elif kind != "d":
        raise ValueError(f"no answer to es.type {kind!r}")
    low, high = np.moveaxis(found.ci(), -1, 0)
    return {
        "es": found.yi.tolist(),
        "se": found.sei.tolist(),
        "var": found.vi.tolist(),
        "ci_lo": low.tolist(),
        "ci_hi": high.tolist(),
    }
