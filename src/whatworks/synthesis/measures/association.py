"""How far two yes-or-no variables go together in one sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from whatworks.synthesis.effect_sizes import EffectSizes
from whatworks.synthesis.inputs import one_of
from whatworks.synthesis.measures.fisher import fisher_scale
from whatworks.synthesis.measures.two_by_two import log_odds_ratio
from whatworks.synthesis.measures.zero_cells import Table, table_of_cells

__all__ = ["phi_coefficient", "yule_q", "yule_y"]

Floats = npt.NDArray[np.float64]


def phi_coefficient(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    *,
    sampling: str = "cross-sectional",
    fisher_z: bool = False,
    add: npt.ArrayLike = 0.0,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Correlation of two yes-or-no variables.

    Parameters
    ----------
    a, b, c, d : array-like
        Pupils with both, the first only, the second only, and neither.
    sampling : {"cross-sectional", "stratified"}
        Whether only the number of pupils was fixed, or the sizes a + b and c + d of two groups:
        it changes the variance.
    fisher_z : bool
        True gives atanh(phi), with its variance by the delta method.
    add, to, drop00
        As in `risk_ratio`, save that nothing is added unless asked for.

    Returns
    -------
    EffectSizes
        Missing where a row or a column is empty.

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Bishop YMM, Fienberg SE, Holland PW (1975). Discrete Multivariate Analysis, 381-382
    (cross-sectional). Stratified: delta method with two independent binomials.
    """
    one_of(sampling, ("cross-sectional", "stratified"), "sampling")
    t = table_of_cells(a, b, c, d, add=add, to=to, drop00=drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = (t.a + t.c) * (t.b + t.d)
        phi = (t.a * t.d - t.b * t.c) / np.sqrt(t.n1 * t.n2 * columns)
        is_stratified = sampling == "stratified"
        v = _stratified_variance(t, columns) if is_stratified else _multinomial_variance(t, phi)
    found = EffectSizes.finite(phi, v)
    return fisher_scale(found) if fisher_z else found


def _multinomial_variance(t: Table, phi: Floats) -> Floats:
    n = t.total
    row1, column1 = t.n1 / n, (t.a + t.c) / n
    rows, columns = row1 * (1.0 - row1), column1 * (1.0 - column1)
    # Differences of the two margins.
    by_row, by_column = 2.0 * row1 - 1.0, 2.0 * column1 - 1.0
    skew = (phi + phi**3 / 2.0) * by_row * by_column / np.sqrt(rows * columns)
    spread = 0.75 * phi**2 * (by_row**2 / rows + by_column**2 / columns)
    return np.asarray((1.0 - phi**2 + skew - spread) / n)


def _stratified_variance(t: Table, columns: Floats) -> Floats:
    p1, p2 = t.a / t.n1, t.c / t.n2
    # phi = sqrt(n1 n2) (p1 - p2)/sqrt(columns), and columns moves with p1 and p2 too.
    tilt = (p1 - p2) * (t.b + t.d - t.a - t.c) / (2.0 * columns)
    slope1, slope2 = 1.0 - tilt * t.n1, -1.0 - tilt * t.n2
    spread = slope1**2 * p1 * (1.0 - p1) / t.n1 + slope2**2 * p2 * (1.0 - p2) / t.n2
    return np.asarray(t.n1 * t.n2 / columns * spread)


def yule_q(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Yule's Q: (OR - 1)/(OR + 1), from -1 to 1.

    Parameters
    ----------
    a, b, c, d : array-like
        As in `phi_coefficient`.
    add, to, drop00
        As in `risk_ratio`.

    Returns
    -------
    EffectSizes
        vi = (1 - Q^2)^2/4 times the variance of the log odds ratio. Missing where a cell is empty
        and nothing is added.

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Yule GU (1912). Journal of the Royal Statistical Society 75:579-652.
    """
    t = table_of_cells(a, b, c, d, add=add, to=to, drop00=drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        q = (t.a * t.d - t.b * t.c) / (t.a * t.d + t.b * t.c)
        return _with_variance(q, (1.0 - q**2) ** 2 * log_odds_ratio(t).vi / 4.0)


def yule_y(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    c: npt.ArrayLike,
    d: npt.ArrayLike,
    *,
    add: npt.ArrayLike = 0.5,
    to: str = "only0",
    drop00: bool = False,
) -> EffectSizes:
    """Yule's Y: (sqrt(OR) - 1)/(sqrt(OR) + 1), from -1 to 1; arguments as in `yule_q`.

    Returns
    -------
    EffectSizes
        vi = (1 - Y^2)^2/16 times the variance of the log odds ratio.

    Raises
    ------
    UserError
        A negative count.

    References
    ----------
    Yule GU (1912). Journal of the Royal Statistical Society 75:579-652.
    """
    t = table_of_cells(a, b, c, d, add=add, to=to, drop00=drop00)
    with np.errstate(divide="ignore", invalid="ignore"):
        same, other = np.sqrt(t.a * t.d), np.sqrt(t.b * t.c)
        y = (same - other) / (same + other)
        return _with_variance(y, (1.0 - y**2) ** 2 * log_odds_ratio(t).vi / 16.0)


def _with_variance(y: Floats, v: Floats) -> EffectSizes:
    """Leave out -1 and 1, of which an empty cell says nothing but that."""
    return EffectSizes(np.where(np.isnan(v), np.nan, y), v)
