"""Results that show their summary when they are printed, or looked at in a notebook."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Summarised", "prediction_lines"]

Floats = npt.NDArray[np.float64]

# Beyond this many rows a summary is no summary.
MOST_ROWS = 20


class Summarised:
    """A result with a summary; without it a dataclass would print its arrays."""

    __slots__ = ()

    def summary(self) -> str:
        """Return the result as plain text."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()


def prediction_lines(
    estimate: Floats, se: Floats, ci: Floats, prediction_interval: Floats, level: float
) -> list[str]:
    """Return expected effects as lines of text, one for each of m.

    Parameters
    ----------
    estimate, se, ci, prediction_interval : array, shapes (m,), (m,), (m, 2) and (m, 2)
        NaN where there is no value.
    """
    percent = f"{100 * level:g}%"
    lines = []
    for i in range(min(MOST_ROWS, estimate.size)):
        line = (
            f"{i + 1}: {estimate[i]:.4g} (SE {se[i]:.4g}), {percent} CI {ci[i, 0]:.4g} to "
            f"{ci[i, 1]:.4g}"
        )
        if np.isfinite(prediction_interval[i]).all():
            low, high = prediction_interval[i]
            line += f", prediction interval {low:.4g} to {high:.4g}"
        lines.append(line)
    if estimate.size > MOST_ROWS:
        lines.append(f"and {estimate.size - MOST_ROWS:,} more rows: see table()")
    return lines
