"""Reading the lists: every term, by list and code, and how terms stand under each other."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from whatworks.errors import NotFound
from whatworks.vocab.nouns import Term

__all__ = [
    "LISTS",
    "VOCABULARY_VERSION",
    "ancestors",
    "children",
    "codes",
    "is_group",
    "label",
    "plain_label",
    "term",
    "terms",
]

# Raise it with every change of a list file; new rows carry it in their column `since`.
VOCABULARY_VERSION = "1.0"

# List name -> list its `parent` column points to; None where nothing has a parent.
LISTS: Mapping[str, str | None] = MappingProxyType(
    {
        "broad_area": None,
        "need": "broad_area",
        "need_legacy": "broad_area",
        "phase": "phase",
        "key_stage": "phase",
        "provision": None,
        "provision_legacy": None,
        "special_place": None,
        "setting": "setting",
        "approach": "approach",
        "outcome": "outcome",
        "staff_role": "staff_role",
    }
)


@cache
def _list(list_name: str) -> Mapping[str, Term]:
    """Return the terms of one list by code, in the order of its file."""
    if list_name not in LISTS:
        raise NotFound(f'There is no list "{list_name}". The lists are: {", ".join(LISTS)}.')
    text = files("whatworks.vocab").joinpath("lists", f"{list_name}.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType(
        {
            row["code"]: Term(
                term_id=f"{list_name}:{row['code']}",
                list_name=list_name,
                code=row["code"],
                label=row["label"],
                plain_label=row["plain_label"],
                parent=row["parent"] or None,
                synonyms=row["synonyms"] or None,
                note=row["note"] or None,
                source=row["source"],
                since=row["since"],
            )
            for row in rows
        }
    )


@cache
def terms() -> tuple[Term, ...]:
    """Return every term of every list, ordered by `term_id`."""
    rows = [row for list_name in LISTS for row in _list(list_name).values()]
    return tuple(sorted(rows, key=lambda row: row.term_id))


def codes(list_name: str) -> tuple[str, ...]:
    """Return the codes of a list in reading order, which is the order to show them in.

    Raises
    ------
    NotFound
        There is no such list.
    """
    return tuple(_list(list_name))


def term(list_name: str, code: str) -> Term:
    """Return one term.

    Raises
    ------
    NotFound
        There is no such list or code; the message names codes that look like it.
    """
    rows = _list(list_name)
    if code in rows:
        return rows[code]
    lower = {known.lower(): known for known in rows}
    near = difflib.get_close_matches(code.lower(), lower, n=5, cutoff=0.5)
    shown = [lower[name] for name in near] or list(rows)
    raise NotFound(
        f'The list {list_name} has no code "{code}". '
        f"{'Near it are' if near else 'Its codes are'}: {', '.join(shown)}."
    )


def label(list_name: str, code: str) -> str:
    """Return the official label of a code."""
    return term(list_name, code).label


def plain_label(list_name: str, code: str) -> str:
    """Return the words for public pages; they begin in lower case unless a name comes first."""
    return term(list_name, code).plain_label


def children(list_name: str, code: str) -> tuple[str, ...]:
    """Return the codes directly under a term of the same list, in reading order.

    Raises
    ------
    NotFound
        There is no such list or code.
    """
    term(list_name, code)
    if LISTS[list_name] != list_name:
        return ()
    return tuple(row.code for row in _list(list_name).values() if row.parent == code)


def ancestors(list_name: str, code: str) -> tuple[str, ...]:
    """Return the codes a term stands under, nearest first, as far as lists reach.

    A need's only ancestor is a broad area; an approach's are groups of approaches.

    Raises
    ------
    NotFound
        There is no such list or code.
    """
    found: list[str] = []
    where: str | None = list_name
    row = term(list_name, code)
    while row.parent is not None and where is not None:
        where = LISTS[where]
        if where is None:
            break
        found.append(row.parent)
        row = term(where, row.parent)
    return tuple(found)


def is_group(list_name: str, code: str) -> bool:
    """Tell whether other terms of the list stand under this one.

    The rows of the gap map are the approaches that are not groups.
    """
    return bool(children(list_name, code))
