"""Noun of the vocabulary: the term."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Term"]


@dataclass(frozen=True, slots=True)
class Term:
    """One code of one list, with the words people use for it.

    Attributes
    ----------
    term_id
        list name, ":" and code, such as need:SPLD. A code is unique within its list only.
    list_name
        List the code belongs to, such as need.
    code
        Code to store.
    label
        Official label.
    plain_label
        Words for public pages.
    parent
        Code of the term it belongs under; the parent's list is fixed by this term's list.
    synonyms
        Other spellings that mean it, "|" between.
    note
        Time breaks, limits, mappings.
    source
        Where the code and its meaning come from.
    since
        Version of the list in which the term appeared.
    """

    term_id: str
    list_name: str
    code: str
    label: str
    plain_label: str
    parent: str | None
    synonyms: str | None
    note: str | None
    source: str
    since: str
