"""An effect as the change in rank of an average pupil."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.confidence_level import level_between_0_and_1
from whatworks.statistics.distributions import normal_critical
from whatworks.synthesis.measures.effect_metrics import cohens_u3
from whatworks.synthesis.reported_values import above_zero, matching, reported

__all__ = ["ImprovementIndex", "improvement_index"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ImprovementIndex:
    """Change in percentile rank of an average comparison pupil, had they had the support.

    Attributes
    ----------
    index
        100 U3 - 50 = 100 Phi(g) - 50, in percentile points from -50 to 50; shape of g.
    ci
        Its limits, (..., 2); None without a standard error.
    u3
        Cohen's U3: share of the comparison group that the average pupil with the support outscores.
    level
        Of the limits.
    """

    index: Floats
    ci: Floats | None
    u3: Floats
    level: float


def improvement_index(
    g: npt.ArrayLike, se: npt.ArrayLike | None = None, *, level: float = 0.95
) -> ImprovementIndex:
    """Return the expected change in percentile rank of an average comparison pupil.

    Parameters
    ----------
    g : array-like
        Standardised differences.
    se : array-like, optional
        Their standard errors, above 0.
    level : float
        Level of the limits, which are normal limits of g, mapped.

    Notes
    -----
    Scores are taken as normal with one spread in both groups. The map is monotone, so the limits
    cover as well as those of g do.

    References
    ----------
    What Works Clearinghouse (2007). Technical details of WWC-conducted computations. Cohen J (1988).
    Statistical Power Analysis for the Behavioral Sciences, 2nd edition, 21-23 (U3).
    """
    level = level_between_0_and_1(level)
    u3 = cohens_u3(g)
    ci = None
    if se is not None:
        error = above_zero(se, "se", "A standard error is above 0.")
        effect, error = matching("g se", reported(g, "g"), error)
        reach = normal_critical(level) * error
        ci = 100.0 * cohens_u3(np.stack((effect - reach, effect + reach), axis=-1)) - 50.0
    return ImprovementIndex(index=100.0 * u3 - 50.0, ci=ci, u3=u3, level=level)
