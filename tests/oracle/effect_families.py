"""Which of our effect-size calls answers which reference case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from whatworks.synthesis import (
    EffectSizes,
    cluster_adjusted_t,
    cluster_corrected_g,
    cluster_corrected_g_one_arm,
    cluster_df_pustejovsky,
    effective_sample_size,
    g_from_d,
    g_from_p,
    g_from_t,
    g_variance,
    gain_in_pre_sd,
    hedges_g,
    standardised_gain,
    wwc_cluster_g,
)

Case = Mapping[str, Any]
Answer = dict[str, object]


def _columns(case: Case, name: str = "dat") -> dict[str, Any]:
    return {key: np.array(column, dtype=float) for key, column in case["input"][name].items()}


def _answer(found: EffectSizes) -> Answer:
    return {"yi": found.yi.tolist(), "vi": found.vi.tolist()}


def _smd(case: Case) -> Answer | None:
    d, call = _columns(case), case["call"]
    vtype = re.search(r"vtype='(\w+)'", call)
    return _answer(
        hedges_g(
            d["m1i"],
            d["sd1i"],
            d["n1i"],
            d["m2i"],
            d["sd2i"],
            d["n2i"],
            variance=vtype.group(1) if vtype else "LS",
            corrected="correct=FALSE" not in call,
        )
    )


def _from_statistic(case: Case) -> Answer | None:
    d = _columns(case)
    if "measure='SMD'" not in case["call"]:
        return None
    n1, n2 = d["n1i"], d["n2i"]
    family = case["id"].split("-")[0]
    if family == "t2g":
        return _answer(g_from_t(d["ti"], n1, n2))
    if family == "d2g":
        return _answer(g_from_d(d["di"], n1, n2))
    if family == "F2g":
        return _answer(g_from_t(d["sgn"] * np.sqrt(d["Fi"]), n1, n2))
    return _answer(g_from_p(d["pi"], n1, n2))


def _pre_post(case: Case) -> Answer | None:
    if case["id"].startswith("prepost-control-dppc2"):
        t, c = _columns(case, "T"), _columns(case, "C")
        n1, n2 = t["ni"], c["ni"]
        return _answer(
            standardised_gain(
                t["m_post"],
                t["m_pre"],
                t["sd_pre"],
                n1,
                c["m_post"],
                c["m_pre"],
                c["sd_pre"],
                n2,
                r=(t["ri"] * n1 + c["ri"] * n2) / (n1 + n2),
            )
        )
    if case["id"].startswith("prepost-control"):
        a, b = (_gain(_columns(case, name)) for name in ("T", "C"))
        return {"yi": (a.yi - b.yi).tolist(), "vi": (a.vi + b.vi).tolist()}
    if "measure='SMCR'" in case["call"]:
        return _answer(_gain(_columns(case)))
    return None


def _gain(d: dict[str, Any]) -> EffectSizes:
    return gain_in_pre_sd(d["m_post"], d["m_pre"], d["sd_pre"], d["ni"], r=d["ri"])


def _cluster(case: Case) -> Answer | None:
    d = _columns(case)
    g, n1, n2, n, icc = d["g"], d["nT"], d["nC"], d["n"], d["icc"]
    kind = case["id"].split("-")[1]
    if kind == "onearm":
        one = cluster_corrected_g_one_arm(g, n1, n2, icc=icc, cluster_size=n)
        return {"eta": one.eta.tolist(), "gamma": one.gamma.tolist(), "g_adj": one.yi.tolist()}
    found = cluster_corrected_g(g, n1, n2, icc=icc, cluster_size=n)
    if kind == "hedges2007":
        return {
            "d": found.yi.tolist(),
            "var": found.vi.tolist(),
            "df": found.df.tolist(),
            "deff": found.eta.tolist(),
        }
    if kind == "neff":
        e1, e2 = (effective_sample_size(m, icc=icc, cluster_size=n) for m in (n1, n2))
        return {
            "nT_eff": e1.tolist(),
            "nC_eff": e2.tolist(),
            "v": g_variance(g, e1, e2).tolist(),
            "se_inflation": np.sqrt(found.eta).tolist(),
        }
    if kind == "t":
        t = cluster_adjusted_t(d["t"], n1, n2, icc=icc, cluster_size=n)
        return {
            "t_adj": t.t.tolist(),
            "c": t.factor.tolist(),
            "df": t.df.tolist(),
            "p": t.p_value.tolist(),
        }
    if kind == "wwc":
        wwc = wwc_cluster_g(g, n1, n2, icc=icc, cluster_size=n)
        return {
            "h": wwc.df.tolist(),
            "gamma_sqrt": np.sqrt(wwc.gamma).tolist(),
            "eta": wwc.eta.tolist(),
            "g": wwc.yi.tolist(),
            "var_uncorrected_se": wwc.vi.tolist(),
            "df_pustejovsky": cluster_df_pustejovsky(n1 + n2, n, icc).tolist(),
        }
    return None


EFFECT_FAMILIES: dict[str, Callable[[Case], Answer | None]] = {
    "smd": _smd,
    "t2g": _from_statistic,
    "d2g": _from_statistic,
    "F2g": _from_statistic,
    "p2g": _from_statistic,
    "prepost": _pre_post,
    "cluster": _cluster,
}
