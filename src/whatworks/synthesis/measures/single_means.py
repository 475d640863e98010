"""One group's mean, as it is, as a logarithm, or in standard deviations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.reported_values import (
    group_sizes,
    matching,
    reported,
    standard_deviations,
)
from whatworks.synthesis.standardised_difference import small_sample_factor

__all__ = ["mean_effect"]


def mean_effect(
    mean: npt.ArrayLike,
    sd: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    scale: str = "mean",
    corrected: bool = True,
) -> EffectSizes:
    """One group's mean, as an effect.

    Parameters
    ----------
    mean, sd, n : array-like
        Mean, standard deviation and number of pupils.
    scale : {"mean", "log", "standardised"}
        Mean: vi = sd^2/n. Log: ln(mean), vi = sd^2/(n mean^2), missing for means that are not
        above 0. Standardised: mean/sd, vi = 1/n + yi^2/(2 n); take a norm's mean off first to
        compare with it.
    corrected : bool
        Log: True adds sd^2/(2 n mean^2), the bias of the logarithm to second order.
        Standardised: True applies the small-sample factor of n - 1 degrees of freedom.

    Raises
    ------
    UserError
        A standard deviation that is not above 0, fewer than two pupils, or an unknown scale.

    References
    ----------
    Nakagawa S et al. (2015). Methods in Ecology and Evolution 6:143-152 (log).
    Hedges LV (1981). Journal of Educational Statistics 6:107-128 (small-sample factor).
    """
    one_of(scale, ("mean", "log", "standardised"), "scale")
    m, s, k = matching(
        "mean sd n", reported(mean, "mean"), standard_deviations(sd, "sd"), group_sizes(n, "n")
    )
    if scale == "mean":
        return EffectSizes(m, s**2 / k)
    if scale == "standardised":
        y = m / s * (small_sample_factor(k - 1.0) if corrected else 1.0)
        return EffectSizes(np.asarray(y), np.asarray(1.0 / k + y**2 / (2.0 * k)))
    with np.errstate(divide="ignore", invalid="ignore"):
        v = s**2 / (k * m**2)
        return EffectSizes.finite(np.log(m) + (v / 2.0 if corrected else 0.0), v)
