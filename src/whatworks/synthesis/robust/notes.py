"""What a reader of robust inference must know."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.robust.inference import expected_shares
from whatworks.synthesis.robust.sandwich import Sandwich

__all__ = ["TRUSTED_DF", "note_on_rows", "note_on_test", "notes_on"]

Floats = npt.NDArray[np.float64]

# Below this the t approximation itself is off (Tipton 2015).
TRUSTED_DF = 4.0
# Where the robust variance is expected below this share of the model's, few clusters decide.
TRUSTED_SHARE = 0.8


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
    share = expected_shares(parts, np.eye(len(names)))
    low = [
        f"{name} {100 * value:.0f}%"
        for name, value in zip(names, share, strict=True)
        if 0.0 < value < TRUSTED_SHARE
    ]
    if low:
        found.append(
            "The robust variance is expected to fall short of the model's, were the model right: to "
            f"{', '.join(low)} of it. Few clusters decide these coefficients; their standard errors "
            "are too small. Report the model's beside them."
        )
    return tuple(found)


def note_on_test(share: float) -> tuple[str, ...]:
    """Return a sentence on a test of contrasts whose least known direction has this share."""
    if not share < TRUSTED_SHARE:
        return ()
    return (
        f"The robust variance of what is tested is expected at {100 * share:.0f}% of the model's in "
        "one direction, were the model right: few clusters decide it, and the p value is too small.",
    )


def note_on_rows(share: Floats) -> tuple[str, ...]:
    """Return a sentence on predictions with these shares of expected variance, (m,)."""
    low = np.flatnonzero((share > 0.0) & (share < TRUSTED_SHARE))
    if not low.size:
        return ()
    rows = ", ".join(str(i + 1) for i in low[:5]) + (", ..." if low.size > 5 else "")
    return (
        f"Few clusters decide {'row' if low.size == 1 else 'rows'} {rows}: the robust variance there "
        "is expected below the model's, and the interval is too narrow.",
    )
