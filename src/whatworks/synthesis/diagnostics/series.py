"""A row of results, one for each of many refits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.statistics.distributions import chi2_upper_tail
from whatworks.synthesis.diagnostics.json_values import json_values
from whatworks.synthesis.diagnostics.reason_lines import reason_lines
from whatworks.synthesis.diagnostics.refits import Refits
from whatworks.synthesis.model import FittedModel
from whatworks.synthesis.summarised import Summarised

__all__ = ["RefitSeries", "series"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RefitSeries(Summarised):
    """Results of m refits of a model with p coefficients and c components; NaN: no value.

    Attributes
    ----------
    what
        What a row is: "without effect", "without cluster", "added effect", "added cluster".
    labels, n
        Name of the unit left out or added, and number of its effects, (m,).
    k
        Number of effects in each refit, (m,).
    coefficients, se, ci, statistic, df, p_value
        (m, p), limits (m, p, 2); df is infinite for the normal.
    coefficient_names
        Of the p coefficients.
    components, component_names
        Variances and correlations, (m, c).
    q, q_df, q_p_value
        Cochran's test about the fixed part, (m,).
    i2, h2
        Share of the variance that is of true effects in percent, total over sampling variance.
    log_likelihood
        Of the kind that is maximised, (m,).
    full
        Coefficients with all effects, (p,).
    level
        Level of the limits.
    reasons
        Why a row lacks values, or what limits its refit; None where nothing does.
    """

    what: str
    labels: tuple[str, ...]
    n: Ints
    k: Ints
    coefficients: Floats
    se: Floats
    ci: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    coefficient_names: tuple[str, ...]
    components: Floats
    component_names: tuple[str, ...]
    q: Floats
    q_df: Ints
    q_p_value: Floats
    i2: Floats
    h2: Floats
    log_likelihood: Floats
    full: Floats
    level: float
    reasons: tuple[str | None, ...]

    def table(self) -> dict[str, object]:
        """Return the rows as columns; a model with several coefficients names each column's."""
        columns: dict[str, object] = {self.what: list(self.labels), "n": self.n, "k": self.k}
        several = len(self.coefficient_names) > 1
        for j, name in enumerate(self.coefficient_names):
            tail = f" {name}" if several else ""
            columns[f"estimate{tail}"] = self.coefficients[:, j]
            columns[f"se{tail}"] = self.se[:, j]
            columns[f"ci_lower{tail}"] = self.ci[:, j, 0]
            columns[f"ci_upper{tail}"] = self.ci[:, j, 1]
            columns[f"statistic{tail}"] = self.statistic[:, j]
            columns[f"df{tail}"] = self.df[:, j]
            columns[f"p_value{tail}"] = self.p_value[:, j]
        for j, name in enumerate(self.component_names):
            columns[name] = self.components[:, j]
        columns |= {"q": self.q, "q_df": self.q_df, "q_p_value": self.q_p_value}
        columns |= {"i2": self.i2, "h2": self.h2, "log_likelihood": self.log_likelihood}
        columns["reason"] = list(self.reasons)
        return columns

    def to_dict(self) -> dict[str, object]:
        """Return all fields as values that JSON can hold."""
        return dict(json_values(self))

    def summary(self) -> str:
        """Return the range of each coefficient, and the rows without numbers, as plain text."""
        lines = [f"{len(self.labels):,} refits, {self.what}"]
        for j, name in enumerate(self.coefficient_names):
            values = self.coefficients[:, j]
            if np.isnan(values).all():
                continue
            low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
            lines.append(
                f"  {name}: {values[low]:.4g} ({self.labels[low]}) to {values[high]:.4g} "
                f"({self.labels[high]}); with all effects {self.full[j]:.4g}"
            )
        lines += reason_lines(self.labels, self.reasons)
        return "\n".join(lines)


def series(
    fit: FittedModel, found: Refits, labels: tuple[str, ...], what: str, n: Ints
) -> RefitSeries:
    """Dress refits as a series."""
    q_p_value = chi2_upper_tail(found.q, np.maximum(found.q_df, 0))
    return RefitSeries(
        what=what,
        labels=labels,
        n=n,
        k=found.k,
        coefficients=found.coefficients,
        se=found.se,
        ci=found.ci,
        statistic=found.statistic,
        df=found.coefficient_df,
        p_value=found.p_value,
        coefficient_names=fit.design.names,
        components=found.components,
        component_names=found.component_names,
        q=found.q,
        q_df=found.q_df,
        q_p_value=np.where(np.isnan(found.q), np.nan, q_p_value),
        i2=found.i2,
        h2=found.h2,
        log_likelihood=found.log_likelihood,
        full=fit.coefficients,
        level=found.level,
        reasons=tuple(found.reasons),
    )
