"""Several codes in one cell, as the evidence tables hold them: "SPLD;MLD"."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["SEPARATOR", "join_codes", "split_codes"]

SEPARATOR = ";"


def split_codes(text: str | None) -> tuple[str, ...]:
    """Return the codes of a cell in order; none for an empty cell.

    Blanks around codes, empty parts and repeats are dropped.
    """
    if not text:
        return ()
    parts = (part.strip() for part in text.split(SEPARATOR))
    return tuple(dict.fromkeys(part for part in parts if part))


def join_codes(codes: Iterable[str]) -> str | None:
    """Return codes as one cell, first mention first, each once; None if there are none.

    Raises
    ------
    ValueError
        A code is empty, has blanks around it, or contains the separator.
    """
    unique = list(dict.fromkeys(str(code) for code in codes))
    for code in unique:
        if not code or code != code.strip() or SEPARATOR in code:
            raise ValueError(f'found "{code}", which cannot be a code: give one code at a time.')
    return SEPARATOR.join(unique) or None
