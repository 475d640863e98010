"""Cells of a release's CSV files: text that gives the same value back."""

from __future__ import annotations

from whatworks.release.schema import Column

__all__ = ["cell_text", "cell_value"]

Value = str | int | float | bool | None


def cell_text(value: Value) -> str:
    """Return a value as CSV text: nothing for missing, the shortest exact digits for numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value)


def cell_value(text: str, column: Column) -> Value:
    """Return the value of a cell.

    Raises
    ------
    ValueError
        The text is not of the column's type, or is missing where a value is required.
    """
    if text == "":
        if column.required and column.type != "string":
            raise ValueError("found nothing. A value is required.")
        return "" if column.required else None
    if column.type == "string":
        return text
    try:
        if column.type == "integer":
            return int(text)
        if column.type == "number":
            return float(text)
    except ValueError:
        raise ValueError(f'found "{text}". A {column.type} is expected.') from None
    if text in ("true", "false"):
        return text == "true"
    raise ValueError(f'found "{text}". true or false is expected.')
