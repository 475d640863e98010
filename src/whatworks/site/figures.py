"""How numbers and dates are written on pages."""

from __future__ import annotations

from datetime import date

__all__ = ["count", "date_in_words", "decimal", "in_unit", "plural", "without_unit"]

_MINUS = "\N{MINUS SIGN}"
# Units that count whole things.
_WHOLE = frozenset(
    {
        "count",
        "decisions",
        "effects",
        "months",
        "pupils",
        "records",
        "reports",
        "reviews",
        "strands",
        "studies",
        "tables",
    }
)
# Written after the value; the others are plain numbers.
_SUFFIX = {
    "months": ("month", "months"),
    "percent": ("per cent", "per cent"),
    "share": ("per cent", "per cent"),
}


def count(value: float) -> str:
    """Return a whole number with commas."""
    return f"{value:,.0f}".replace("-", _MINUS)


def decimal(value: float, places: int = 2) -> str:
    """Return a number with fixed decimals, a real minus sign, and never "-0.00"."""
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def _probability(value: float) -> str:
    """Return a p value; the smallest are not spelt out."""
    return "less than 0.001" if value < 0.001 else decimal(value, 3)


def without_unit(value: float, unit: str) -> str:
    """Return a value with the decimals its unit asks for, and no unit.

    Parameters
    ----------
    unit : str
        Unit of a published number: g, months, studies, percent, share, probability, ...
    """
    if unit == "probability":
        return _probability(value)
    if unit in _WHOLE:
        return count(value)
    if unit == "degrees of freedom":
        return count(value) if value == round(value) else decimal(value, 1)
    if unit == "g" and abs(value) < 0.005:
        # An end of an interval that is not 0 must not read as if it were: on which side it lies matters.
        text = decimal(value, 3)
        return decimal(value) if text == "0.000" else text
    scale, places = {"share": (100, 0), "percent": (1, 0), "g squared": (1, 3)}.get(unit, (1, 2))
    return decimal(scale * value, places)


def in_unit(value: float, unit: str) -> str:
    """Return a value as people read it, with its unit where it does not speak for itself."""
    text = without_unit(value, unit)
    singular, several = _SUFFIX.get(unit, ("", ""))
    return f"{text} {singular if text == '1' else several}".strip()


def plural(n: int, one: str, several: str | None = None) -> str:
    """Return "1 study", "12,313 records"; the plural adds "s" unless given."""
    return f"{n:,} {one if n == 1 else several or one + 's'}"


def date_in_words(iso: str) -> str:
    """Return "24 November 2026" for "2026-11-24"; text that is no date comes back as it is."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{day.day} {day:%B} {day.year}"
