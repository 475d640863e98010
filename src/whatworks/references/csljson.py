"""CSL-JSON: the format of Zotero, pandoc, Crossref and citation processors."""

from __future__ import annotations

from typing import Any

from whatworks.errors import FileError, FileProblem
from whatworks.references.csljson_fields import fields_from_csljson
from whatworks.references.entries import Parsed
from whatworks.references.json_dialects import is_reference, to_csl
from whatworks.references.json_items import UNREADABLE, item_values, read_list

__all__ = ["fields_from_csljson", "parse_csljson"]

# Under which programs and services put the list of items.
LIST_NAMES = frozenset(
    {"items", "references", "results", "data", "message.items", "resultList.result"}
)


def parse_csljson(data: bytes, *, file: str) -> Parsed:
    """Cut a CSL-JSON file into items.

    The items are counted by their brackets. One that is not well-formed is kept as its text, and
    the others are read all the same.

    Parameters
    ----------
    data : bytes
        The file as UTF-8, with LF line ends.
    file : str
        Its name, for messages.

    Raises
    ------
    FileError
        No item is of a type of CSL, or has a title and an author, a date or the like.
    """
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    parsed = read_list(text, LIST_NAMES, _values)
    if not any(
        UNREADABLE in entry.values or is_reference(entry.values) for entry in parsed.entries
    ):
        raise FileError(
            file,
            [
                FileProblem(
                    "The file is JSON, but holds no list of references: no item has a title and an "
                    "author, a year or a DOI.",
                    "Export the records as RIS or CSL-JSON, then import that file.",
                )
            ],
        )
    return parsed


def _values(item: dict[str, Any]) -> dict[str, list[str]]:
    return item_values(to_csl(item))
