"""Named ways from the numbers a study reports to its effect and variance.

A route is a pure function of a `RawEffect`, so that whoever holds a release can recompute every
effect from the raw fields beside it. Effects come out with positive better for the pupil:
`reported_g` is already so, differences of means are turned by `higher_is_better`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whatworks.errors import UserError
from whatworks.synthesis.clustering import cluster_corrected_g_by_arm
from whatworks.synthesis.published_clustering import (
    published_cluster_g,
    published_cluster_variance,
)
from whatworks.synthesis.raw_effect import RawEffect
from whatworks.synthesis.standardised_difference import g_variance, hedges_g

__all__ = ["ROUTES", "RawEffect", "Route", "compute_route"]


@dataclass(frozen=True, slots=True)
class Route:
    """One way to compute an effect.

    Attributes
    ----------
    name
        Its key in `ROUTES`.
    fields
        Fields of `RawEffect` it needs.
    formula
        What it computes, in symbols.
    source
        Where the formula is from.
    compute
        The function: effect and variance.
    """

    name: str
    fields: tuple[str, ...]
    formula: str
    source: str
    compute: Callable[[RawEffect], tuple[float, float]]


def compute_route(route: str, raw: RawEffect) -> tuple[float, float]:
    """Return effect and variance by the named route.

    Raises
    ------
    UserError
        No such route; or a field it needs is missing or impossible (the message names it).
    """
    if route not in ROUTES:
        raise UserError(f"There is no route {route!r}. The routes are {', '.join(ROUTES)}.")
    chosen = ROUTES[route]
    try:
        for name in chosen.fields:
            raw.require(name)
        return chosen.compute(raw)
    except UserError as error:
        raise UserError(f"Route {route}: {error}") from None


def _reported_g_se(raw: RawEffect) -> tuple[float, float]:
    se = raw.number("reported_se")
    if se <= 0.0:
        raise UserError(f'The field "reported_se" is {se:g}; a standard error is above 0.')
    return raw.number("reported_g"), se**2


def _reported_g_n(raw: RawEffect) -> tuple[float, float]:
    g = raw.number("reported_g")
    return g, float(g_variance(g, *raw.sizes()))


def _reported_g_total_n(raw: RawEffect) -> tuple[float, float]:
    g, n = raw.number("reported_g"), raw.number("n_total")
    if n < 2.0:
        raise UserError(f'The field "n_total" is {n:g}; there are at least two pupils.')
    return g, 4.0 / n + g**2 / (2.0 * n)


def _reported_g_n_cluster(raw: RawEffect) -> tuple[float, float]:
    g = raw.number("reported_g")
    return g, published_cluster_variance(g, raw)


def _unclustered_g_n_cluster(raw: RawEffect) -> tuple[float, float]:
    g = published_cluster_g(raw.number("reported_g"), raw)
    return g, published_cluster_variance(g, raw)


def _unclustered_g_hedges2007(raw: RawEffect) -> tuple[float, float]:
    return _by_arm(raw.number("reported_g"), raw)


def _by_arm(g: float, raw: RawEffect) -> tuple[float, float]:
    n1, n2 = raw.sizes()
    found = cluster_corrected_g_by_arm(
        g,
        n1,
        n2,
        raw.number("clusters_intervention"),
        raw.number("clusters_comparison"),
        icc=raw.number("icc"),
    )
    return float(found.yi), float(found.vi)


def _sign(raw: RawEffect) -> float:
    return 1.0 if raw.higher_is_better else -1.0


def _g_after(raw: RawEffect) -> float:
    return _g(raw, "")


def _g_before(raw: RawEffect) -> float:
    return _g(raw, "pre_")


def _g(raw: RawEffect, time: str) -> float:
    n1, n2 = raw.sizes()
    found = hedges_g(
        raw.number(f"{time}mean_intervention"),
        raw.number(f"{time}sd_intervention"),
        n1,
        raw.number(f"{time}mean_comparison"),
        raw.number(f"{time}sd_comparison"),
        n2,
    )
    return _sign(raw) * float(found.yi)


def _means_sds(raw: RawEffect) -> tuple[float, float]:
    g = _g_after(raw)
    return g, float(g_variance(g, *raw.sizes()))


def _means_sds_cluster(raw: RawEffect) -> tuple[float, float]:
    g = published_cluster_g(_g_after(raw), raw)
    return g, published_cluster_variance(g, raw)


def _means_sds_hedges2007(raw: RawEffect) -> tuple[float, float]:
    return _by_arm(_g_after(raw), raw)


def _pre_post_means(raw: RawEffect) -> tuple[float, float]:
    g = _g_after(raw) - _g_before(raw)
    return g, float(g_variance(g, *raw.sizes()))


def _pre_post_means_cluster(raw: RawEffect) -> tuple[float, float]:
    g = published_cluster_g(_g_after(raw) - _g_before(raw), raw)
    return g, published_cluster_variance(g, raw)


def _pre_post_means_hedges2007(raw: RawEffect) -> tuple[float, float]:
    return _by_arm(_g_after(raw) - _g_before(raw), raw)


_ARMS = ("n_intervention", "n_comparison")
_CLUSTERS = (*_ARMS, "clusters_intervention", "clusters_comparison", "icc")
_AFTER = ("mean_intervention", "sd_intervention", "mean_comparison", "sd_comparison")
_BEFORE = tuple(f"pre_{name}" for name in _AFTER)
_LS = "vi = 1/n1 + 1/n2 + yi^2/(2 (n1 + n2))"
_PUBLISHED = (
    "vi = Hedges (2007) equation 20 with mean cluster sizes in whole pupils and "
    "2 rho (1 - rho) for 2 B rho (1 - rho)"
)
_PUBLISHED_SOURCE = (
    "Analysis scripts of Pellegrini et al. (2020, elementary mathematics) and Zhang et al. (2022, "
    "school mental health)"
)
_CORRECT = "vi = Hedges (2007) equation 20"
_HEDGES_2007 = "Hedges (2007), Journal of Educational and Behavioral Statistics 32:341-370"
_HEDGES_1985 = "Hedges and Olkin (1985), chapter 5"
_SIGN = "s = 1 where higher is better, else -1"

_ALL = (
    Route(
        "reported_g_se",
        ("reported_g", "reported_se"),
        "yi = reported_g; vi = reported_se^2",
        "Definition of the standard error",
        _reported_g_se,
    ),
    Route(
        "reported_g_n",
        ("reported_g", *_ARMS),
        f"yi = reported_g; {_LS}",
        _HEDGES_1985,
        _reported_g_n,
    ),
    Route(
        "reported_g_total_n",
        ("reported_g", "n_total"),
        "yi = reported_g; vi = 4/N + yi^2/(2 N): arms of N/2 pupils",
        _HEDGES_1985,
        _reported_g_total_n,
    ),
    Route(
        "reported_g_n_cluster",
        ("reported_g", *_CLUSTERS),
        f"yi = reported_g, already corrected for clusters; {_PUBLISHED}",
        _PUBLISHED_SOURCE,
        _reported_g_n_cluster,
    ),
    Route(
        "unclustered_g_n_cluster",
        ("reported_g", *_CLUSTERS),
        f"yi = reported_g sqrt(gamma), Hedges (2007) equation 19; {_PUBLISHED}",
        _PUBLISHED_SOURCE,
        _unclustered_g_n_cluster,
    ),
    Route(
        "unclustered_g_hedges2007",
        ("reported_g", *_CLUSTERS),
        f"yi = reported_g sqrt(gamma), Hedges (2007) equation 19; {_CORRECT}",
        _HEDGES_2007,
        _unclustered_g_hedges2007,
    ),
    Route(
        "means_sds",
        (*_AFTER, *_ARMS, "higher_is_better"),
        f"yi = s g, g Hedges' g of the means after, exact J; {_LS}; {_SIGN}",
        _HEDGES_1985,
        _means_sds,
    ),
    Route(
        "means_sds_cluster",
        (*_AFTER, *_CLUSTERS, "higher_is_better"),
        f"yi = s g sqrt(gamma), g of the means after; {_PUBLISHED}; {_SIGN}",
        _PUBLISHED_SOURCE,
        _means_sds_cluster,
    ),
    Route(
        "means_sds_hedges2007",
        (*_AFTER, *_CLUSTERS, "higher_is_better"),
        f"yi = s g sqrt(gamma), g of the means after; {_CORRECT}; {_SIGN}",
        _HEDGES_2007,
        _means_sds_hedges2007,
    ),
    Route(
        "pre_post_means",
        (*_AFTER, *_BEFORE, *_ARMS, "higher_is_better"),
        f"yi = s (g after - g before); {_LS}; {_SIGN}",
        "Zhang et al. (2022): variance as of one difference, the test before taken as known",
        _pre_post_means,
    ),
    Route(
        "pre_post_means_cluster",
        (*_AFTER, *_BEFORE, *_CLUSTERS, "higher_is_better"),
        f"yi = s (g after - g before) sqrt(gamma); {_PUBLISHED}; {_SIGN}",
        _PUBLISHED_SOURCE,
        _pre_post_means_cluster,
    ),
    Route(
        "pre_post_means_hedges2007",
        (*_AFTER, *_BEFORE, *_CLUSTERS, "higher_is_better"),
        f"yi = s (g after - g before) sqrt(gamma); {_CORRECT}; {_SIGN}",
        _HEDGES_2007,
        _pre_post_means_hedges2007,
    ),
)

ROUTES: Mapping[str, Route] = MappingProxyType({route.name: route for route in _ALL})
