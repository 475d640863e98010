"""How far apart two categories are: the weights of partial agreement."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Real
from typing import Literal

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = ["WEIGHTS", "Weights", "disagreement", "numbers_of", "refuse_without_order"]

Floats = npt.NDArray[np.float64]

Weights = Literal["identity", "linear", "quadratic"]
WEIGHTS: tuple[Weights, ...] = ("identity", "linear", "quadratic")


def disagreement(weights: Weights, q: int, values: Sequence[float] | None = None) -> Floats:
    """Return how much two ratings disagree, 1 - w: 0 on the diagonal, 1 for the farthest apart.

    Parameters
    ----------
    weights : {"identity", "linear", "quadratic"}
        Identity: any two categories are wholly different. Linear: w = 1 - abs(x - y)/range.
        Quadratic: w = 1 - (x - y)^2/range^2.
    q : int
        Number of categories.
    values : sequence of q numbers, optional
        Where the categories lie; their positions 0, 1, 2, ... if not given.

    Returns
    -------
    array, shape (q, q)

    Raises
    ------
    UserError
        Unknown weights; or values that are too few, equal or not finite.

    References
    ----------
    Cohen J (1968). Psychological Bulletin 70:213-220.
    """
    if weights not in WEIGHTS:
        raise UserError(
            f"weights must be one of {', '.join(WEIGHTS)}. Supplied value was {weights!r}."
        )
    if weights == "identity" or q == 1:
        return 1.0 - np.eye(q)
    x = np.arange(q, dtype=np.float64) if values is None else np.asarray(values, dtype=np.float64)
    if x.shape != (q,) or not np.isfinite(x).all() or np.unique(x).size != q:
        raise UserError(
            f"values must be {q} different numbers, one for each category. Supplied value was {values!r}."
        )
    apart: Floats = np.abs(x[:, None] - x[None, :]) / (x.max() - x.min())
    return apart if weights == "linear" else np.square(apart)


def refuse_without_order(
    categories: Sequence[Hashable], *, is_listed: bool, values: Sequence[float] | None
) -> None:
    """Stop where ranks or values are asked for and nothing tells which category they belong to.

    Numbers order themselves; text, and values of any categories, need the list of categories.

    Raises
    ------
    UserError
        The categories are not listed and should be.
    """
    if is_listed:
        return
    if values is not None:
        raise UserError(
            "values are of categories in an order, and no categories are given. Give categories too, "
            "in the order of values."
        )
    names: list[object] = list(categories)
    if not all(isinstance(name, Real) for name in names):
        raise UserError(
            f"Ranks need the order of the categories, and {', '.join(map(str, names))} have none. "
            "Give them in categories, the lowest first."
        )


def numbers_of(categories: Sequence[Hashable], values: Sequence[float] | None) -> list[float]:
    """Return the numbers that categories stand for.

    Raises
    ------
    UserError
        They are not numbers, and no values are given.
    """
    if values is not None:
        return [float(value) for value in values]
    found: list[float] = []
    for name in categories:
        number: object = name
        if not isinstance(number, Real):
            raise UserError(
                f"Distances between categories need numbers; found the category {name!r}. "
                "Give the number of each category in values."
            )
        found.append(float(number))
    return found
