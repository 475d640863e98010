"""How numbers are written in titles and reports."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "MINUS",
    "decimal",
    "listed",
    "p_value_figure",
    "p_value_text",
    "percent",
    "plural",
    "span",
]

MINUS = "\N{MINUS SIGN}"


def decimal(value: float, places: int = 2) -> str:
    """Return a number with fixed decimals, a real minus sign, and never "-0.00"."""
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def span(limits: tuple[float, float], places: int = 2) -> str:
    """Return "0.12 to 0.62"."""
    return f"{decimal(limits[0], places)} to {decimal(limits[1], places)}"


def plural(n: int, one: str, several: str | None = None) -> str:
    """Return "1 study", "12,313 records"; the plural adds "s" unless given."""
    return f"{n:,} {one if n == 1 else several or one + 's'}"


def percent(level: float) -> str:
    """Return "95%" for 0.95."""
    return f"{100 * level:g}%"


def p_value_text(p: float) -> str:
    """Return "p = 0.041" or "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {decimal(p, 3)}"


def p_value_figure(p: float) -> str:
    """Return "p = 0.04123" for summaries; one too small for a double is not told as 0."""
    return "p < 1e-300" if p < 1e-300 else f"p = {p:.4g}"


def listed(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
