"""Days given on the command line, and today."""

from __future__ import annotations

from datetime import UTC, date, datetime

from whatworks.errors import UserError

__all__ = ["day_or_today"]


def day_or_today(text: str | None, *, what: str) -> date:
    """Return a day written as 2026-11-24; today (UTC) if none is given.

    Raises
    ------
    UserError
        It is no date, or one to come.
    """
    today = datetime.now(UTC).date()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UserError(f'"{text}" is not a date. Write {what} as {today.isoformat()}.') from None
    if day > today:
        raise UserError(f"{text} is still to come. Give the day it happened.")
    return day
