"""From the words people write to the code."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from whatworks.vocab.terms import LISTS, codes, label, term

__all__ = ["resolve"]


def _normalise(text: str) -> str:
    """Return only the letters and digits, without accents, case or width."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(ch for ch in decomposed if ch.isalnum())


@cache
def _spellings(list_name: str) -> Mapping[str, str]:
    """Map every normalised spelling of a list to its code; codes win over labels and synonyms."""
    spellings: dict[str, str] = {}
    rows = [term(list_name, code) for code in codes(list_name)]
    for row in rows:
        spellings[_normalise(row.code)] = row.code
    for row in rows:
        for spelling in (row.label, row.plain_label, *(row.synonyms or "").split("|")):
            if key := _normalise(spelling):
                spellings.setdefault(key, row.code)
    return MappingProxyType(spellings)


def resolve(list_name: str, text: str) -> str:
    """Return the code that a code, label, GIAS name or synonym stands for.

    Upper and lower case, blanks, accents and punctuation do not matter.

    Raises
    ------
    ValueError
        Nothing in the list is spelt so; the sentence gives the nearest, and the list that does
        know the spelling, if one does. The caller adds file, row and column.
    NotFound
        There is no such list.

    Examples
    --------
    >>> resolve("need", "SpLD - Specific Learning Difficulty")
    'SPLD'
    >>> resolve("approach", "Small Group")
    'small_group_tuition'
    """
    key = _normalise(text)
    spellings = _spellings(list_name)
    if key in spellings:
        return spellings[key]
    near = difflib.get_close_matches(key, spellings, n=12, cutoff=0.6) if key else []
    near_codes = list(dict.fromkeys(spellings[name] for name in near))[:3] or codes(list_name)[:5]
    nearest = "; ".join(f"{code} ({label(list_name, code)})" for code in near_codes)
    message = f'found "{text}", which is not in the list {list_name}.'
    others = [name for name in LISTS if name != list_name and key and key in _spellings(name)]
    if others:
        message += f" It is in the list {', '.join(others)}."
    intro = "The nearest are" if near else "The list begins with"
    raise ValueError(f"{message} {intro}: {nearest}. Write a code or label of the list.")
