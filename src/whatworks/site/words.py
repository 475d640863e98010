"""The vocabulary's words: teachers' first, codes second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from whatworks import vocab
from whatworks.vocab import Term, split_codes

__all__ = ["Words", "capitalise", "humanise", "readable", "shorten"]


def humanise(code: str) -> str:
    """Return a code as words where no list has it: "quasi_randomised" gives "quasi randomised"."""
    return code.replace("_", " ")


def readable(name: str) -> str:
    """Return a name of a source without its underscores; the name itself stays as given in the tables.

    In a name of several words an underscore parts off a version, as in "Anxiety Scale_Parent report";
    in one without blanks it stands for a blank.
    """
    return re.sub(r"\s*_+\s*", ", " if " " in name else " ", name).strip(", ") or name


def capitalise(text: str) -> str:
    """Return the text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def shorten(text: str) -> str:
    """Return a label without the explanation in brackets at its end."""
    return text.rpartition(" (")[0] if text.endswith(")") and " (" in text else text


@dataclass(frozen=True)
class Words:
    """Look-ups in the terms an evidence base carries."""

    terms: Sequence[Term]

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Term]:
        return {(term.list_name, term.code): term for term in self.terms}

    def in_order(self, list_name: str) -> list[Term]:
        """Return the terms of a list in its reading order; terms the code does not know come last."""
        known = vocab.codes(list_name) if list_name in vocab.LISTS else ()
        place = {code: position for position, code in enumerate(known)}
        found = [term for term in self.terms if term.list_name == list_name]
        return sorted(found, key=lambda term: (place.get(term.code, len(place)), term.code))

    def children(self, list_name: str, code: str) -> list[Term]:
        """Return the terms of a list that belong directly under a code."""
        return [term for term in self.in_order(list_name) if term.parent == code]

    def term(self, list_name: str, code: str) -> Term | None:
        """Return a term, or None where the list does not have it."""
        return self._by_id.get((list_name, code))

    def plain(self, list_name: str, code: str) -> str:
        """Return the words for public pages, as they stand inside a sentence."""
        term = self.term(list_name, code)
        return term.plain_label if term else humanise(code)

    def heading(self, list_name: str, code: str) -> str:
        """Return the words for public pages, with a capital first letter."""
        return capitalise(self.plain(list_name, code))

    def short(self, list_name: str, code: str) -> str:
        """Return the heading without the explanation in brackets."""
        return shorten(self.heading(list_name, code))

    def label(self, list_name: str, code: str) -> str:
        """Return the official label."""
        term = self.term(list_name, code)
        return term.label if term else capitalise(humanise(code))

    def labels(self, list_name: str, cell: str | None) -> str:
        """Return the official labels of a list cell as one text; "Not reported" where it is empty."""
        return (
            "; ".join(self.label(list_name, code) for code in split_codes(cell)) or "Not reported"
        )
