"""Fit a location-scale model: moderators of the mean, and of how much true effects differ."""

from __future__ import annotations

import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.synthesis.design import Columns, Moderators, design_of
from whatworks.synthesis.inputs import effect_arrays, one_of
from whatworks.synthesis.regression.location_scale_likelihood import LINKS
from whatworks.synthesis.regression.location_scale_result import LocationScale

__all__ = ["location_scale"]


def location_scale(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    mods: Moderators = None,
    scale: Moderators = None,
    data: Columns | None = None,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
    link: str = "log",
) -> LocationScale:
    """Explain the mean of true effects and how much they differ at once.

    y_i = x_i b + u_i + e_i with log Var(u_i) = z_i a, or Var(u_i) = z_i a where that is 0 or more for
    every study. Newton's method climbs from several starts; the highest top is taken.

    Parameters
    ----------
    yi, vi : array-like, shape (k,)
        Effects and sampling variances, one a study.
    mods, scale : str, array or None
        Moderators of the mean and of the variance; see `design_of`.
    data : mapping of columns, optional
        Where the formulas' variables stand.
    method : {"REML", "ML"}
        Likelihood that is maximised.
    test : {"t", "z"}
        t on k - p degrees of freedom for the mean and k - q for the variance, or normal.
    level : float
        Level of all intervals.
    link : {"log", "identity"}
        log: effects of moderators multiply the variance. identity: they add to it; the variance of
        some studies may then be 0, the least it can be, and standard errors of the scale part take
        that as known.

    Raises
    ------
    TooFewStudies
        There are no more effects than coefficients.
    UserError
        Values or formulas that do not fit.

    References
    ----------
    Viechtbauer W, Lopez-Lopez JA (2022). Research Synthesis Methods 13:697-715.

    Examples
    --------
    >>> fit = location_scale(
    ...     [0.1, 0.3, 0.2, 0.9, -0.4, 0.6, 0.15, 0.8],
    ...     [0.02, 0.02, 0.03, 0.02, 0.03, 0.02, 0.01, 0.02],
    ...     scale="~ small",
    ...     data={"small": [0, 0, 0, 1, 1, 1, 0, 1]},
    ... )
    >>> bool(fit.scale_coefficients[1] > 0)
    True
    """
    one_of(method, ("REML", "ML"), "method")
    one_of(test, ("t", "z"), "test")
    level = level_between_0_and_1(level)
    y, v = effect_arrays(yi, vi)
    one_of(link, LINKS, "link")
    design, spread = design_of(mods, data, y.size), design_of(scale, data, y.size)
    return LocationScale.of(y, v, design, spread, method=method, test=test, level=level, link=link)
