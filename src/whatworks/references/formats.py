"""Which format a file of references has, told from its content and never from its name."""

from __future__ import annotations

import csv
import re

from whatworks.errors import FileError, FileProblem
from whatworks.references.bibtex import ENTRY_START
from whatworks.references.csv_fields import ALIASES, plain_name
from whatworks.references.nbib import START_TAGS, split_nbib_line
from whatworks.references.ris import START

__all__ = ["FORMATS", "recognise_format"]

FORMATS = ("ris", "nbib", "bibtex", "csv")

# Formats that are known but not read, by their first lines; each with what to do instead.
OTHER_FORMATS = (
    (re.compile(r"(FN |VR |PT [A-Z]\s*$)"), "Web of Science tagged text"),
    (re.compile(r"<\d+\s*\.?\s*>\s*$|VN\s+-\s+Ovid"), "Ovid tagged text"),
    (re.compile(r"%[0A-Z] "), "EndNote tagged text (.enw)"),
    (re.compile(r"RT [A-Z][a-z]"), "RefWorks tagged text"),
    (re.compile(r"\s*<(!DOCTYPE )?html\b", re.IGNORECASE), "a web page"),
    (re.compile(r"\s*<(\?xml|xml|!DOCTYPE|PubmedArticle)"), "XML"),
    (re.compile(r"\s*[\[{]\s*($|[\"{\[])"), "JSON"),
)
# Fewer known names than this do not make a header.
MIN_KNOWN_COLUMNS = 2
# Longer than any header; a whole XML file may be one line.
MAX_HEADER = 20_000
DELIMITERS = ",;\t|"


def recognise_format(lines: list[str], *, file: str) -> str:
    """Return ris, nbib, bibtex or csv.

    A first line that is a header with a known column name makes a table; otherwise the first line
    that starts a record decides, so that text before the first record does not matter.

    Raises
    ------
    FileError
        None of the four; the message names the format where it is another known one.
    """
    first = next((line for line in lines if line.strip()), "")
    if _is_header(first):
        return "csv"
    for line in lines:
        if START.match(line):
            return "ris"
        if split_nbib_line(line)[0] in START_TAGS:
            return "nbib"
        if ENTRY_START.match(line):
            return "bibtex"
    known = next((name for pattern, name in OTHER_FORMATS if pattern.match(first)), None)
    if known:
        raise FileError(
            file,
            [
                FileProblem(
                    f"The file is {known}, which cannot be read yet.",
                    "Export the records as RIS, nbib, BibTeX or CSV, then import that file.",
                )
            ],
        )
    if any(sign in first for sign in DELIMITERS) and _has_more_rows(lines):
        return "csv"
    raise FileError(
        file,
        [
            FileProblem(
                "No record of a known format was found (RIS, nbib, BibTeX, or CSV with a title "
                "column).",
                "Check that this is the right file, or export it again as RIS.",
            )
        ],
    )


def _is_header(line: str) -> bool:
    """Whether a line names a title column, alone or beside others, or two other known columns."""
    if split_nbib_line(line)[0] is not None or START.match(line) or len(line) > MAX_HEADER:
        return False
    known = {name for names in ALIASES.values() for name in names.split("|")}
    titles = set(ALIASES["title"].split("|"))
    for delimiter in DELIMITERS:
        cells = [plain_name(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
        if len(cells) == 1 and cells[0] in titles:
            return True
        if len(cells) > 1 and (titles & set(cells) or len(known & set(cells)) >= MIN_KNOWN_COLUMNS):
            return True
    return False


def _has_more_rows(lines: list[str]) -> bool:
    """Whether the second line has the delimiters of the first, as tables do."""
    rows = [line for line in lines if line.strip()][:2]
    return len(rows) == 2 and any(
        rows[0].count(sign) == rows[1].count(sign) > 0 for sign in DELIMITERS
    )
