"""Two records side by side: each field in one row, with the words marked that only one of them has."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from whatworks.references import Record

__all__ = ["FieldRow", "Piece", "compare_texts", "field_rows"]

FIELDS = (
    ("title", "Title"),
    ("authors", "Authors"),
    ("year", "Year"),
    ("container", "Journal, book or series"),
    ("volume", "Volume"),
    ("issue", "Issue"),
    ("pages", "Pages"),
    ("doi", "DOI"),
    ("pmid", "PubMed number"),
    ("isbn_issn", "ISSN or ISBN"),
    ("record_type", "Kind"),
    ("language", "Language"),
    ("abstract", "Abstract"),
    ("keywords", "Keywords"),
    ("database", "Database"),
    ("accession", "Accession number"),
    ("url", "Address"),
)
# Each source has its own; that they differ says nothing.
OF_THE_SOURCE = frozenset({"database", "accession"})
# Finding the longest common sequence takes time with the product of the lengths.
_MOST_ALIGNED = 600


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether the other record lacks it."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of both records.

    Attributes
    ----------
    name, label
        Field of the record, and its name for a person.
    first, second
        The two texts in pieces; empty where a record does not have the field.
    state
        same, alike (but for capitals, accents and punctuation), differ, one (only one has it), or
        source (each source's own; not compared).
    """

    name: str
    label: str
    first: tuple[Piece, ...]
    second: tuple[Piece, ...]
    state: str


def field_rows(first: Record, second: Record) -> list[FieldRow]:
    """Return a row for each field that at least one of the records has."""
    rows = []
    for name, label in FIELDS:
        values = (
            "" if getattr(one, name) is None else str(getattr(one, name)) for one in (first, second)
        )
        a, b = (" ".join(value.split()) for value in values)
        if name in OF_THE_SOURCE and (a or b):
            rows.append(FieldRow(name, label, _whole(a), _whole(b), "source"))
        elif a or b:
            rows.append(FieldRow(name, label, *compare_texts(a, b)))
    return rows


def compare_texts(a: str, b: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...], str]:
    """Return two texts in pieces, and how they compare.

    Words are compared without capitals, accents and punctuation. Where only one text is there, nothing
    is marked: all of it would be.
    """
    if not a or not b:
        return _whole(a), _whole(b), "one"
    if a == b:
        return _whole(a), _whole(b), "same"
    words = [re.findall(r"\S+\s*", text) for text in (a, b)]
    keys = [[_key(word) for word in own] for own in words]
    marked = _marks(*keys)
    if not any(marked[0]) and not any(marked[1]):
        return _whole(a), _whole(b), "alike"
    return _pieces(words[0], marked[0]), _pieces(words[1], marked[1]), "differ"


def _key(word: str) -> str:
    """Return a word as it is compared; empty for punctuation alone."""
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in spread if char.isalnum())


def _marks(first: list[str], second: list[str]) -> tuple[list[bool], list[bool]]:
    """Return for each word whether the other text lacks it at its place."""
    if max(len(first), len(second)) > _MOST_ALIGNED:
        return _missing(first, second), _missing(second, first)
    marks = ([bool(key) for key in first], [bool(key) for key in second])
    places = [[at for at, key in enumerate(keys) if key] for keys in (first, second)]
    a, b = ([keys[at] for at in own] for keys, own in zip((first, second), places, strict=True))
    for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            marks[0][places[0][block.a + offset]] = False
            marks[1][places[1][block.b + offset]] = False
    return marks


def _missing(own: list[str], other: list[str]) -> list[bool]:
    """Return which words of a long text the other has fewer of, wherever they stand."""
    left = Counter(other)
    marks = []
    for key in own:
        marks.append(bool(key) and left[key] <= 0)
        left[key] -= 1
    return marks


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, False),) if text else ()


def _pieces(words: list[str], marks: list[bool]) -> tuple[Piece, ...]:
    """Join neighbouring words of one kind; blanks after a marked stretch stay outside it."""
    pieces: list[Piece] = []
    for word, differs in zip(words, marks, strict=True):
        if pieces and pieces[-1].differs == differs:
            pieces[-1] = Piece(pieces[-1].text + word, differs)
        elif differs or not pieces:
            pieces.append(Piece(word, differs))
        else:
            # What follows a marked stretch begins with the blank that ended it.
            last = pieces[-1].text
            pieces[-1] = Piece(last.rstrip(), True)
            pieces.append(Piece(last[len(last.rstrip()) :] + word, False))
    if pieces and pieces[-1].differs:
        pieces[-1] = Piece(pieces[-1].text.rstrip(), True)
    return tuple(pieces)
