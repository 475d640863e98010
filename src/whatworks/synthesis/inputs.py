"""What every synthesis method asks of its effects and variances, and what looks like a slip."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Real
from typing import cast

import numpy as np
import numpy.typing as npt

from whatworks.errors import TooFewStudies, UserError
from whatworks.statistics.distributions import chi2_upper_tail

__all__ = [
    "PossibleMisuse",
    "checked_starts",
    "correlation_within",
    "effect_arrays",
    "generator_of",
    "missing_positions",
    "misuse_notes",
    "number",
    "number_array",
    "one_of",
    "unmasked",
    "whole_number",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A standardised mean difference beyond this is nearly always a misread standard error or sign.
LARGE_EFFECT = 3.0
# Beyond these ratios the powers of a double that the methods need run out.
WIDEST_VARIANCES = 1e80
WIDEST_EFFECTS = 1e160
# Effects that vary so little by chance once in a thousand homogeneous sets.
UNDERDISPERSION_P = 0.001


class PossibleMisuse(UserWarning):
    """The numbers can be computed, but look like another quantity than was asked for."""


def number_array(values: npt.ArrayLike, name: str) -> Floats:
    """Return a one-dimensional array of finite doubles.

    Raises
    ------
    UserError
        Not numbers (booleans are not), not a list, or not finite; the message names the position,
        the first being 1.
    """
    if isinstance(values, (list, tuple)):
        _refuse_booleans(values, name)
    try:
        raw = unmasked(values, name)
    except ValueError:
        raise UserError(
            f"{name} holds lists of different length. Give one number for each effect."
        ) from None
    if raw.ndim != 1:
        raise UserError(
            f"{name} has shape {raw.shape}. Give a list with one number for each effect."
        )
    if raw.dtype.kind not in "iuf":
        position, found = _first_not_number(raw)
        raise UserError(f"{name}, position {position}: found {found!r}. Give a number.")
    array = raw.astype(np.float64, copy=False)
    # The sum is finite whenever all are, save for overflow: cheap, and then looked at closely.
    if array.size and not np.isfinite(array.sum()):
        bad = np.flatnonzero(~np.isfinite(array))
        if bad.size:
            raise UserError(
                f"{name}, position {bad[0] + 1}: found {array[bad[0]]}. "
                f"Give a finite number, or leave the effect out{_and_more(bad.size)}."
            )
    return array


def unmasked(values: npt.ArrayLike, name: str) -> npt.NDArray[np.generic]:
    """Return values as an array; the number under a mask is none.

    Raises
    ------
    UserError
        Something is masked; the message names the position, the first being 1.
    """
    masked = _masked(values)
    if masked.size:
        raise UserError(
            f"{name}, position {masked[0] + 1}: the value is masked. Give a finite number, or leave "
            f"the effect out{_and_more(masked.size)}."
        )
    return np.asarray(values)


def _masked(values: object) -> Ints:
    """Return positions that a masked array hides."""
    mask = getattr(values, "mask", None) if isinstance(values, np.ma.MaskedArray) else None
    if mask is None or not np.any(mask):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(mask).astype(np.int64)


def missing_positions(values: object) -> Ints:
    """Return positions without a value, from 0: None, NaN, NA, NaT, or masked."""
    masked = _masked(values)
    if masked.size:
        return masked
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return np.flatnonzero(np.isnan(array)).astype(np.int64)
    if array.dtype.kind in "mM":
        return np.flatnonzero(np.isnat(array)).astype(np.int64)
    if array.dtype.kind != "O":
        return np.zeros(0, dtype=np.int64)
    gaps = [i for i, value in enumerate(array.ravel().tolist()) if _is_missing(value)]
    return np.array(gaps, dtype=np.int64)


def _is_missing(value: object) -> bool:
    if value is None:
        return True
    # Of all values only the missing one differs from itself; that of pandas says neither yes nor no.
    try:
        return bool(value != value)
    except TypeError:
        return True
    except ValueError:
        return False


def _refuse_booleans(values: Sequence[object], name: str) -> None:
    """NumPy would turn a boolean among numbers into 0 or 1."""
    for position, value in enumerate(values, start=1):
        if isinstance(value, (bool, np.bool_)):
            raise UserError(f"{name}, position {position}: found {value!r}. Give a number.")


def _first_not_number(raw: npt.NDArray[np.generic]) -> tuple[int, object]:
    for position, value in enumerate(cast(list[object], raw.tolist()), start=1):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return position, value
    return 1, raw[0] if raw.size else None


def _and_more(count: int) -> str:
    return f" ({count - 1:,} more positions are like it)" if count > 1 else ""


def effect_arrays(yi: npt.ArrayLike, vi: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return effects and sampling variances as checked arrays of shape (k,).

    Raises
    ------
    TooFewStudies
        There is no effect.
    UserError
        Not numbers, lists of different length, not finite, or a variance that is not positive.
    """
    y = number_array(yi, "yi")
    v = number_array(vi, "vi")
    if y.size != v.size:
        raise UserError(
            f"yi has {y.size:,} effects and vi {v.size:,} variances. Give one variance each."
        )
    if y.size == 0:
        raise TooFewStudies("There is no effect to pool. Give at least one effect and variance.")
    if v.min() <= 0.0:
        bad = np.flatnonzero(v <= 0.0)
        raise UserError(
            f"vi, position {bad[0] + 1}: found {v[bad[0]]}. A sampling variance is above 0; "
            f"correct it, or leave the effect out{_and_more(bad.size)}."
        )
    if v.max() / v.min() > WIDEST_VARIANCES:
        at = int(np.argmax(v)) + 1, int(np.argmin(v)) + 1
        raise UserError(
            f"vi, positions {at[0]} and {at[1]}: found {v.max():.3g} and {v.min():.3g}. Variances "
            "so far apart are not of one scale; correct one of them."
        )
    with np.errstate(over="ignore"):
        far = np.abs(y).max() ** 2 / v.min() > WIDEST_EFFECTS
    if far:
        position = int(np.argmax(np.abs(y)))
        raise UserError(
            f"yi, position {position + 1}: found {y[position]:.3g}, too far out for variances of "
            f"{v.min():.3g}. Correct one of them."
        )
    return y, v


