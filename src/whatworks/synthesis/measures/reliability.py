"""Cronbach's alpha, as it is or on scales where it is nearer to normal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import group_sizes, matching, refuse, reported

__all__ = ["reliability_effect"]


def reliability_effect(
    alpha: npt.ArrayLike, items: npt.ArrayLike, n: npt.ArrayLike, *, scale: str = "log"
) -> EffectSizes:
    """Cronbach's alpha of a test, as an effect.

    Parameters
    ----------
    alpha, items, n : array-like
        Coefficients, numbers of items (or raters, or parts), and numbers of pupils, at least 3.
    scale : {"log", "alpha", "cube_root"}
        Log: -ln(1 - alpha), vi = 2 m/((m - 1)(n - 2)). Alpha: vi = that times (1 - alpha)^2.
        Cube root: 1 - (1 - alpha)^(1/3), vi = 18 m (n - 1)(1 - alpha)^(2/3)/((m - 1)(9 n - 11)^2).
        All rise with alpha.

    Raises
    ------
    UserError
        An alpha of 1 or more, fewer than two items or three pupils, or an unknown scale.

    References
    ----------
    Bonett DG (2002). Journal of Educational and Behavioral Statistics 27:335-340 (log).
    Bonett DG (2010). Psychological Methods 15:368-385 (alpha).
    Hakstian AR, Whalen TE (1976). Psychometrika 41:219-231 (cube root).
    """
    one_of(scale, ("log", "alpha", "cube_root"), "scale")
    a, m, k = matching(
        "alpha items n",
        reported(alpha, "alpha"),
        group_sizes(items, "items"),
        group_sizes(n, "n", least=3),
    )
    refuse(a >= 1.0, a, "alpha", "Cronbach's alpha is below 1.")
    v = 2.0 * m / ((m - 1.0) * (k - 2.0))
    if scale == "log":
        return EffectSizes(-np.log1p(-a), v)
    if scale == "alpha":
        return EffectSizes(a, v * (1.0 - a) ** 2)
    root = np.cbrt(1.0 - a)
    spread = 18.0 * m * (k - 1.0) * root**2 / ((m - 1.0) * (9.0 * k - 11.0) ** 2)
    return EffectSizes(1.0 - root, spread)
