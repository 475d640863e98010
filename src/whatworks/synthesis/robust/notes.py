"""What a reader of robust inference must know."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.robust.sandwich import Sandwich

__all__ = ["TRUSTED_DF", "notes_on"]

Floats = npt.NDArray[np.float64]

# Below this the t approximation itself is off (Tipton 2015).
TRUSTED_DF = 4.0


def notes_on(
    names: tuple[str, ...], df: Floats, se: Floats, parts: Sandwich, *, is_estimated: bool
) -> tuple[str, ...]:
    """Return sentences on coefficients whose inference is weak or has no ground.

    Parameters
    ----------
    names, df, se : sequences of p
        Coefficients, their degrees of freedom and robust standard errors.
    parts : Sandwich
        Where they come from.
    is_estimated : bool
        Whether the degrees of freedom were estimated (Satterthwaite).

    References
    ----------
    Tipton E (2015). Psychological Methods 20:375-393 (degrees of freedom below 4).
    """
    found = []
    few = [name for name, value in zip(names, df, strict=True) if value < TRUSTED_DF]
    if is_estimated and few:
        found.append(
            f"Fewer than 4 degrees of freedom ({', '.join(few)}): so few or so uneven clusters that "
            "the p value and interval are not to be trusted."
        )
    alone = [name for name, value in zip(names, se, strict=True) if np.isnan(value)]
    if alone:
        found.append(
            f"One cluster alone tells {', '.join(alone)}: no residual is left there, and the error "
            "is not known."
        )
    elif parts.n_used_up:
        clusters = "cluster fits" if parts.n_used_up == 1 else "clusters fit"
        found.append(
            f"{parts.n_used_up:,} {clusters} a coefficient perfectly: the standard errors that rest "
            "on it come from the other clusters alone."
        )
    return tuple(found)
