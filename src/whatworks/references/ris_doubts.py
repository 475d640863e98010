"""Lines of RIS that can be read in two ways: text like a tag, and a record without its start tag."""

from __future__ import annotations

import re

from whatworks.references.ris_lines import END, TAG, split_ris_line

__all__ = ["MAY_END", "headless_starts", "text_like_tags"]

# First signs of an end tag, with and without an indent.
MAY_END = frozenset("Ee \t")
# Tags whose text has lines.
TEXT_TAGS = frozenset({"AB", "N1", "N2"})
# What such a record has at least: its start tag, the text's tag, another one.
MIN_TWO_BLANKS = 3
# With one blank, but too good a value of its tag to be text.
PLAIN_TAG = re.compile(
    r"(?:UR|L[1-4]|LK) - (?:https?:|www\.)|(?:DO|DI) - .*\b10\.\d|(?:PY|Y1|YR|DA) - \d{4}"
    r"|(?:SP|EP|VL|IS|SN) - [A-Za-z]?\d"
)
TITLES = frozenset({"TI", "T1", "CT", "BT"})
AUTHORS = frozenset({"AU", "A1"})


def text_like_tags(lines: list[str]) -> list[int]:
    """Return the indices of the lines of a record that have one blank before the hyphen and are text.

    "AU - the astronomical unit - is" in an abstract looks like an author. It is text where all
    other tags of the record have two blanks.

    Parameters
    ----------
    lines : list of str
        The lines of one record.
    """
    if not any(line[2:4] == " -" for line in lines):
        return []
    found: list[int] = []
    n_two_blanks = 0
    is_text = False
    for at, line in enumerate(lines):
        if line[2:5] == "  -" and TAG.fullmatch(line[:2]):
            n_two_blanks += 1
            is_text = line[:2] in TEXT_TAGS
        elif line[2:4] == " -" and split_ris_line(line)[0] is not None:
            if not is_text or PLAIN_TAG.match(line):
                return []  # this record has tags with one blank
            found.append(at)
    return found if n_two_blanks >= MIN_TWO_BLANKS else []


def headless_starts(lines: list[str], starts: set[int]) -> list[int]:
    """Return the indices at which a record begins that has lost its start tag.

    Tags outside any record are one if they have a title and an author and come to an end tag.

    Parameters
    ----------
    lines : list of str
        Lines of the file.
    starts : set of int
        Indices of the lines with a start tag.
    """
    found: list[int] = []
    is_open = False
    first: int | None = None
    tags: set[str] = set()
    for at, line in enumerate(lines):
        if at in starts:
            is_open, first, tags = True, None, set()
        elif line[:1] in MAY_END and END.match(line):
            if first is not None and tags & TITLES and tags & AUTHORS:
                found.append(first)
            is_open, first, tags = False, None, set()
        elif not is_open and (tag := split_ris_line(line)[0]) is not None:
            first = at if first is None else first
            tags.add(tag)
    return found
