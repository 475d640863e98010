"""Expected effects with cluster-robust intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import t_critical
from whatworks.synthesis.robust.inference import expected_shares
from whatworks.synthesis.robust.notes import note_on_rows
from whatworks.synthesis.robust.sandwich import Sandwich
from whatworks.synthesis.summarised import Summarised, prediction_lines

__all__ = ["RobustPrediction", "robust_prediction"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RobustPrediction(Summarised):
    """Expected effects with robust intervals, one row for each asked for.

    Attributes
    ----------
    estimate, se
        Expected effect and robust standard error, (m,); NaN where one cluster alone tells.
    ci
        Confidence limits, (m, 2).
    prediction_interval
        Limits for the true effect behind a new effect in a new cluster, (m, 2): robust standard error
        and variance of true effects. NaN where the model has no one such variance.
    df
        Degrees of freedom, (m,); infinite: normal.
    level
        Level of both intervals.
    notes
        What a reader must know.
    """

    estimate: Floats
    se: Floats
    ci: Floats
    prediction_interval: Floats
    df: Floats
    level: float
    notes: tuple[str, ...]

    def table(self) -> dict[str, Floats]:
        """Return the rows as columns."""
        return {
            "estimate": self.estimate,
            "se": self.se,
            "df": self.df,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
            "prediction_lower": self.prediction_interval[:, 0],
            "prediction_upper": self.prediction_interval[:, 1],
        }

    def summary(self) -> str:
        """Return the rows as plain text."""
        lines = prediction_lines(
            self.estimate, self.se, self.ci, self.prediction_interval, self.level
        )
        return "\n".join((*lines, *(f"Note: {note}" for note in self.notes)))


def robust_prediction(
    x: Floats, b: Floats, parts: Sandwich, df: Floats, variance: float | None, level: float
) -> RobustPrediction:
    """Return x'b with robust intervals.

    Parameters
    ----------
    x, b : array, shapes (m, p) and (p,)
        Rows of the design, and coefficients.
    df : array, shape (m,)
        Degrees of freedom of each row.
    variance : float or None
        Of the true effect of a new unit about its mean.
    """
    share = expected_shares(parts, x)
    squared = np.where(share > 0.0, np.einsum("mp,pq,mq->m", x, parts.vcov, x), np.nan)
    estimate, critical = x @ b, t_critical(level, df)

    def limits(total: Floats) -> Floats:
        reach = critical * np.sqrt(total)
        return np.stack((estimate - reach, estimate + reach), axis=-1)

    return RobustPrediction(
        estimate=estimate,
        se=np.sqrt(squared),
        ci=limits(squared),
        prediction_interval=limits(squared + (np.nan if variance is None else variance)),
        df=df,
        level=level,
        notes=note_on_rows(share),
    )