def checked_starts(starts: npt.ArrayLike, n: int) -> Ints:
    """Return where each cell of a batch of n effects starts, (G,).

    Raises
    ------
    TooFewStudies
        A cell has no effect.
    UserError
        Not whole numbers that begin with 0 and ascend.
    """
    first = np.asarray(starts)
    if first.ndim != 1 or first.size == 0 or first.dtype.kind not in "iu":
        raise UserError("starts must be a list of whole numbers, one for each cell.")
    if first[0] != 0:
        raise UserError(f"starts, position 1: found {first[0]}. The first cell starts at 0.")
    lengths = np.diff(np.append(first.astype(np.int64), n))
    if (lengths < 0).any():
        at = int(np.flatnonzero(lengths < 0)[0])
        raise UserError(
            f"starts, position {at + 1}: found {first[at]}, which is after the next cell's start or "
            f"the end ({n:,}). Give the starts in ascending order."
        )
    if (lengths == 0).any():
        at = int(np.flatnonzero(lengths == 0)[0])
        raise TooFewStudies(
            f"Cell {at + 1} has no effect to pool. Leave empty cells out of starts."
        )
    return first.astype(np.int64)


def one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    """Return the value if it is one of those allowed.

    Raises
    ------
    UserError
        It is not; the message lists what is.
    """
    if not isinstance(value, str) or value not in allowed:
        raise UserError(
            f"{name} must be one of {', '.join(allowed)}. Supplied value was {value!r}."
        )
    return value


def number(
    value: object, name: str, rule: str, *, low: float = -np.inf, high: float = np.inf
) -> float:
    """Return a finite number from low to high, both included.

    Parameters
    ----------
    rule : str
        What the value must be, after "must be".

    Raises
    ------
    UserError
        It is not.
    """
    is_number = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    found = float(cast(float, value)) if is_number else np.nan
    if not (np.isfinite(found) and low <= found <= high):
        raise UserError(f"{name} must be {rule}. Supplied value was {value!r}.")
    return found


def whole_number(value: object, name: str, rule: str, *, low: int) -> int:
    """Return a whole number of `low` or more; `rule` says what it must be, after "must be".

    Raises
    ------
    UserError
        It is not.
    """
    found = number(value, name, rule, low=low)
    if found != int(found):
        raise UserError(f"{name} must be {rule}. Supplied value was {value!r}.")
    return int(found)


def correlation_within(rho: object, *, below_1: bool = True) -> float:
    """Return the correlation of sampling errors within studies: from 0 to (below) 1.

    Raises
    ------
    UserError
        It is not one number in that range.
    """
    rule = f"one number from 0 to {'below 1' if below_1 else '1'}, such as 0.6"
    found = number(rho, "rho", rule, low=0.0, high=1.0)
    if below_1 and found == 1.0:
        raise UserError(f"rho must be {rule}. Supplied value was {rho!r}.")
    return found


def generator_of(rng: object) -> np.random.Generator:
    """Return a source of randomness: a generator as it is, a whole number as the seed of one.

    Raises
    ------
    UserError
        It is neither.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise UserError(
        "rng must be a seed (a whole number, 0 or more) or numpy.random.default_rng(seed). "
        f"Supplied value was {rng!r}."
    )


def misuse_notes(y: Floats, q: float) -> list[str]:
    """Return a sentence for each thing that looks like a slip, and warn of it.

    Parameters
    ----------
    y : array, shape (k,)
        Effects.
    q : float
        Cochran's Q.
    """
    notes = []
    largest = int(np.argmax(np.abs(y)))
    if abs(y[largest]) > LARGE_EFFECT:
        notes.append(
            f"yi, position {largest + 1}: the effect is {y[largest]:.3g}. If this is a standardised "
            "mean difference, check its direction and whether a standard error was taken for a "
            "standard deviation."
        )
    df = y.size - 1
    if df > 0 and float(1.0 - chi2_upper_tail(q, df)) < UNDERDISPERSION_P:
        notes.append(
            f"The effects differ far less than their variances say (Q = {q:.3g} on {df:,} degrees "
            "of freedom). Check that vi holds variances and not standard errors, and that no "
            "effect is entered twice."
        )
    for note in notes:
        warnings.warn(note, PossibleMisuse, stacklevel=3)
    return notes
