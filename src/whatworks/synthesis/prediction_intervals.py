"""Every prediction interval of a two-level model without moderators, by the name it goes by.

All are estimate +- c sqrt(tau2 + SE^2). They differ in the standard error of the mean and in the
degrees of freedom of the t that c comes from; no degrees of freedom are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import t_critical
from whatworks.statistics.intercept_profile import InterceptProfile, PowerSums

__all__ = ["PREDICTION_INTERVALS", "NewStudyInterval", "prediction_interval"]

Floats = npt.NDArray[np.float64]


class NewStudyInterval(NamedTuple):
    """Limits for a new study's true effect; degrees of freedom, infinite for the normal."""

    limits: tuple[float, float]
    df: float


class _Sums(NamedTuple):
    """Number of studies, and sums of powers of the weights 1/(v + tau2)."""

    k: int
    powers: PowerSums

    @property
    def s1(self) -> float:
        """Sum of the weights."""
        return float(self.powers.s1[0])


def _wald(sums: _Sums) -> float:
    """Return the squared standard error with tau2 taken as known."""
    return 1.0 / sums.s1


def _knapp_hartung(sums: _Sums) -> float:
    """Return the squared standard error of Hartung (1999) and Knapp and Hartung (2003)."""
    return float(sums.powers.q[0]) / ((sums.k - 1) * sums.s1)


def _information(sums: _Sums) -> float:
    """Return the expected restricted information on tau2."""
    return 0.5 * float(sums.powers.trace_pp[0])


def _kenward_roger(sums: _Sums) -> float:
    """Return the squared standard error of Kenward and Roger (1997) for one mean."""
    a, r1, r2, r3 = (float(part[0]) for part in sums.powers[:4])
    # s3 - s2^2/s1, in which the fourth power of the largest weight cancels.
    curvature = (a * (a * (a * r1 - 2.0 * r2) + r3) + r1 * r3 - r2**2) / sums.s1
    return (1.0 + 2.0 * curvature / (_information(sums) * sums.s1)) / sums.s1


def _kenward_roger_df(sums: _Sums) -> float:
    """Return the degrees of freedom of Kenward and Roger (1997) for one mean.

    From the variance before its adjustment, as in their paper; R's meta puts the adjusted one in.
    """
    return 2.0 * _information(sums) * (sums.s1 / float(sums.powers.s2[0])) ** 2


_VARIANTS: dict[str, tuple[Callable[[_Sums], float], Callable[[_Sums], float]]] = {
    "V": (_wald, lambda sums: sums.k - 1),
    "HTS": (_wald, lambda sums: sums.k - 2),
    "HK": (_knapp_hartung, lambda sums: sums.k - 1),
    "HK-PR": (_knapp_hartung, lambda sums: sums.k - 2),
    "KR": (_kenward_roger, _kenward_roger_df),
    "KR-PR": (_kenward_roger, lambda sums: _kenward_roger_df(sums) - 1.0),
    "z": (_wald, lambda sums: np.inf),
}
PREDICTION_INTERVALS = tuple(_VARIANTS)


def prediction_interval(
    v: Floats, y: Floats, tau2: float, estimate: float, method: str, *, name: str, level: float
) -> NewStudyInterval:
    """Return the named interval for the true effect of a new study.

    Parameters
    ----------
    v, y : array, shape (k,)
        Sampling variances and effects, k of 2 or more.
    tau2, estimate : float
        As fitted.
    method : str
        How tau2 was estimated: the variants of Kenward and Roger are for REML.
    name : {"V", "HTS", "HK", "HK-PR", "KR", "KR-PR", "z"}
        See `RandomEffects.predict`.
    level : float
        Level.

    Raises
    ------
    TooFewStudies
        No degrees of freedom are left.
    UserError
        A variant of Kenward and Roger for a method other than REML.
    """
    if name.startswith("KR") and method != "REML":
        raise UserError(f'interval "{name}" is for method REML; this fit used {method}.')
    # In a unit near 1: powers of variances do not leave the range of a double.
    unit = float(v.min())
    start = np.zeros(1, dtype=np.int64)
    profile = InterceptProfile((y - estimate) / np.sqrt(unit), v / unit, start)
    sums = _Sums(v.size, profile.power_sums(np.array([tau2 / unit])))
    squared_se, degrees = (part(sums) for part in _VARIANTS[name])
    if degrees <= 0.0:
        raise TooFewStudies(
            f'interval "{name}" has {degrees:.3g} degrees of freedom with {v.size:,} studies. '
            'More studies are needed; "V" needs two.'
        )
    reach = float(t_critical(level, degrees)) * float(np.sqrt(tau2 + unit * squared_se))
    return NewStudyInterval((estimate - reach, estimate + reach), float(degrees))
