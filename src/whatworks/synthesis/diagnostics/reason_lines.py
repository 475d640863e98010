"""What limits single rows of a result, as lines of its summary."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["reason_lines"]

MOST_SHOWN = 10


def reason_lines(labels: Sequence[str], reasons: Sequence[str | None]) -> list[str]:
    """Return a line for each row that has a reason, the first ten, and how many more there are."""
    lines = [
        f"  {label}: {reason}"
        for label, reason in zip(labels, reasons, strict=True)
        if reason is not None
    ]
    hidden = len(lines) - MOST_SHOWN
    return lines if hidden <= 0 else [*lines[:MOST_SHOWN], f"  and {hidden:,} more like these"]
