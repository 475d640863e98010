"""Words that speak for and against a record: found in its text, to be highlighted and to begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Piece", "find_term", "marked", "split_terms", "term_scores"]

# A title says in ten words what an abstract says in two hundred.
_TITLE_WORTH = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and what it speaks for: include, exclude or "" (nothing)."""

    text: str
    speaks_for: str


def split_terms(terms: str | None) -> tuple[str, ...]:
    """Return terms that stand in one text, separated by "; "."""
    return tuple(term.strip() for term in (terms or "").split(";") if term.strip())


def marked(text: str, include: Sequence[str], exclude: Sequence[str]) -> tuple[Piece, ...]:
    """Return a text in pieces, those that hold a term marked.

    A term is found as whole words, whatever the case and however the blanks or hyphens between its words; a
    star stands for the rest of a word ("dyslexi*"). Where terms overlap the first and longest counts.

    Examples
    --------
    >>> [piece.speaks_for for piece in marked("Adults with dyslexia", ["dyslexi*"], ["adults"])]
    ['exclude', '', 'include']
    """
    wanted, unwanted = _pattern(tuple(include)), _pattern(tuple(exclude))
    spans = [(*found.span(), "include") for found in (wanted.finditer(text) if wanted else ())]
    spans += [(*found.span(), "exclude") for found in (unwanted.finditer(text) if unwanted else ())]
    pieces = []
    at = 0
    for start, end, speaks_for in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], ""))
        pieces.append(Piece(text[start:end], speaks_for))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], ""))
    return tuple(pieces)


def find_term(text: str, terms: Sequence[str]) -> tuple[int, int] | None:
    """Return where the first of some terms stands, as `marked` finds them; None if none does."""
    pattern = _pattern(tuple(terms))
    found = pattern.search(text) if pattern else None
    return found.span() if found else None


def term_scores(
    titles: Sequence[str], abstracts: Sequence[str], include: Sequence[str], exclude: Sequence[str]
) -> list[int]:
    """Return how much speaks for each record before anybody has decided: the terms it holds.

    Each term counts once in the title (three times as much) and once in the abstract; terms against count
    the other way.
    """
    parts = [(_pattern((term,)), 1) for term in include] + [
        (_pattern((term,)), -1) for term in exclude
    ]
    scores = []
    for title, abstract in zip(titles, abstracts, strict=True):
        score = 0
        for pattern, sign in parts:
            if pattern is None:
                continue
            score += sign * _TITLE_WORTH * bool(pattern.search(title))
            score += sign * bool(pattern.search(abstract))
        scores.append(score)
    return scores


@lru_cache(maxsize=256)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of some terms; None if there is none."""
    parts = []
    for term in sorted(terms, key=len, reverse=True):
        words = [
            r"\w*".join(re.escape(piece) for piece in word.split("*"))
            for word in re.split(r"[\s-]+", term.strip())
            if word.strip("*")
        ]
        if words:
            parts.append(r"[\s-]+".join(words))
    if not parts:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
