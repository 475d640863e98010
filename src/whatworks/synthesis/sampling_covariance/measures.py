"""Correlation of two measurements of the same pupils, by what they measure and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.synthesis.sampling_covariance.labels import Coded, column

__all__ = ["Pairs", "autoregression", "pair_correlation"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pairs = Mapping[tuple[object, object], float]
#: From rows of clusters, (B, n), to correlations, (B, n, n).
Correlation = Callable[[Ints], Floats]


def pair_correlation(
    rho: float | npt.ArrayLike | Pairs, labels: Coded | None, clusters: Coded, name: str
) -> Correlation:
    """Return the correlation of two effects with different labels.

    Parameters
    ----------
    rho : float, array of shape (k,) or mapping of pairs
        One for all; one for each cluster, written beside each of its effects; or by pair of labels.
    labels : Coded or None
        What a mapping's pairs name.
    clusters : Coded
        Clusters, for arrays and messages.
    name : str
        Of the argument, for messages.

    Raises
    ------
    UserError
        Not correlations; pairs without labels; a pair that occurs is not given.
    """
    if isinstance(rho, Mapping):
        return _by_pair(rho, labels, clusters, name)
    if np.ndim(rho) == 0:
        value = _correlation(rho, name)
        return lambda rows: np.full((*rows.shape, rows.shape[1]), value)
    numbers = column(rho, name, clusters.codes.size)
    _same_within(numbers, clusters, name)
    for number in numbers[[int(np.argmin(numbers)), int(np.argmax(numbers))]].tolist():
        _correlation(number, name)
    return lambda rows: np.repeat(
        np.repeat(numbers[rows[:, :1]][:, :, None], rows.shape[1], axis=1), rows.shape[1], axis=2
    )


def _by_pair(rho: Pairs, labels: Coded | None, clusters: Coded, name: str) -> Correlation:
    if labels is None:
        raise UserError(
            f"{name} is given by pairs, but nothing says which effect is which. Give obs (for rho) "
            "or type (for rho_between)."
        )
    place = {label: i for i, label in enumerate(labels.names)}
    table = np.full((len(place), len(place)), np.nan)
    for pair, value in rho.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise UserError(f"{name}: the pair {pair!r} is not two labels. Give (label, label).")
        number = _correlation(value, f"{name}, pair {pair[0]}, {pair[1]}")
        ends = [place.get(str(end)) for end in pair]
        # A table may hold pairs that these data do not have.
        if ends[0] is not None and ends[1] is not None:
            table[ends[0], ends[1]] = table[ends[1], ends[0]] = number
    np.fill_diagonal(table, 1.0)
    codes = labels.codes

    def correlation(rows: Ints) -> Floats:
        found = table[codes[rows][:, :, None], codes[rows][:, None, :]]
        gap = np.argwhere(np.isnan(found))
        if gap.size:
            block, i, j = gap[0]
            first, second = (labels.names[codes[rows[block, at]]] for at in (i, j))
            raise UserError(
                f"{name}: there is no correlation for the pair {first}, {second}, which cluster "
                f"{clusters.names[clusters.codes[rows[block, i]]]} has. Add it."
            )
        return np.asarray(found, dtype=np.float64)

    return correlation


def autoregression(
    phi: float | npt.ArrayLike, clusters: Coded
) -> Callable[[Ints, Floats, Floats], Floats]:
    """Return phi^|t - s| as a function of rows (B, n) and the two times (B, n).

    Raises
    ------
    UserError
        phi is not from 0 to 1, or differs within a cluster.
    """
    k = clusters.codes.size
    numbers = np.full(k, float(phi)) if isinstance(phi, (int, float)) else column(phi, "phi", k)
    _same_within(numbers, clusters, "phi")
    if not (numbers.min() >= 0.0 and numbers.max() <= 1.0):
        raise UserError(
            f"phi must be from 0 to 1. Supplied values run from {numbers.min()} to {numbers.max()}."
        )

    def correlation(rows: Ints, first: Floats, second: Floats) -> Floats:
        apart = np.abs(first[:, :, None] - second[:, None, :])
        return np.asarray(numbers[rows[:, 0]][:, None, None] ** apart, dtype=np.float64)

    return correlation


def _correlation(value: object, name: str) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.number))
        or not -1.0 <= value <= 1.0
    ):
        raise UserError(f"{name} must be a number from -1 to 1. Supplied value was {value!r}.")
    return float(value)


def _same_within(numbers: Floats, clusters: Coded, name: str) -> None:
    first = np.empty(len(clusters.names))
    first[clusters.codes[::-1]] = numbers[::-1]
    other = np.flatnonzero(numbers != first[clusters.codes])
    if other.size:
        raise UserError(
            f"{name}, position {other[0] + 1}: found {numbers[other[0]]}, but cluster "
            f"{clusters.names[clusters.codes[other[0]]]} began with "
            f"{first[clusters.codes[other[0]]]}. Give one value a cluster."
        )
