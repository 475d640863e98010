"""Records to a file in any format that is written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from whatworks.errors import UserError
from whatworks.references.nouns import Record

__all__ = ["EXTENSIONS", "WRITTEN_FORMATS", "format_of_name", "write_references"]


# Modules are imported when their format is asked for: none is needed to print a help text.
def _ris(records: Sequence[Record], flavour: str | None) -> bytes:
    from whatworks.references.write_ris import write_ris

    return write_ris(records, flavour=flavour)


def _bibtex(records: Sequence[Record], flavour: str | None) -> bytes:
    from whatworks.references.write_bibtex import write_bibtex

    return write_bibtex(records)


def _csljson(records: Sequence[Record], flavour: str | None) -> bytes:
    from whatworks.references.write_csljson import write_csljson

    return write_csljson(records)


def _csv(records: Sequence[Record], flavour: str | None) -> bytes:
    from whatworks.references.write_csv import write_csv

    return write_csv(records)


def _xlsx(records: Sequence[Record], flavour: str | None) -> bytes:
    from whatworks.references.write_excel import write_excel

    return write_excel(records)


WRITERS: dict[str, Callable[[Sequence[Record], str | None], bytes]] = {
    "ris": _ris,
    "bibtex": _bibtex,
    "csl-json": _csljson,
    "csv": _csv,
    "xlsx": _xlsx,
}
WRITTEN_FORMATS = tuple(WRITERS)
EXTENSIONS = {
    ".ris": "ris",
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".json": "csl-json",
    ".csl": "csl-json",
    ".csv": "csv",
    ".xlsx": "xlsx",
}


def format_of_name(name: str) -> str | None:
    """Return the format that the ending of a file's name stands for, None if for none."""
    return EXTENSIONS.get(PurePath(name).suffix.lower())


def write_references(
    records: Sequence[Record], *, format: str, flavour: str | None = None
) -> bytes:
    """Return records as a file of references; `read_references` gives back the same records.

    Parameters
    ----------
    records : sequence of Record
        In the order they are written.
    format : {"ris", "bibtex", "csl-json", "csv", "xlsx"}
        Format of the file.
    flavour : {"endnote", "zotero", "eppi"}, optional
        Program a RIS file is for.

    Raises
    ------
    UserError
        No such format or flavour, or a flavour of a format that has none.
    """
    if format not in WRITERS:
        raise UserError(
            f'"{format}" is no format that is written. Use one of {", ".join(WRITERS)}.'
        )
    if flavour is not None and format != "ris":
        raise UserError(f"Only RIS has flavours, and the file would be {format}. Leave it out.")
    return WRITERS[format](records, flavour)
