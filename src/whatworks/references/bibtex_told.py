"""What the report says of BibTeX values that are not taken as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from whatworks.references.bibtex_blocks import ENTRY_KEY, ENTRY_TYPE, Values
from whatworks.references.bibtex_names import split_authors
from whatworks.references.bibtex_tex import read_tex
from whatworks.references.import_report import ReportIssue, quote

__all__ = ["ADDRESSES", "AUTHORS", "NOTE_FIELD", "NOT_TEX", "OWN_ID_FIELD", "told_of"]

# What our own writer adds: the record's name here, and what BibTeX has no field for.
OWN_ID_FIELD = "whatworks-id"
NOTE_FIELD = "whatworks-fields"
AUTHORS = ("author", "authors")
# Fields that hold addresses and identifiers, in which TeX is put only around single signs.
ADDRESSES = frozenset({"url", "doi", "eprint", "link"})
# Fields that hold paths, codes and JSON, in which a backslash or brace is no TeX.
NOT_TEX = frozenset(
    {"file", "files", "filename", "pdf", "localfile", OWN_ID_FIELD, NOTE_FIELD}
    | {ENTRY_KEY, ENTRY_TYPE}
)


def told_of(values: Values, line: int) -> Iterator[ReportIssue]:
    """Yield an issue for each thing in an entry's values that its record does not show.

    Parameters
    ----------
    values : dict of str to list of str
        Fields of the entry as they stand in the file.
    line : int
        Line of the file the entry starts at (1 is the first).
    """
    for name, found in values.items():
        for value in found:
            if name in AUTHORS and (";" in value or "others" in value.lower()):
                yield from _of_authors(value, line)
            if "\\" in value and name not in NOT_TEX and name not in ADDRESSES:
                yield from _of_tex(value, line)


def _of_authors(value: str, line: int) -> Iterator[ReportIssue]:
    authors = split_authors(value)
    if authors.has_others:
        what = 'A list of authors that ends in "and others".'
        yield ReportIssue(line, what, "The authors named were kept.", quote(value))
    if authors.by_semicolon:
        what = 'Authors parted by ";" instead of "and".'
        yield ReportIssue(line, what, "Each was read as an author.", quote(value))


def _of_tex(value: str, line: int) -> Iterator[ReportIssue]:
    read = read_tex(value)
    if read.unknown:
        what = "TeX commands that are not known."
        done = "What they hold was kept as text, or else their names."
        yield ReportIssue(line, what, done, quote(" ".join(read.unknown)))
    if read.addresses:
        what, done = "A link within a text.", "Its words were kept without its address."
        yield ReportIssue(line, what, done, quote(" ".join(read.addresses)))
    if read.is_raw:
        what = "TeX that could not be read."
        yield ReportIssue(line, what, "It was kept as it stands.", quote(value))
