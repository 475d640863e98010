"""Tests of several coefficients at once, and estimates of what is made of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.statistics.distributions import (
    chi2_upper_tail,
    f_upper_tail,
    t_critical,
    t_two_sided,
)
from whatworks.synthesis.summarised import Summarised
from whatworks.synthesis.wording import p_value_figure

__all__ = ["Contrasts", "WaldTest", "contrasts_of", "finite_or_none", "wald"]

Floats = npt.NDArray[np.float64]

# Below this share of their size, estimates are known to depend on each other, or not to vary.
SINGULAR = 1e-13


class WaldTest(NamedTuple):
    """Test of several coefficients: chi-squared (df2 None) or F, degrees of freedom, p value.

    Statistic and p value are NaN where the covariance of what is tested is singular, as with
    Knapp-Hartung standard errors of 0.
    """

    statistic: float
    df1: int
    df2: float | None
    p_value: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contrasts(Summarised):
    """Estimates of m combinations of coefficients.

    Attributes
    ----------
    names, rows
        Name of each and what it is made of, (m, p).
    estimate, se, statistic, p_value, ci
        (m,) and limits (m, 2).
    df
        Degrees of freedom; infinite: normal.
    level
        Level of the intervals.
    """

    names: tuple[str, ...]
    rows: Floats
    estimate: Floats
    se: Floats
    statistic: Floats
    p_value: Floats
    ci: Floats
    df: float
    level: float

    def table(self) -> dict[str, object]:
        """Return the contrasts as columns."""
        return {
            "contrast": list(self.names),
            "estimate": self.estimate,
            "se": self.se,
            "statistic": self.statistic,
            "df": np.full(self.estimate.size, self.df),
            "p_value": self.p_value,
            "ci_lower": self.ci[:, 0],
            "ci_upper": self.ci[:, 1],
        }

    def to_dict(self) -> dict[str, object]:
        """Return the contrasts as values that JSON can hold."""
        columns = {
            name: [
                finite_or_none(x) if isinstance(x, float) else x
                for x in np.asarray(column).tolist()
            ]
            for name, column in self.table().items()
        }
        return {**columns, "rows": self.rows.tolist(), "level": self.level}

    def summary(self) -> str:
        """Return the contrasts as plain text."""
        percent = f"{100 * self.level:g}%"
        return "\n".join(
            f"{name}: {self.estimate[i]:.4g} (SE {self.se[i]:.4g}), {percent} CI "
            f"{self.ci[i, 0]:.4g} to {self.ci[i, 1]:.4g}, {p_value_figure(self.p_value[i])}"
            for i, name in enumerate(self.names)
        )


def wald(b: Floats, vcov: Floats, rows: Floats, df: float, values: npt.ArrayLike = 0.0) -> WaldTest:
    """Test C b = values by chi-squared, or by F where there are degrees of freedom.

    Parameters
    ----------
    b, vcov : array, shape (p,) and (p, p)
        Estimates and their covariance.
    rows : array, shape (m, p)
        C, of full row rank.
    df : float
        Degrees of freedom; infinite: chi-squared.
    values : array-like, shape (m,) or a number
        What C b is under the hypothesis.

    Raises
    ------
    UserError
        Not one value for each row.
    """
    m = rows.shape[0]
    given = np.asarray(values, dtype=np.float64)
    if given.shape not in ((), (m,)) or not np.isfinite(given).all():
        raise UserError(f"values: give one finite number, or {m} of them, one for each contrast.")
    inner = rows @ vcov @ rows.T
    size = np.sqrt(np.maximum(np.diagonal(inner), 0.0))
    quadratic = float("nan")
    if size.all() and np.isfinite(size).all():
        scaled = inner / np.outer(size, size)
        if np.linalg.eigvalsh(scaled)[0] > SINGULAR:
            apart = (rows @ b - given) / size
            quadratic = float(apart @ np.linalg.solve(scaled, apart))
    if np.isinf(df):
        return WaldTest(quadratic, m, None, float(chi2_upper_tail(quadratic, m)))
    return WaldTest(quadratic / m, m, df, float(f_upper_tail(quadratic / m, m, df)))


def contrasts_of(
    b: Floats,
    vcov: Floats,
    given: Mapping[str, npt.ArrayLike] | npt.ArrayLike,
    *,
    df: float,
    level: float,
) -> Contrasts:
    """Return estimates of combinations of coefficients; see `MetaRegression.contrasts`."""
    if isinstance(given, Mapping):
        names = tuple(str(name) for name in given)
        parts = [np.asarray(row, dtype=np.float64) for row in given.values()]
    else:
        parts = list(np.atleast_2d(np.asarray(given, dtype=np.float64)))
        names = tuple(str(i + 1) for i in range(len(parts)))
    parts = [part[0] if part.ndim == 2 and part.shape[0] == 1 else part for part in parts]
    for name, part in zip(names, parts, strict=True):
        if part.shape != b.shape or not np.isfinite(part).all() or not part.any():
            raise UserError(
                f'Contrast "{name}": give {b.size} numbers, one for each coefficient, not all 0.'
            )
    if not parts:
        raise UserError("Give at least one contrast.")
    rows = np.stack(parts)
    estimate = rows @ b
    se = np.sqrt(np.maximum(np.einsum("mp,pq,mq->m", rows, vcov, rows), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / se
    reach = t_critical(level, df) * se
    return Contrasts(
        names=names,
        rows=rows,
        estimate=estimate,
        se=se,
        statistic=statistic,
        p_value=t_two_sided(statistic, df),
        ci=np.stack((estimate - reach, estimate + reach), axis=-1),
        df=df,
        level=level,
    )


def finite_or_none(value: float) -> float | None:
    """Return a number that JSON can hold."""
    return float(value) if isfinite(value) else None
