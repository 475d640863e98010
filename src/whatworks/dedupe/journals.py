"""How alike two names of a journal are: abbreviations, acronyms and second names are the same."""

from __future__ import annotations

__all__ = ["journal_likeness"]

# Likeness of names of which one abbreviates the other word by word; and of an acronym.
ABBREVIATED = 0.95
ACRONYM = 0.95
# Words of the longer name that an abbreviation may leave out (a second title, a place).
SHORTEST_SHARE = 0.5


def journal_likeness(a: str, b: str) -> float:
    """Return how alike two names are, from 0 to 1.

    Parameters
    ----------
    a, b : str
        Plain words joined by blanks, stop words left out, neither empty.

    Examples
    --------
    >>> journal_likeness("new england journal medicine", "n engl j med")
    0.95
    >>> journal_likeness("bmj", "british medical journal")
    0.95
    >>> journal_likeness("pediatrics", "vaccine") < 0.5
    True
    """
    if a == b:
        return 1.0
    short, long = sorted((a.split(), b.split()), key=len)
    if len(short) == 1 and len(long) > 1:
        initials = "".join(word[0] for word in long)
        if len(short[0]) > 1 and (initials.startswith(short[0]) or short[0].startswith(initials)):
            return ACRONYM
    if _abbreviates(short, long):
        return ABBREVIATED if len(short) >= SHORTEST_SHARE * len(long) else 0.9
    from rapidfuzz import fuzz

    return 0.9 * float(fuzz.token_set_ratio(a, b)) / 100.0


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """Whether each word of the short name stands, whole or abbreviated, in the long one, in order."""
    at = 0
    for word in short:
        while at < len(long) and not _same_word(word, long[at]):
            at += 1
        if at == len(long):
            return False
        at += 1
    return True


def _same_word(a: str, b: str) -> bool:
    """Whether one word is the other, its beginning, or a contraction of it ("dtsch", "deutsche")."""
    if a[0] != b[0]:
        return False
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if long.startswith(short):
        return True
    letters = iter(long)
    return len(short) > 1 and all(letter in letters for letter in short)
