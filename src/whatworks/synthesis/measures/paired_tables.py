"""The same pupils, or matched pairs, with and without an event twice.

Cells of the paired table: `both` times, the first only, the second only, neither.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.zero_cells import table, table_of_cells
from whatworks.synthesis.reported_values import correlations, matching

__all__ = [
    "marginal_odds_ratio",
    "paired_odds_ratio",
    "paired_risk_difference",
    "paired_risk_ratio",
]


def paired_risk_ratio(
    both: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    neither: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
) -> EffectSizes:
    """Log of the ratio of the risks at the first and the second time.

    Parameters
    ----------
    both, first, second, neither : array-like
        Pupils with the event both times, the first time only, the second only, and never.
    add, to
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = (first + second)/((both + first)(both + second)).

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Zou GY (2007). Statistics in Medicine 26:3385-3404.
    """
    t = table_of_cells(both, first, second, neither, add=add, to=to)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(t.a + t.b) - np.log(t.a + t.c)
        return EffectSizes.finite(y, (t.b + t.c) / ((t.a + t.b) * (t.a + t.c)))


def paired_risk_difference(
    both: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    neither: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
) -> EffectSizes:
    """Risk at the first time less that at the second; arguments as in `paired_risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = (first + second)/n^2 - (first - second)^2/n^3.

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Newcombe RG (1998). Statistics in Medicine 17:2635-2650.
    """
    t = table_of_cells(both, first, second, neither, add=add, to=to)
    n = t.total
    with np.errstate(divide="ignore", invalid="ignore"):
        v = (t.b + t.c) / n**2 - (t.b - t.c) ** 2 / n**3
        return EffectSizes.finite((t.b - t.c) / n, v)


def paired_odds_ratio(
    both: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    neither: npt.ArrayLike,
    *,
    kind: str = "marginal",
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
) -> EffectSizes:
    """Log odds ratio of the first time against the second.

    Parameters
    ----------
    both, first, second, neither, add, to
        As in `paired_risk_ratio`.
    kind : {"marginal", "conditional", "peto"}
        Of the two times' totals; of the pupils who changed, first/second; the same by Peto's
        one step, 2 (first - second)/(first + second).

    Raises
    ------
    UserError
        A negative count, or an unknown kind.

    References
    ----------
    Curtin F, Elbourne D, Altman DG (2002). Statistics in Medicine 21:2131-2144.
    Becker MP, Balagtas CC (1993). Biometrics 49:997-1009 (marginal).
    """
    one_of(kind, ("marginal", "conditional", "peto"), "kind")
    t = table_of_cells(both, first, second, neither, add=add, to=to)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "conditional":
            return EffectSizes.finite(np.log(t.b) - np.log(t.c), 1.0 / t.b + 1.0 / t.c)
        if kind == "peto":
            changed = t.b + t.c
            return EffectSizes.finite(2.0 * (t.b - t.c) / changed, 4.0 / changed)
        a, b, c, d = t.a + t.b, t.c + t.d, t.a + t.c, t.b + t.d
        y = np.log(a) - np.log(b) - np.log(c) + np.log(d)
        together = t.total * (t.a * t.d - t.b * t.c) / (a * b * c * d)
        return EffectSizes.finite(y, 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d - 2.0 * together)


def marginal_odds_ratio(
    events1: npt.ArrayLike,
    events2: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    r: npt.ArrayLike,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
) -> EffectSizes:
    """Marginal log odds ratio where only the two times' totals are reported.

    Parameters
    ----------
    events1, events2, n : array-like
        Pupils with the event the first and the second time, of the same n.
    r : array-like
        Phi coefficient of the two times, known or guessed.
    add, to
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = 1/a + 1/b + 1/c + 1/d - 2 r n/sqrt(a b c d).

    Raises
    ------
    UserError
        A negative count, more events than pupils, or |r| above 1.

    References
    ----------
    Zou GY (2007). Statistics in Medicine 26:3385-3404.
    """
    t = table(events1, n, events2, n, add=add, to=to, drop00=False)
    rho, _ = matching("r n", correlations(r, "r"), t.a)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(t.a) - np.log(t.b) - np.log(t.c) + np.log(t.d)
        v = 1.0 / t.a + 1.0 / t.b + 1.0 / t.c + 1.0 / t.d
        v = v - 2.0 * rho * t.n1 / np.sqrt(t.a * t.b * t.c * t.d)
        return EffectSizes.finite(y, v)
