"""Show that a reference's tetrachoric correlations stop short of the maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.integrate import quad

from tests.oracle.effect_measures import Arguments, cells_of
from tests.oracle.r_call import column, find_calls, parse
from whatworks.synthesis import EffectSizes
from whatworks.synthesis.measures.tetrachoric import cuts, sampling_variance
from whatworks.synthesis.measures.zero_cells import Table, table_of_cells

# R's one-dimensional search stops at the fourth root of the rounding unit.
FARTHEST = 1.3e-4
# Its variances come from differences of a normal integral that is itself approximate.
VARIANCE_ROUNDING = 1e-4


def tetrachoric_stopped_short(case: Mapping[str, Any], found: EffectSizes) -> str | None:
    """Say both log-likelihoods, if the reference's numbers are right but for where it stopped.

    Its variances must be ours at its own correlations, and these as near to the maximum as its
    search looks.
    """
    a = Arguments(find_calls(parse(case["call"]), "escalc")[0], case["input"])
    t = table_of_cells(*cells_of(a), **({"add": 0.0, "to": "none"} | a.zeros()))
    theirs, their_vi = (np.array(column(case["expected"][name])) for name in ("yi", "vi"))
    known = ~np.isnan(found.yi)
    if (known != ~np.isnan(theirs)).any() or np.abs(found.yi - theirs)[known].max() > FARTHEST:
        return None
    kept = Table(*(x[known] for x in (t.a, t.b, t.c, t.d)))
    at_theirs = sampling_variance(kept, theirs[known])
    if not np.allclose(at_theirs, their_vi[known], rtol=VARIANCE_ROUNDING, atol=0.0):
        return None
    ours, other = _shortfall(kept, found.yi[known]), _shortfall(kept, theirs[known])
    if not ours < other:
        return None
    return (
        f"the log-likelihood falls {ours!r} short of that of the cells themselves at our "
        f"correlations and {other!r} at the reference's"
    )


def _shortfall(t: Table, r: Any) -> float:
    """Return how far the log-likelihood of the cells, given the cuts, is from what it can reach."""
    total = 0.0
    h, k = cuts(t)
    for i, rho in enumerate(r):
        n = float(t.total[i])
        observed = float(t.a[i]) / n
        gain, _ = quad(_density, 0.0, rho, args=(h[i], k[i]), epsabs=1e-14, epsrel=1e-13)
        off = float(t.n1[i]) / n * float(t.a[i] + t.c[i]) / n + gain - observed
        for count, sign in ((t.a[i], 1), (t.b[i], -1), (t.c[i], -1), (t.d[i], 1)):
            # The parts linear in `off` cancel over the four cells: take them off each.
            share = sign * off * n / float(count)
            total -= float(count) * (float(np.log1p(share)) - share)
    return total


def _density(s: float, h: float, k: float) -> float:
    """Return the bivariate normal density at the cuts: how P(X > h, Y > k) moves with s."""
    rest = 1.0 - s * s
    return float(
        np.exp(-(h * h - 2.0 * h * k * s + k * k) / (2.0 * rest)) / (2.0 * np.pi * np.sqrt(rest))
    )
