"""Labels of any kind to whole numbers, and what the columns of a covariance must satisfy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.block_covariance import first_appearance_codes
from whatworks.synthesis.inputs import missing_positions, number_array

__all__ = ["Coded", "coded", "column", "variances"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Coded(NamedTuple):
    """Labels as whole numbers from 0 in order of first appearance, (k,), and their names."""

    codes: Ints
    names: tuple[str, ...]


def coded(values: npt.ArrayLike, name: str, k: int) -> Coded:
    """Return the codes of one label for each of k effects.

    Raises
    ------
    UserError
        Not k labels, or one of them is missing.
    """
    labels = np.asarray(values)
    if labels.shape != (k,):
        raise UserError(f"{name} has shape {labels.shape}. Give one for each of the {k:,} effects.")
    missing = missing_positions(values)
    if missing.size:
        raise UserError(
            f"{name}, position {missing[0] + 1}: there is no value. Give one, or leave the effect "
            "out."
        )
    if labels.dtype.kind == "O":
        place: dict[object, int] = {}
        codes = np.array([place.setdefault(v, len(place)) for v in labels.tolist()], dtype=np.int64)
    else:
        codes = first_appearance_codes(labels)
    first = np.full(int(codes.max(initial=-1)) + 1, k, dtype=np.int64)
    np.minimum.at(first, codes, np.arange(k))
    return Coded(codes, tuple(str(value) for value in labels[first].tolist()))


def column(values: npt.ArrayLike, name: str, k: int) -> Floats:
    """Return one finite number for each of k effects.

    Raises
    ------
    UserError
        Not k finite numbers.
    """
    numbers = number_array(values, name)
    if numbers.size != k:
        raise UserError(f"{name} has {numbers.size:,} numbers for {k:,} effects. Give one each.")
    return numbers


def variances(vi: npt.ArrayLike) -> Floats:
    """Return checked sampling variances.

    Raises
    ------
    TooFewStudies
        There is none.
    UserError
        Not numbers above 0.
    """
    v = number_array(vi, "vi")
    if v.size == 0:
        raise TooFewStudies("vi is empty. Give the variance of at least one effect.")
    if v.min() <= 0.0:
        at = int(np.argmin(v))
        raise UserError(
            f"vi, position {at + 1}: found {v[at]}. A sampling variance is above 0; correct it, or "
            "leave the effect out."
        )
    return v
