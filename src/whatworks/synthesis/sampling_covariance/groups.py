"""Correlation of two comparisons that share a group, or compare one group with itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["shared_groups"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: phi^|t - s| from rows and the two times; None: all at one time.
Decay = Callable[[Ints, Floats, Floats], Floats] | None


def shared_groups(
    groups: tuple[Ints, Ints],
    sizes: tuple[Floats, Floats],
    times: tuple[Floats, Floats],
    decay: Decay,
) -> Callable[[Ints], Floats]:
    """Return the correlation of effects that are each a difference between two conditions.

    The mean of group g at time t has variance 1/n_g (on a common scale) and correlation
    phi^|t - s| with the same group's mean at time s; different groups are independent. What two
    differences have in common follows.

    Parameters
    ----------
    groups : two arrays of int, shape (k,)
        Group of the first and of the second condition, in one coding.
    sizes : two arrays, shape (k,)
        Sizes of these groups, all > 0.
    times : two arrays, shape (k,)
        When each condition was measured.
    decay : callable or None
        Correlation of one group with itself over time.

    References
    ----------
    Gleser LJ, Olkin I (2009). Stochastically dependent effect sizes. In: The Handbook of Research
    Synthesis and Meta-Analysis (2nd ed.), 357-376 (section 19.3: shared comparison groups).
    """

    def common(rows: Ints, a: int, b: int) -> Floats:
        """Return the covariance of condition a of one effect with condition b of another."""
        first, second = groups[a][rows], groups[b][rows]
        same = (first[:, :, None] == second[:, None, :]).astype(np.float64)
        scale = 1.0 / np.sqrt(sizes[a][rows][:, :, None] * sizes[b][rows][:, None, :])
        over_time = 1.0 if decay is None else decay(rows, times[a][rows], times[b][rows])
        return np.asarray(same * scale * over_time, dtype=np.float64)

    def correlation(rows: Ints) -> Floats:
        covariance = common(rows, 0, 0) + common(rows, 1, 1) - common(rows, 0, 1)
        covariance -= common(rows, 1, 0)
        # The own variance in full: both conditions may be one group at two times.
        own = np.diagonal(covariance, axis1=1, axis2=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = covariance / np.sqrt(own[:, :, None] * own[:, None, :])
        return np.asarray(np.clip(scaled, -1.0, 1.0), dtype=np.float64)

    return correlation
