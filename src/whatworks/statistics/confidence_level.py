"""The check that every interval makes of its level."""

from __future__ import annotations

from numbers import Real

from whatworks.errors import UserError

__all__ = ["level_between_0_and_1"]


def level_between_0_and_1(level: float) -> float:
    """Return a confidence level given as a share.

    Raises
    ------
    UserError
        It is not between 0 and 1.
    """
    given: object = level
    is_number = isinstance(given, Real) and not isinstance(given, bool)
    if not is_number or not 0.0 < level < 1.0:
        raise UserError(
            f"level must be between 0 and 1, such as 0.95. Supplied value was {level!r}."
        )
    return float(level)
