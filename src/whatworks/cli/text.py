"""Plain data as text for the terminal: indented, one thing a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["as_text", "counted"]

SIGNIFICANT_DIGITS = 4


def as_text(shown: Any) -> str:
    """Return nested mappings and lists as indented text; floats are rounded to four digits."""
    return "\n".join(_lines(shown, 0))


def counted(n: int, noun: str) -> str:
    """Return a number with its noun: "1 record", "2 records"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _lines(value: Any, level: int) -> Iterator[str]:
    """Yield the lines of one value."""
    indent = "  " * level
    if isinstance(value, Mapping):
        for key, inner in value.items():
            title = str(key).replace("_", " ")
            if isinstance(inner, Mapping | list) and inner:
                yield f"{indent}{title}:"
                yield from _lines(inner, level + 1)
            else:
                yield f"{indent}{title}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, Mapping | list):
                first, *rest = _lines(inner, level + 1)
                yield f"{indent}- {first.strip()}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(inner)}"
    else:
        yield f"{indent}{_scalar(value)}"


def _scalar(value: Any) -> str:
    """Return one value as a person reads it."""
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.{SIGNIFICANT_DIGITS}g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return str(value)
