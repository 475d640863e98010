"""Names of columns: repeated ones numbered, and the letters of a spreadsheet."""

from __future__ import annotations

__all__ = ["column_letters", "numbered_names"]


def numbered_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return column names with "(2)", "(3)" after the second and third of a name."""
    taken: set[str] = set()
    names = []
    for name in header:
        free, n = name, 1
        while free in taken:
            n += 1
            free = f"{name} ({n})"
        taken.add(free)
        names.append(free)
    return tuple(names)


def column_letters(index: int) -> str:
    """Return the spreadsheet's letters of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
