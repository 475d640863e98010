"""Numbers as studies report them: read, checked, and missing where they are missing.

Every reader gives doubles of the shape it got, with NaN for None and NaN. What no study can have
found (a negative count, a correlation of 1.3) is refused in one sentence that names the argument
and the position, the first being 1.
"""

from __future__ import annotations

from typing import Any, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError

__all__ = [
    "above_zero",
    "correlations",
    "counts",
    "group_sizes",
    "matching",
    "probabilities",
    "refuse",
    "reported",
    "standard_deviations",
]

Floats = npt.NDArray[np.float64]


def reported(values: npt.ArrayLike, name: str) -> Floats:
    """Return doubles, with NaN for what is missing.

    Raises
    ------
    UserError
        Something is not a number, or infinite.
    """
    try:
        # A masked number is one that the study does not give.
        raw = (
            np.ma.filled(values.astype(np.float64), np.nan)
            if _hides(values)
            else np.asarray(values)
        )
    except ValueError:
        raise UserError(
            f"{name} holds lists of different length. Give one number for each study."
        ) from None
    if raw.dtype.kind in "iuf":
        array = np.asarray(raw, dtype=np.float64)
    else:
        flat = cast(list[object], raw.ravel().tolist())
        for position, value in enumerate(flat, start=1):
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            ):
                raise UserError(
                    f"{name}, position {position}: found {value!r}. Give a number, or None where "
                    "the study does not say."
                )
        array = np.array([np.nan if x is None else x for x in flat], dtype=np.float64)
        array = array.reshape(raw.shape)
    refuse(np.isinf(array), array, name, "Give a finite number, or None where it is missing.")
    return array


def _hides(values: object) -> TypeGuard[np.ma.MaskedArray[Any, np.dtype[Any]]]:
    return isinstance(values, np.ma.MaskedArray) and bool(np.any(np.ma.getmask(values)))


def refuse(bad: npt.NDArray[np.bool_], values: Floats, name: str, rule: str) -> None:
    """Raise if any value is bad.

    Parameters
    ----------
    bad : array of bool
        Shape of `values`, or that of a broadcast partner.
    values : array
        What was given.
    name, rule : str
        The argument, and a sentence that says what its values are like.

    Raises
    ------
    UserError
        With the first bad value and how many more there are.
    """
    if not bad.any():
        return
    shown = np.broadcast_to(values, bad.shape).ravel()
    positions = np.flatnonzero(bad.ravel())
    more = f" ({positions.size - 1:,} more positions are like it)" if positions.size > 1 else ""
    first = positions[0]
    raise UserError(f"{name}, position {first + 1}: found {shown[first]}. {rule}{more}")


def counts(values: npt.ArrayLike, name: str) -> Floats:
    """Return numbers of events or people, each 0 or more."""
    array = reported(values, name)
    refuse(array < 0.0, array, name, "A count is 0 or more.")
    return array


def group_sizes(values: npt.ArrayLike, name: str, *, least: int = 2) -> Floats:
    """Return numbers of people, each `least` or more."""
    array = reported(values, name)
    refuse(array < least, array, name, f"A group has at least {least}.")
    return array


def standard_deviations(values: npt.ArrayLike, name: str) -> Floats:
    """Return standard deviations, each above 0."""
    return above_zero(values, name, "A standard deviation is above 0.")


def above_zero(values: npt.ArrayLike, name: str, rule: str) -> Floats:
    """Return numbers above 0; `rule` is the sentence for one that is not."""
    array = reported(values, name)
    refuse(array <= 0.0, array, name, rule)
    return array


def correlations(values: npt.ArrayLike, name: str) -> Floats:
    """Return correlations, each from -1 to 1."""
    array = reported(values, name)
    refuse(np.abs(array) > 1.0, array, name, "A correlation lies between -1 and 1.")
    return array


def probabilities(values: npt.ArrayLike, name: str) -> Floats:
    """Return p values, each above 0 and at most 1."""
    array = reported(values, name)
    refuse(
        (array <= 0.0) | (array > 1.0),
        array,
        name,
        "A p value lies in (0, 1]. For p printed as 0 give the test statistic, or the bound.",
    )
    return array


def matching(names: str, *arrays: Floats) -> tuple[Floats, ...]:
    """Return the arrays broadcast to one shape.

    Parameters
    ----------
    names : str
        What they are called, with spaces between.

    Raises
    ------
    UserError
        Their lengths do not fit together; the message gives each.
    """
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        named = zip(names.split(), arrays, strict=True)
        lengths = ", ".join(f"{name} {x.size:,}" for name, x in named if x.ndim)
        raise UserError(
            f"The lists differ in length: {lengths}. Give one number for each study."
        ) from None
