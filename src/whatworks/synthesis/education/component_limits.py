"""Limits of a variance component over imputations: a mixture of what each draw says of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.fit import RandomEffects
from whatworks.synthesis.inference_view import InferenceView
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.multilevel import MultilevelModel
from whatworks.synthesis.regression import MetaRegression

__all__ = ["mixture_limits"]

Floats = npt.NDArray[np.float64]

# Tails at which each draw's interval is asked for, as multiples of the tail that is wanted. A draw's
# own small tail matters where the draws differ.
TAILS = (0.1, 0.4, 1.0, 4.0, 10.0)


def mixture_limits(
    fits: Sequence[FittedModel], name: str, level: float
) -> tuple[float, float] | None:
    """Return limits between which the draws, taken together, place a component.

    Each draw's own intervals (Q-profile, profile likelihood) at several levels are read as its
    distribution of the component; the limits are quantiles of the equal mixture of these. A draw whose
    lower limit is 0 has that much of its distribution at 0, so a variance on its boundary needs no
    rule of its own.

    Parameters
    ----------
    fits : sequence of FittedModel
        One for each draw.
    name : str
        Of the component.
    level : float
        Of the limits.

    Returns
    -------
    tuple of float or None
        None where a model gives no interval of the component.
    """
    tail = 0.5 * (1.0 - level)
    tails = np.unique(np.minimum(np.array(TAILS) * tail, 0.49))
    chances = np.concatenate((tails, 1.0 - tails[::-1]))
    quantiles = []
    for fit in fits:
        found = [_own_limits(fit, name, 1.0 - 2.0 * float(t)) for t in tails]
        pairs = [pair for pair in found if pair is not None]
        if len(pairs) < len(found):
            return None
        lower, upper = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        quantiles.append(np.array(lower + upper[::-1]))
    drawn = np.stack(quantiles)
    return _quantile(drawn, chances, tail), _quantile(drawn, chances, 1.0 - tail)


def _own_limits(fit: FittedModel, name: str, level: float) -> tuple[float, float] | None:
    model = fit.model if isinstance(fit, InferenceView) else fit
    try:
        if isinstance(model, RandomEffects | MetaRegression):
            _, low, high = model.confint(level=level).tau2
            return low, high
        if isinstance(model, MultilevelModel):
            return model.confint(name, level=level)
    except UserError:
        # A given value, equal effects, a single study: nothing was estimated.
        return None
    return None


def _quantile(drawn: Floats, chances: Floats, wanted: float) -> float:
    """Return where the mean of the draws' distribution functions reaches a chance.

    Parameters
    ----------
    drawn : array, shape (m, q)
        Quantiles of each draw, ascending, at `chances` (q,).
    """
    if np.isinf(drawn[:, -1]).mean() > 1.0 - wanted:
        return float("inf")
    finite = drawn[np.isfinite(drawn)]
    low, high = float(finite.min()), float(finite.max())

    def chance(x: float) -> float:
        return float(np.mean([_chance_below(x, one, chances) for one in drawn]))

    if chance(low) >= wanted:
        return low
    for _ in range(80):
        middle = 0.5 * (low + high)
        if chance(middle) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _chance_below(x: float, quantiles: Floats, chances: Floats) -> float:
    """Distribution function of one draw: linear between its quantiles, all within the outer ones."""
    above = int(np.searchsorted(quantiles, x, side="right"))
    if above == 0:
        return 0.0
    if above == quantiles.size:
        return 1.0
    left, right = quantiles[above - 1], quantiles[above]
    share = (x - left) / (right - left) if np.isfinite(right) else 0.0
    return float(chances[above - 1] + share * (chances[above] - chances[above - 1]))
