"""CSL-JSON: the format of Zotero, pandoc, Crossref and citation processors."""

from __future__ import annotations

from whatworks.references.csljson_fields import fields_from_csljson
from whatworks.references.entries import Parsed
from whatworks.references.json_items import read_list

__all__ = ["fields_from_csljson", "parse_csljson"]

# Under which some programs put the list of items.
LIST_NAMES = frozenset({"items", "references"})


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
    """
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return read_list(text, LIST_NAMES)
